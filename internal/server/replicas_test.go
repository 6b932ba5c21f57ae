package server_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// Replicas that share the database are one server.

// TestReplicasStory: each request of a person goes to another replica than the one before.
func TestReplicasStory(t *testing.T) {
	t.Parallel()
	onReplicas(t, 2, func(c *cluster) {
		session := c.login("alice")
		first := c.userID(c.home(session))
		for range 3 {
			page := c.home(session)
			if id := c.userID(page); id != first || !strings.Contains(page, "Now playing: ") {
				c.Errorf("the page of %q says %q, %s", first, id, said(page))
			}
		}
		if other := c.login("alice"); other == session || c.userID(c.home(other)) != first {
			c.Error("a second login of the same account has the same session, or another user ID")
		}
		out := c.next().do(http.MethodPost, "/logout", session)
		if out.Code != http.StatusSeeOther {
			c.Fatalf("POST /logout = %d, want 303", out.Code)
		}
		for i, replica := range c.replicas {
			if rec := replica.get("/session", session); rec.Code != http.StatusUnauthorized {
				c.Errorf("GET /session at replica %d after logout = %d, want 401 at once", i, rec.Code)
			}
		}
	})
}

// TestReplicasSpendAStateOnce: a callback that was used at one replica is used everywhere.
func TestReplicasSpendAStateOnce(t *testing.T) {
	t.Parallel()
	onReplicas(t, 2, func(c *cluster) {
		there := c.next().get("/login", "")
		back, cookies := c.emu.Approve(there.Header().Get("Location"), "alice"), there.Result().Cookies()
		codes := make(chan int, 8)
		var all sync.WaitGroup
		for range cap(codes) {
			all.Go(func() {
				codes <- c.next().do(http.MethodGet, back.RequestURI(), "", cookies...).Code
			})
		}
		all.Wait()
		close(codes)
		count := map[int]int{}
		for code := range codes {
			count[code]++
		}
		if count[http.StatusSeeOther] != 1 || count[http.StatusBadRequest] != 7 {
			c.Errorf("the same callback 8 times at once: %v, want one 303 and seven 400", count)
		}
		if n := len(c.emu.Ledger().Of("POST /api/token")); n != 1 {
			c.Errorf("Spotify got %d codes, want 1", n)
		}
	})
}

// TestReplicasRefreshOnce: a thousand requests at the moment a token has expired, at four replicas.
func TestReplicasRefreshOnce(t *testing.T) {
	t.Parallel()
	onReplicas(t, 4, func(c *cluster) {
		session := c.login("alice")
		c.emu.Fail(emulator.Fault{Operation: "POST /api/token", Times: -1, Delay: 300 * time.Millisecond})
		for round := 1; round <= 2; round++ {
			c.later(2 * time.Hour)
			failed := make(chan string, 1000)
			var all sync.WaitGroup
			for range 1000 {
				all.Go(func() {
					if page := c.home(session); !strings.Contains(page, "Now playing: ") {
						failed <- page
					}
				})
			}
			all.Wait()
			// Where time is real, pages on a busy machine give up waiting; they have music the next time.
			if len(failed) > 0 && c.ahead == nil {
				c.Errorf("%d of 1,000 pages have no music: %s", len(failed), said(<-failed))
			}
			for i, replica := range c.replicas {
				if page := replica.home(session); !strings.Contains(page, "Now playing: ") {
					c.Errorf("the page of replica %d has no music: %s", i, said(page))
				}
			}
			if n := c.refreshes(); n != round {
				c.Errorf("%d refreshes after %d expiries, want one each", n, round)
			}
		}
	})
}

// TestReplicasEndStreams: what one replica ends the streams of another hear within five seconds.
func TestReplicasEndStreams(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		target string
		all    bool // the streams of the person's other sessions end too
	}{
		{"/logout", false}, {"/account/end-all", true}, {"/account/disconnect", true},
	} {
		t.Run(strings.Trim(c.target, "/"), func(t *testing.T) {
			t.Parallel()
			onReplicas(t, 2, func(r *cluster) {
				here, there, bob := r.login("alice"), r.login("alice"), r.login("bob")
				a, b := r.replicas[0], r.replicas[1]
				one, other, bobs := r.watch(b, here), r.watch(b, there), r.watch(b, bob)
				if rec := a.post(c.target, here, "sure=yes"); rec.Code != http.StatusSeeOther {
					r.Fatalf("POST %s = %d, want 303\n%s", c.target, rec.Code, rec.Body)
				}
				if rec := b.get("/session", here); rec.Code != http.StatusUnauthorized {
					r.Errorf("GET /session at the other replica = %d, want 401 at once", rec.Code)
				}
				r.ends(one, 5*time.Second)
				if c.all {
					r.ends(other, 5*time.Second)
				} else if other.ended() {
					r.Error("the stream of another session ended")
				}
				if bobs.ended() {
					r.Error("the stream of another person ended")
				}
				for _, s := range []*stream{other, bobs} {
					s.leave()
					<-s.over
				}
			})
		})
	}
}

// TestReplicasDisconnectDuringRefresh: the answer that comes after the end brings nothing back, to either replica.
func TestReplicasDisconnectDuringRefresh(t *testing.T) {
	t.Parallel()
	onReplicas(t, 2, func(c *cluster) {
		session := c.login("alice")
		a, b := c.replicas[0], c.replicas[1]
		userID := c.userID(b.home(session))
		c.later(2 * time.Hour)
		c.emu.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 500 * time.Millisecond})
		asking := make(chan string)
		go func() { asking <- b.home(session) }()
		c.until(5*time.Second, func() bool { return c.refreshes() == 1 })
		if rec := a.post("/account/disconnect", session, "sure=yes"); rec.Code != http.StatusSeeOther {
			c.Fatalf("disconnect = %d, want 303", rec.Code)
		}
		<-asking
		for i, replica := range c.replicas {
			if rec := replica.get("/session", session); rec.Code != http.StatusUnauthorized {
				c.Errorf("GET /session at replica %d = %d, want 401", i, rec.Code)
			}
			if _, err := replica.db.Grants("tenutotest").Load(c.Context(), userID); !errors.Is(err, auth.ErrNotFound) {
				c.Errorf("replica %d: the grant is back: %v", i, err)
			}
		}
		if again := c.login("alice"); c.userID(c.home(again)) == userID {
			c.Error("after disconnect and a new login the user ID is the old one")
		}
	})
}

// TestReplicasSeeANewLogin: a token that one replica remembers is replaced within five seconds of a new login at
// another, and at once when the consent has ended.
func TestReplicasSeeANewLogin(t *testing.T) {
	t.Parallel()
	onReplicas(t, 2, func(c *cluster) {
		session := c.login("alice")
		a, b := c.replicas[0], c.replicas[1]
		b.get("/", session) // and remembers the token
		old := c.lastToken()
		there := a.get("/login?scope=user-top-read", session)
		back := c.emu.Approve(there.Header().Get("Location"), "alice")
		done := a.do(http.MethodGet, back.RequestURI(), session, there.Result().Cookies()...)
		session = sessionOf(done)
		c.until(5*time.Second, func() bool {
			b.get("/", session)
			return c.lastToken() != old
		})

		c.later(2 * time.Hour)
		b.get("/", session) // refreshed, and known to b
		c.emu.Revoke("alice")
		if page := a.home(session); !strings.Contains(page, "Sign in again") {
			c.Fatalf("the page does not say that the consent ended: %s", said(page))
		}
		sent := len(c.emu.Ledger())
		if page := b.home(session); !strings.Contains(page, "Sign in again") || len(c.emu.Ledger()) != sent {
			c.Errorf("the other replica sent %d requests for a dead login and says %s", len(c.emu.Ledger())-sent, said(page))
		}
	})
}

// TestReplicasTellStreams: a stream shows within five seconds that its person's consent ended, and that there is a new
// one, whichever replica knows.
func TestReplicasTellStreams(t *testing.T) {
	t.Parallel()
	onReplicas(t, 2, func(c *cluster) {
		laptop, phone := c.login("alice"), c.login("alice")
		a, b := c.replicas[0], c.replicas[1]
		s := c.watch(b, laptop)
		c.emu.Revoke("alice")
		a.get("/", phone)
		c.until(5*time.Second, func() bool { return strings.Contains(s.text(), `"fix_label":"Sign in again"`) })
		shown := len(s.lines())
		there := a.get("/login", "")
		back := c.emu.Approve(there.Header().Get("Location"), "alice")
		a.do(http.MethodGet, back.RequestURI(), "", there.Result().Cookies()...)
		c.until(5*time.Second, func() bool { return len(s.lines()) > shown })
		if last := s.lines()[len(s.lines())-1]; !strings.HasPrefix(last, "Now playing: ") {
			c.Errorf("after a new consent at the other replica the stream says %q", last)
		}
		s.leave()
		<-s.over
	})
}

// TestReplicasKeepToOneBudget: the app's window is one, however many replicas fill it.
func TestReplicasKeepToOneBudget(t *testing.T) {
	t.Parallel()
	const limit = 60
	inCluster(t, 4, func(c *cluster) {
		var people []string
		for _, name := range []string{"alice", "bob"} {
			people = append(people, c.login(name))
		}
		began, shown := time.Now(), 0
		var all sync.WaitGroup
		var mu sync.Mutex
		for i, replica := range c.replicas { // each refused is asked again: full load
			all.Go(func() {
				for time.Since(began) < 2*time.Minute {
					page := replica.get("/", people[i%2]).Body.String()
					mu.Lock()
					if strings.Contains(page, "Now playing: ") {
						shown++
					}
					mu.Unlock()
					time.Sleep(200 * time.Millisecond)
				}
			})
		}
		all.Wait()
		if n := c.refused(); n != 0 {
			c.Errorf("Spotify refused %d calls, want none", n)
		}
		if best := 4 * limit; shown < best*8/10 || shown > best {
			c.Errorf("%d calls in two minutes, want nearly %d", shown, best)
		}
	}, func(e *emulator.Config, s *server.Config) { e.RateLimit, s.RateLimit = limit, limit })
}

// TestReplicasCrowd: what fits in the app's window is sent, however many ask at once, and nothing more.
func TestReplicasCrowd(t *testing.T) {
	t.Parallel()
	const limit = 40
	onReplicas(t, 4, func(c *cluster) {
		began := time.Now()
		session := c.login("alice")
		var all sync.WaitGroup
		for range 160 {
			all.Go(func() { c.get("/", session) })
		}
		all.Wait()
		if n := c.refused(); n != 0 {
			c.Errorf("Spotify refused %d calls, want none", n)
		}
		windows := 1 + int(time.Since(began)/(32*time.Second)) // one, but on a very busy machine
		if n := c.asked(); n < limit/2 || n > limit*windows {
			c.Errorf("%d calls in %d windows, want most of %d in each", n, windows, limit)
		}
	}, func(e *emulator.Config, s *server.Config) { e.RateLimit, s.RateLimit = limit, limit })
}

// refused is how many calls Spotify answered with 429.
func (c *cluster) refused() int {
	return len(c.emu.Ledger().Where(func(e emulator.Entry) bool { return e.Status == http.StatusTooManyRequests }))
}

// lastToken is which token the last question carried.
func (c *cluster) lastToken() string {
	asked := c.emu.Ledger().Of("GET /me/player/currently-playing")
	return asked[len(asked)-1].Token
}

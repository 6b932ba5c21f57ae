package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
)

// verdictsMost is how many requests a Spotify that refuses everybody may be sent, by all replicas together.
const verdictsMost = 50

// crowd is so many people, each logged in through another replica.
func (c *cluster) crowd(n int) (sessions []string) {
	c.Helper()
	for i := range n {
		name := fmt.Sprint("person", i)
		c.emu.AddPerson(emulator.Person{Name: name})
		sessions = append(sessions, c.login(name))
	}
	return sessions
}

// lies has Spotify refuse everybody's refresh token until truth is called.
func (c *cluster) lies() (truth func()) {
	return c.emu.Fail(emulator.Fault{Operation: "POST /api/token", OAuthError: "invalid_grant", Message: "Refresh token revoked", Times: -1})
}

// liedTo is a visit while Spotify refuses everybody: all replicas together ask it no more often than one would.
func (c *cluster) liedTo(visit func()) {
	c.Helper()
	before, truth := c.refreshes(), c.lies()
	visit()
	if n := c.refreshes() - before; n > verdictsMost || n <= 20 {
		c.Errorf("%d requests while Spotify refused everybody, want more than 20 and %d at most", n, verdictsMost)
	}
	truth()
}

// wantsBack wants everybody served again by every replica, without a new consent. A replica may still go by what it
// learned a moment ago.
func (c *cluster) wantsBack(sessions []string) {
	c.Helper()
	for i, session := range sessions {
		for _, replica := range c.replicas {
			page := ""
			c.until(10*time.Second, func() bool {
				page = replica.home(session)
				return strings.Contains(page, "Now playing: ")
			})
			if strings.Contains(page, "Sign in again") {
				c.Errorf("person %d has to consent again", i)
			}
		}
	}
}

// TestReplicasAreNotLiedTo: for a while Spotify refuses everybody, at whichever replica. All of them together ask it no
// more often than one would, nobody loses the login, and who had really revoked is found out afterwards.
func TestReplicasAreNotLiedTo(t *testing.T) {
	t.Parallel()
	for _, lie := range []time.Duration{10 * time.Minute, 6 * time.Hour} {
		t.Run(fmt.Sprint(lie), func(t *testing.T) {
			t.Parallel()
			inCluster(t, 4, func(c *cluster) {
				sessions, revoked := c.crowd(100), c.login("bob")
				c.later(2 * time.Hour)
				c.emu.Revoke("bob")
				c.liedTo(func() {
					for end := time.Now().Add(lie); time.Now().Before(end); c.later(lie / 20) {
						for _, session := range sessions {
							c.get("/", session)
						}
					}
				})
				c.later(20 * time.Minute)
				c.wantsBack(sessions)
				if page := c.home(revoked); !strings.Contains(page, "Sign in again") {
					c.Errorf("the page of somebody who had revoked says %s", said(page))
				}
			})
		})
	}
}

// TestReplicasAreNotLiedToAtOnce: the same where everybody comes in the same moment.
func TestReplicasAreNotLiedToAtOnce(t *testing.T) {
	t.Parallel()
	inCluster(t, 4, func(c *cluster) {
		sessions := c.crowd(100)
		c.later(2 * time.Hour)
		c.liedTo(func() {
			for range 3 {
				var all sync.WaitGroup
				for _, session := range sessions {
					all.Go(func() { c.get("/", session) })
				}
				all.Wait()
			}
		})
		c.later(5 * time.Minute)
		c.wantsBack(sessions)
	})
}

// TestReplicasAreNotLiedToOnPostgres: the same with a database for each replica's own, one person after the other.
func TestReplicasAreNotLiedToOnPostgres(t *testing.T) {
	t.Parallel()
	onPostgres(t, 4, func(c *cluster) {
		sessions := c.crowd(100)
		c.later(2 * time.Hour)
		c.liedTo(func() {
			for range 2 {
				for _, session := range sessions {
					c.get("/", session)
				}
			}
		})
		c.later(5 * time.Minute)
		c.wantsBack(sessions)
	}, func(c *clock) []postgres.Option { return []postgres.Option{postgres.WithClock(c.Now)} })
}

// TestReplicasLearnOfDoubt within five seconds: those who heard no verdict, and those that start later, ask nothing;
// who was sentenced by one of them is pardoned though nobody comes; and when one finds out that it is over all go on.
func TestReplicasLearnOfDoubt(t *testing.T) {
	t.Parallel()
	inCluster(t, 3, func(c *cluster) {
		sessions := c.crowd(60)
		c.later(2 * time.Hour)
		a, b := c.replicas[0], c.replicas[1]
		for _, replica := range c.replicas { // and nobody needs to look at the register for two seconds
			replica.get("/", c.login("bob"))
		}
		truth := c.lies()
		b.get("/", sessions[0])
		if rec := b.get("/session", sessions[0]); !strings.Contains(rec.Body.String(), `"reauthorize":true`) {
			c.Errorf("a single verdict is not believed: GET /session = %s", rec.Body)
		}
		for _, session := range sessions[1:40] {
			a.get("/", session)
		}
		sent := c.refreshes()
		c.later(5 * time.Second)
		if rec := b.get("/session", sessions[0]); rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), `"reauthorize":true`) {
			c.Errorf("who was sentenced at another replica is not pardoned within five seconds: GET /session = %d %s", rec.Code, rec.Body)
		}
		c.join()
		for _, replica := range c.replicas {
			for _, session := range sessions {
				replica.get("/", session)
			}
		}
		if n := c.refreshes() - sent; n != 0 {
			c.Errorf("five seconds after one replica doubts Spotify %d more requests were sent, want none", n)
		}
		late := c.replicas[3]
		stop := late.serve()
		c.later(time.Second)
		late.wantsMetrics(`tenuto_breaker_open{cause="doubted"} 1`)
		stop()
		c.replicas = c.replicas[:3]
		truth()
		c.later(3 * time.Minute)
		c.replicas[2].get("/", sessions[50])
		c.later(3 * time.Second)
		for i, session := range sessions {
			if page := c.replicas[i%len(c.replicas)].home(session); !strings.Contains(page, "Now playing: ") {
				c.Errorf("three seconds after one replica has found out that it is over, replica %d says %s", i%len(c.replicas), said(page))
			}
		}
	})
}

package auth_test

import (
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestLyingSpotify: for a while everybody's refresh token is refused. Nobody loses a login,
// Spotify is asked rarely, and whoever had really revoked is found out afterwards.
func TestLyingSpotify(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		for _, lie := range []time.Duration{10 * time.Minute, 6 * time.Hour} {
			t.Run(fmt.Sprint(name, " ", lie), func(t *testing.T) {
				t.Parallel()
				inBubble(t, emulator.Config{Refresh: mode}, func(w world) { testLyingSpotify(w, lie) })
			})
		}
	}
}

func testLyingSpotify(w world, lie time.Duration) {
	const people = 40
	g := w.cred.Grants(&auth.MemoryStore{})
	key := func(i int) string { return fmt.Sprint("person ", i) }
	for i := range people {
		if err := g.Put(w.t.Context(), key(i), w.token()); err != nil {
			w.t.Fatal(err)
		}
	}
	w.putBob(g)
	for range 2 { // in rotating modes everybody has spares now
		time.Sleep(time.Hour)
		for i := range people {
			w.wantToken(g.For(key(i)))
		}
		w.wantToken(g.For("bob"))
	}
	time.Sleep(time.Hour)
	w.Revoke("bob")

	before := w.refreshes()
	words := "Refresh token revoked"
	if lie > time.Hour {
		words = "Refresh token expired" // by our own calendar it is not
	}
	truth := w.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant", Message: words, Times: -1})
	for range int(lie / time.Minute) {
		for i := range people {
			if token, err := g.For(key(i)).Token(w.t.Context()); err == nil {
				w.t.Fatalf("Token = %v while Spotify refuses everybody", token)
			}
		}
		time.Sleep(time.Minute)
	}
	if n := w.refreshes() - before; n > 50 { // 20 verdicts, and now and then one
		w.t.Errorf("%d requests while Spotify refused everybody, want 50 at most", n)
	}
	if s := g.State(); s.Stopped != auth.OutcomeDoubted || s.Until.IsZero() {
		w.t.Errorf("State = %+v, want it stopped for doubt", s)
	}
	truth()
	time.Sleep(25 * time.Minute) // 15, a quarter more, and 5 for others
	for i := range people {
		if _, err := g.For(key(i)).Token(w.t.Context()); err != nil {
			w.t.Fatalf("person %d: Token after the lie = %v, want the login back", i, err)
		}
	}
	w.wantError(g.For("bob"), auth.ErrReauthorize)
	if s := g.State(); s.Stopped != "" || !s.Until.IsZero() {
		w.t.Errorf("State = %+v after the lie, want nothing held back", s)
	}
}

// TestFewVerdictsAreBelieved at once, and many if there are far more successes.
func TestFewVerdictsAreBelieved(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{})
		for i := range 20 {
			if err := g.Put(w.t.Context(), fmt.Sprint(i), w.tokenOf("bob")); err != nil {
				w.t.Fatal(err)
			}
		}
		w.Revoke("bob")
		time.Sleep(time.Hour)
		for i := range 20 {
			if _, err := g.For(fmt.Sprint(i)).Token(w.t.Context()); !errors.Is(err, auth.ErrReauthorize) {
				w.t.Errorf("verdict %d: %v, want it believed", i, err)
			}
		}
		w.wantRefreshes(20)
	})
}

// TestSixMonthWave: many consents end on one day. Each is heard of once, none is doubted, nothing is
// asked afterwards, and whoever consented later notices nothing.
func TestSixMonthWave(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
				const people = 60
				g := w.cred.Grants(&auth.MemoryStore{}, auth.RefreshRate(0))
				for i := range people {
					if err := g.Put(w.t.Context(), fmt.Sprint(i), w.token()); err != nil {
						w.t.Fatal(err)
					}
				}
				ends := w.wantToken(g.For("0")).ReauthorizeBy()
				time.Sleep(150 * 24 * time.Hour)
				w.put(g)
				time.Sleep(ends.Sub(w.Now()) - 4*time.Hour)
				for i := range people { // in rotating modes everybody has a spare now
					w.wantToken(g.For(fmt.Sprint(i)))
				}
				time.Sleep(5 * time.Hour)
				before := w.refreshes()
				for range 3 {
					for i := range people {
						_, err := g.For(fmt.Sprint(i)).Token(w.t.Context())
						if gone, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || gone.Reason != auth.ReasonExpired {
							w.t.Fatalf("Token of person %d = %v, want to consent again", i, err)
						}
					}
					w.wantToken(g.For("alice"))
					time.Sleep(time.Minute)
				}
				w.wantRefreshes(before + people + 1)
				time.Sleep(48 * time.Hour)
				w.wantError(g.For("7"), auth.ErrReauthorize)
				w.wantRefreshes(before + people + 1)
			})
		})
	}
}

// TestDoubtAndClocks: a clock that jumps while nobody is believed does not make the lie true.
func TestDoubtAndClocks(t *testing.T) {
	t.Parallel()
	for _, jump := range []time.Duration{time.Hour, 24 * time.Hour, 100 * 24 * time.Hour, -24 * time.Hour, -100 * 24 * time.Hour} {
		inBubble(t, emulator.Config{}, func(w world) {
			var ahead atomic.Int64
			cred := w.credentials(func(c *auth.Config) {
				c.Now = func() time.Time { return w.Now().Add(time.Duration(ahead.Load())) }
			})
			const people = 30
			g := cred.Grants(&auth.MemoryStore{}, auth.RefreshRate(0))
			for i := range people {
				if err := g.Put(w.t.Context(), fmt.Sprint(i), w.token()); err != nil {
					w.t.Fatal(err)
				}
			}
			time.Sleep(time.Hour)
			truth := w.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant", Times: -1})
			for minute := range 120 {
				for i := range people {
					_, _ = g.For(fmt.Sprint(i)).Token(w.t.Context())
				}
				if minute == 60 {
					ahead.Store(int64(jump))
				}
				time.Sleep(time.Minute)
			}
			truth()
			ahead.Store(0)
			time.Sleep(25 * time.Minute)
			for i := range people {
				if _, err := g.For(fmt.Sprint(i)).Token(w.t.Context()); err != nil {
					w.t.Fatalf("jump of %v: person %d: Token after the lie = %v, want the login back", jump, i, err)
				}
			}
		})
	}
}

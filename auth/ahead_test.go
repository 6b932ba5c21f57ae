package auth_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestRefreshAhead: a token in use is replaced some minutes before its end, by one request, and
// nobody ever waits for it, in any of the processes, however slow Spotify is.
func TestRefreshAhead(t *testing.T) {
	t.Parallel()
	for _, cached := range []time.Duration{0, 30 * time.Second, 2 * time.Hour} {
		for _, delay := range []time.Duration{time.Millisecond, 8 * time.Second} {
			t.Run(fmt.Sprint(cached, " ", delay), func(t *testing.T) {
				t.Parallel()
				inBubble(t, emulator.Config{Refresh: emulator.RotatedFamily}, func(w world) {
					store := &auth.MemoryStore{}
					var all []*auth.Grants
					for range 3 {
						all = append(all, w.cred.Grants(store, auth.RefreshAhead(5*time.Minute), auth.CacheFor(cached)))
					}
					w.put(all[0])
					w.Fail(emulator.Fault{Operation: tokenRequest, Delay: delay, Times: -1})
					const hours = 3
					began := time.Now()
					for time.Since(began) < hours*time.Hour {
						var wg sync.WaitGroup
						for i := range 6 {
							wg.Go(func() {
								asked := time.Now()
								token, err := all[i%3].For("alice").Token(w.t.Context())
								if err != nil || token.ExpiresIn() < time.Minute {
									w.t.Errorf("Token = %v, %v, want one that is good", token, err)
								}
								if took := time.Since(asked); took > 0 {
									w.t.Errorf("waited %v though the old token was good", took)
								}
							})
						}
						wg.Wait()
						time.Sleep(20 * time.Second)
					}
					w.wantRefreshes(hours)
				})
			})
		}
	}
}

// TestRefreshAheadOfNobody: who does not come costs nothing, and without the option a good token is
// left alone.
func TestRefreshAheadOfNobody(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{}, auth.RefreshAhead(5*time.Minute))
		w.put(g)
		w.wantToken(g.For("alice"))
		time.Sleep(48 * time.Hour)
		w.wantRefreshes(0)
		plain := w.cred.Grants(&auth.MemoryStore{})
		w.put(plain)
		time.Sleep(58 * time.Minute)
		w.wantToken(plain.For("alice"))
		time.Sleep(time.Second)
		w.wantRefreshes(0)
	})
}

// TestRefreshAheadFails: as long as the old token is good nobody hears of it, and few requests are made.
func TestRefreshAheadFails(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{}, auth.RefreshAhead(5*time.Minute))
		w.put(g)
		time.Sleep(50 * time.Minute)
		fault := trouble
		fault.Times = -1
		over := w.Fail(fault)
		for range 9*60 - 2 {
			w.wantToken(g.For("alice"))
			time.Sleep(time.Second)
		}
		if n := w.refreshes(); n < 3 || n > 15 {
			w.t.Errorf("%d requests in five minutes of trouble, want a few", n)
		}
		over()
		time.Sleep(time.Minute + 30*time.Second)
		w.wantToken(g.For("alice"))
	})
}

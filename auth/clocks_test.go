package auth_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// jumps are what clocks do when somebody corrects them.
var jumps = []time.Duration{
	time.Hour, -time.Hour, 24 * time.Hour, -24 * time.Hour, 200 * 24 * time.Hour, -200 * 24 * time.Hour,
}

// hand turns one clock.
type hand struct{ ahead atomic.Int64 }

func (h *hand) turn(d time.Duration) { h.ahead.Store(int64(d)) }

func (h *hand) of(t time.Time) time.Time { return t.Add(time.Duration(h.ahead.Load())) }

// ages notices a token that is handed out after its end.
type ages struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

func (a *ages) check(t *testing.T, token *auth.Token) {
	t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen == nil {
		a.seen = map[string]time.Time{}
	}
	first, known := a.seen[token.AccessToken]
	if !known {
		a.seen[token.AccessToken] = time.Now()
	} else if age := time.Since(first); age > time.Hour {
		t.Fatalf("a token was handed out %v after it was issued", age)
	}
}

// TestOneClockJumps: a replica whose clock is wrong for some hours hands out nothing that is over,
// asks for little more than the others, and nobody is logged out by it.
func TestOneClockJumps(t *testing.T) {
	t.Parallel()
	for _, jump := range jumps {
		for _, cached := range []time.Duration{0, 30 * time.Second} {
			t.Run(fmt.Sprint(jump, " ", cached), func(t *testing.T) {
				t.Parallel()
				inBubble(t, emulator.Config{Refresh: emulator.RotatedFamily}, func(w world) {
					var wrong hand
					cred := w.credentials(func(c *auth.Config) { c.Now = func() time.Time { return wrong.of(w.Now()) } })
					store := &auth.MemoryStore{}
					right, odd := w.cred.Grants(store, auth.CacheFor(cached)), cred.Grants(store, auth.CacheFor(cached))
					w.put(right)
					var seen ages
					for minute := 0; minute < 12*60; minute += 2 {
						switch minute {
						case 3*60 + 20:
							wrong.turn(jump)
						case 8 * 60:
							wrong.turn(0)
						}
						for _, g := range []*auth.Grants{right, odd} {
							token, err := g.For("alice").Token(w.t.Context())
							if err != nil {
								w.t.Fatalf("minute %d: Token = %v", minute, err)
							}
							seen.check(w.t, token)
						}
						time.Sleep(2 * time.Minute)
					}
					if n := w.refreshes(); n > 16 {
						w.t.Errorf("%d requests in twelve hours", n)
					}
				})
			})
		}
	}
}

// jumpingStore has a clock that jumps.
type jumpingStore struct {
	auth.Store
	hand    hand
	mu      sync.Mutex
	written map[string]time.Duration // how far ahead the clock was then
}

func (s *jumpingStore) Load(ctx context.Context, key string) (*auth.Record, error) {
	rec, err := s.Store.Load(ctx, key)
	if err == nil {
		s.mu.Lock()
		rec.Written = rec.Written.Add(s.written[rec.Version])
		s.mu.Unlock()
		rec.Now = s.hand.of(rec.Now)
	}
	return rec, err
}

func (s *jumpingStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.mu.Lock()
	s.written[next.Version] = time.Duration(s.hand.ahead.Load())
	s.mu.Unlock()
	return s.Store.Swap(ctx, key, version, next)
}

// TestStoreClockJumps in the middle of a refresh: nobody takes it for abandoned and asks again, and no
// lease is stuck.
func TestStoreClockJumps(t *testing.T) {
	t.Parallel()
	for _, jump := range jumps {
		inBubble(t, emulator.Config{Refresh: emulator.RotatedFamily}, func(w world) {
			store := &jumpingStore{Store: &auth.MemoryStore{}, written: map[string]time.Duration{}}
			one, other := w.cred.Grants(store), w.cred.Grants(store)
			w.put(one)
			time.Sleep(time.Hour)
			w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 8 * time.Second})
			var wg sync.WaitGroup
			wg.Go(func() { w.wantToken(one.For("alice")) })
			time.Sleep(time.Second)
			store.hand.turn(jump)
			wg.Go(func() { w.wantToken(other.For("alice")) })
			wg.Wait()
			w.wantRefreshes(1)

			severed := &severedStore{Store: store, after: 1}
			dead := w.cred.Grants(severed) // it claims, and is never heard of again
			time.Sleep(time.Hour)
			go func() { _, _ = dead.For("alice").Token(w.t.Context()) }()
			time.Sleep(time.Second)
			store.hand.turn(0)
			began := time.Now()
			_, err := other.For("alice").Token(w.t.Context())
			if took := time.Since(began); err == nil && took > 51*time.Second {
				w.t.Errorf("jump of %v: a dead process's lease held for %v", jump, took)
			}
			time.Sleep(2 * time.Minute)
			severed.heal() // so that nothing of it is under way when the test ends
			time.Sleep(time.Hour)
		})
	}
}

// severedStore writes so often, and then never again.
type severedStore struct {
	auth.Store
	mu    sync.Mutex
	after int
}

func (s *severedStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.mu.Lock()
	s.after--
	dead := s.after < 0
	s.mu.Unlock()
	if dead {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.Store.Swap(ctx, key, version, next)
}

func (s *severedStore) heal() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.after = 1 << 30
}

// TestOwnTokenAndClocks: the same for a token of one process, with no store to ask.
func TestOwnTokenAndClocks(t *testing.T) {
	t.Parallel()
	for _, jump := range jumps {
		inBubble(t, emulator.Config{Refresh: emulator.RotatedFamily}, func(w world) {
			var wrong hand
			cred := w.credentials(func(c *auth.Config) { c.Now = func() time.Time { return wrong.of(w.Now()) } })
			login := cred.Refreshing(nil).FromToken(w.token())
			var seen ages
			for minute := range 6 * 60 {
				switch minute {
				case 80:
					wrong.turn(jump)
				case 200:
					wrong.turn(0)
				}
				token, err := login.Token(w.t.Context())
				if err != nil {
					w.t.Fatalf("jump of %v, minute %d: Token = %v", jump, minute, err)
				}
				seen.check(w.t, token)
				time.Sleep(time.Minute)
			}
			if n := w.refreshes(); n > 10 {
				w.t.Errorf("jump of %v: %d requests in six hours", jump, n)
			}
		})
	}
}

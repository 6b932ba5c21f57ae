package auth_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// cooldown is a Cooldown in memory.
type cooldown struct {
	mu     sync.Mutex
	reason string
	until  time.Time
	asked  int
	err    error
	slow   time.Duration // takes so long, and does not listen to ctx
}

func (c *cooldown) Pause(_ context.Context, reason string, until time.Time) error {
	time.Sleep(c.slow)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reason, c.until = reason, until
	return c.err
}

func (c *cooldown) Paused(context.Context) (string, time.Time, error) {
	c.mu.Lock()
	c.asked++
	slow := c.slow
	c.mu.Unlock()
	time.Sleep(slow)
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reason, c.until, c.err
}

// TestShareCooldown: what one process was told, all heed; they ask Spotify again when it is over.
func TestShareCooldown(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store, shared := &auth.MemoryStore{}, new(cooldown)
		var heard outcomes
		one := w.cred.Grants(store, auth.ShareCooldown(shared), heard.hear())
		other := w.cred.Grants(store, auth.ShareCooldown(shared))
		w.put(one)
		if err := one.Put(w.t.Context(), "bob", w.token()); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(time.Hour)
		w.Fail(emulator.Fault{Operation: tokenRequest, Status: http.StatusTooManyRequests, RetryAfter: 10 * time.Minute})
		_, _ = one.For("alice").Token(w.t.Context())
		heard.want(w.t, auth.OutcomeThrottled)
		if left := shared.until.Sub(w.Now()); shared.reason != auth.PauseRateLimit || left < 9*time.Minute || left > 10*time.Minute {
			w.t.Errorf("told the others %q for %v, want %q for what Spotify asked for", shared.reason, left, auth.PauseRateLimit)
		}
		if s := one.State(); s.Stopped != auth.OutcomeThrottled {
			w.t.Errorf("State = %+v, want it throttled", s)
		}
		asked := shared.asked
		for range 100 {
			began := time.Now()
			_, err := other.For("bob").Token(w.t.Context())
			if e, ok := errors.AsType[*auth.Error](err); !ok || e.Status != http.StatusTooManyRequests || e.RetryAfter < 9*time.Minute {
				w.t.Fatalf("Token in the other process = %v, want Spotify's 429 and how long", err)
			}
			if took := time.Since(began); took > 0 {
				w.t.Errorf("waited %v for it", took)
			}
			time.Sleep(100 * time.Millisecond)
		}
		if n := shared.asked - asked; n < 5 || n > 6 {
			w.t.Errorf("looked %d times in ten seconds, want it remembered for two", n)
		}
		w.wantRefreshes(1)
		time.Sleep(10 * time.Minute)
		w.wantToken(other.For("bob"))
		w.wantToken(one.For("alice"))
	})
}

// TestCooldownStopsNothing: one that fails, or is slow, or has a clock gone wrong, is passed over.
func TestCooldownStopsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]func(now time.Time) *cooldown{
		"failing": func(now time.Time) *cooldown {
			return &cooldown{until: now.Add(2 * time.Hour), err: errors.New("down")}
		},
		"slow":          func(time.Time) *cooldown { return &cooldown{slow: time.Minute} },
		"absurd":        func(now time.Time) *cooldown { return &cooldown{until: now.Add(200 * 24 * time.Hour)} },
		"over":          func(now time.Time) *cooldown { return &cooldown{until: now.Add(time.Hour)} },
		"never a pause": func(time.Time) *cooldown { return &cooldown{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{}, func(w world) {
				g := w.cred.Grants(&auth.MemoryStore{}, auth.ShareCooldown(c(w.Now())))
				w.put(g)
				time.Sleep(time.Hour)
				began := time.Now()
				w.wantToken(g.For("alice"))
				if took := time.Since(began); took > 600*time.Millisecond {
					w.t.Errorf("waited %v, want half a second at most", took)
				}
				w.wantRefreshes(1)
				time.Sleep(time.Hour)
			})
		})
	}
}

// watching is a Store that knows whether a lease is held.
type watching struct {
	auth.Store
	mu   sync.Mutex
	held bool
}

func (s *watching) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.Store.Swap(ctx, key, version, next); err != nil {
		return err
	}
	s.held = !s.held && version != "" // the claim; what comes after it gives the lease back
	return nil
}

// lookout is a Cooldown that must not be asked while a lease is held.
type lookout struct {
	t     *testing.T
	store *watching
}

func (l lookout) check(what string) {
	l.store.mu.Lock()
	defer l.store.mu.Unlock()
	if l.store.held {
		l.t.Errorf("%s was called with a lease held", what)
	}
}

func (l lookout) Pause(context.Context, string, time.Time) error { l.check("Pause"); return nil }

func (l lookout) Paused(context.Context) (string, time.Time, error) {
	l.check("Paused")
	return "", time.Time{}, nil
}

// TestCooldownWithoutALease: nobody waits for a lease because its holder asks around.
func TestCooldownWithoutALease(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &watching{Store: &auth.MemoryStore{}}
		g := w.cred.Grants(store, auth.ShareCooldown(lookout{w.t, store}))
		w.put(g)
		for range 3 {
			time.Sleep(time.Hour)
			w.Fail(emulator.Fault{Operation: tokenRequest, Status: http.StatusTooManyRequests, RetryAfter: time.Minute})
			_, _ = g.For("alice").Token(w.t.Context())
			time.Sleep(2 * time.Minute)
			w.wantToken(g.For("alice"))
		}
	})
}

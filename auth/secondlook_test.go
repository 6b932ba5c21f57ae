package auth_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// outcomes are what OnRefresh was told.
type outcomes struct {
	mu     sync.Mutex
	events []auth.RefreshEvent
}

func (o *outcomes) hear() auth.GrantsOption {
	return auth.OnRefresh(func(e auth.RefreshEvent) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.events = append(o.events, e)
	})
}

func (o *outcomes) list() (all []auth.Outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.events {
		all = append(all, e.Outcome)
	}
	return all
}

func (o *outcomes) want(t *testing.T, want ...auth.Outcome) {
	t.Helper()
	if got := o.list(); !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

// trouble is a failure of Spotify that is no verdict.
var trouble = emulator.Fault{Operation: tokenRequest, Status: http.StatusBadGateway}

// refusal is a verdict, true or not.
var refusal = emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant", Message: "Refresh token revoked"}

// TestSecondLook: a verdict that falls near other failures of Spotify is believed, and found out
// about once more an hour later, even if nobody asks: then the login lives again, or is let be.
func TestSecondLook(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		for _, when := range []string{"before", "after"} {
			for _, lie := range []bool{false, true} {
				t.Run(name+" "+when+" "+map[bool]string{false: "true", true: "lie"}[lie], func(t *testing.T) {
					t.Parallel()
					inBubble(t, emulator.Config{Refresh: mode}, func(w world) { testSecondLook(w, when, lie) })
				})
			}
		}
	}
}

func testSecondLook(w world, when string, lie bool) {
	var heard outcomes
	store := &auth.MemoryStore{}
	g := w.cred.Grants(store, heard.hear())
	w.put(g)
	if err := g.Put(w.t.Context(), "somebody else", w.token()); err != nil {
		w.t.Fatal(err)
	}
	time.Sleep(time.Hour)
	inTrouble := func() {
		w.Fail(trouble)
		_, _ = g.For("somebody else").Token(w.t.Context())
		time.Sleep(10 * time.Minute)
	}
	if when == "before" {
		inTrouble()
	}
	if lie {
		w.Fail(refusal)
	} else {
		w.Revoke("alice")
	}
	before := w.refreshes()
	w.wantError(g.For("alice"), auth.ErrReauthorize)
	if when == "after" {
		time.Sleep(10 * time.Minute)
		before++
		inTrouble()
	}
	for range 4 {
		w.wantError(g.For("alice"), auth.ErrReauthorize)
		time.Sleep(10 * time.Minute)
	}
	w.wantRefreshes(before + 1)
	time.Sleep(time.Hour) // nobody asks
	w.wantRefreshes(before + 2)
	if lie {
		w.wantToken(g.For("alice"))
	} else {
		for range 24 {
			w.wantError(g.For("alice"), auth.ErrReauthorize)
			time.Sleep(time.Hour)
		}
		w.wantRefreshes(before + 2)
	}
	last := map[bool]auth.Outcome{true: auth.OutcomeRenewed, false: auth.OutcomeConfirmed}[lie]
	if all := heard.list(); all[len(all)-1] != last || !slices.Contains(all, auth.OutcomeDead) {
		w.t.Errorf("told %q, want it dead and then %s", all, last)
	}
}

// TestSecondLookByAnother: if the process that heard the verdict is gone, whoever asks next has the
// second look, and only then.
func TestSecondLookByAnother(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		gone := w.cred.Grants(store)
		w.put(gone)
		time.Sleep(time.Hour)
		w.Fail(trouble)
		w.Fail(refusal)
		_, _ = gone.For("alice").Token(w.t.Context())
		time.Sleep(time.Minute)
		w.wantError(gone.For("alice"), auth.ErrReauthorize)
		if err := gone.Close(w.t.Context()); err != nil {
			w.t.Fatal(err)
		}
		next := w.cred.Grants(store)
		time.Sleep(58 * time.Minute)
		w.wantError(next.For("alice"), auth.ErrReauthorize)
		w.wantRefreshes(2)
		w.Fail(trouble) // it is not settled by a failure
		time.Sleep(3 * time.Minute)
		w.wantError(next.For("alice"), auth.ErrReauthorize)
		time.Sleep(2 * time.Minute)
		w.wantToken(next.For("alice"))
		w.wantRefreshes(4)
		time.Sleep(time.Hour)
		w.wantToken(next.For("alice"))
	})
}

// TestQuietVerdict: in quiet times one request is all there is.
func TestQuietVerdict(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{})
		w.put(g)
		time.Sleep(time.Hour)
		w.Fail(trouble)
		_, _ = g.For("alice").Token(w.t.Context())
		time.Sleep(16 * time.Minute)
		w.Revoke("alice")
		w.wantError(g.For("alice"), auth.ErrReauthorize)
		time.Sleep(16 * time.Minute)
		if err := g.Put(w.t.Context(), "bob", w.token()); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(time.Hour)
		w.Fail(trouble)
		_, _ = g.For("bob").Token(w.t.Context())
		for range 48 {
			w.wantError(g.For("alice"), auth.ErrReauthorize)
			time.Sleep(time.Hour)
		}
		w.wantRefreshes(3)
	})
}

// lateStore is slow at two moments: when the record is loaded that a verdict was written to, and when somebody has
// written that this verdict needs a second look.
type lateStore struct {
	auth.Store
	mu           sync.Mutex
	writes       int
	verdict      int // the write of it
	load, second time.Duration
}

func (s *lateStore) Load(ctx context.Context, key string) (*auth.Record, error) {
	s.mu.Lock()
	wait := time.Duration(0)
	if s.writes == s.verdict {
		wait, s.load = s.load, 0
	}
	s.mu.Unlock()
	time.Sleep(wait)
	return s.Store.Load(ctx, key)
}

func (s *lateStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	err := s.Store.Swap(ctx, key, version, next)
	s.mu.Lock()
	s.writes++
	wait := time.Duration(0)
	if s.writes > s.verdict && key == "alice" {
		wait, s.second = s.second, 0
	}
	s.mu.Unlock()
	time.Sleep(wait)
	return err
}

// TestSecondLookIsAtTheSameLogin: trouble makes a verdict doubtful, and while its second look is planned the person logs
// in again elsewhere, and the refresh that heard the verdict goes on with that. Nobody asks about the new login for the
// old one's sake.
func TestSecondLookIsAtTheSameLogin(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		memory := &auth.MemoryStore{}
		store := &lateStore{Store: memory, verdict: 4, load: 5 * time.Second, second: 10 * time.Second}
		g := w.cred.Grants(store)
		w.put(g)
		if err := g.Put(w.t.Context(), "bob", w.token()); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(time.Hour)
		w.Fail(refusal)
		heard := make(chan error, 1)
		go func() { // the claim is the third write, the verdict the fourth
			_, err := g.For("alice").Token(w.t.Context())
			heard <- err
		}()
		time.Sleep(time.Second)
		w.Fail(trouble)
		_, _ = g.For("bob").Token(w.t.Context())
		time.Sleep(time.Second)
		if rec := w.stored(memory); rec.Dead == nil {
			w.t.Fatalf("stored %v, want the verdict", rec)
		}
		again := *w.token()
		again.ExpiresAt = w.Now().Add(-time.Minute)
		if err := w.cred.Grants(memory).Put(w.t.Context(), "alice", &again); err != nil {
			w.t.Fatal(err)
		}
		if err := <-heard; err != nil {
			w.t.Errorf("Token = %v, want the new login's", err)
		}
		w.wantRefreshes(3)
		time.Sleep(3 * time.Hour)
		w.wantRefreshes(3)
	})
}

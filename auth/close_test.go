package auth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// saves remembers what a script has saved; it fails at will.
type saves struct {
	mu    sync.Mutex
	last  string
	fails int
}

func (s *saves) save(_ context.Context, t *auth.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails > 0 {
		s.fails--
		return errors.New("disk full")
	}
	s.last = t.RefreshToken
	return nil
}

// TestInterruptedScript: a script that is interrupted in the middle of a refresh and closes before it
// ends has saved the token that came, and goes on with it the next time.
func TestInterruptedScript(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(context.Context, *auth.RefreshingCredentials, *auth.RefreshingToken) error{
		"close": func(ctx context.Context, rc *auth.RefreshingCredentials, _ *auth.RefreshingToken) error {
			return rc.Close(ctx)
		},
		"flush": func(ctx context.Context, _ *auth.RefreshingCredentials, login *auth.RefreshingToken) error {
			return login.Flush(ctx)
		},
	} {
		for fails := range 2 {
			inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
				var saved saves
				rc := w.cred.Refreshing(saved.save)
				login := rc.FromToken(w.token())
				time.Sleep(time.Hour)
				saved.fails = fails
				w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 5 * time.Second})
				interrupt, stop := context.WithTimeout(w.t.Context(), time.Second)
				defer stop()
				if _, err := login.Token(interrupt); !errors.Is(err, context.DeadlineExceeded) {
					w.t.Fatalf("Token = %v, want the interruption", err)
				}
				hasty, cancel := context.WithTimeout(w.t.Context(), time.Second)
				if err := end(hasty, rc, login); !errors.Is(err, context.DeadlineExceeded) {
					w.t.Errorf("%s in a hurry = %v, want to hear that something is under way", name, err)
				}
				cancel()
				if err := end(w.t.Context(), rc, login); err != nil {
					w.t.Errorf("%s = %v", name, err)
				}
				if err := end(w.t.Context(), rc, login); err != nil {
					w.t.Errorf("%s again = %v", name, err)
				}
				w.wantRefreshes(1)
				next, err := w.cred.Refreshing(nil).RefreshUserToken(w.t.Context(), saved.last)
				if err != nil {
					w.t.Fatalf("the next run with what was saved: %v\n%v", err, w.Ledger())
				}
				w.wantToken(next)
			})
		}
	}
}

// TestCloseSaysWhatIsLost: a token that cannot be saved is told of, and one that is good is served.
func TestCloseSaysWhatIsLost(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		var saved saves
		rc := w.cred.Refreshing(saved.save)
		login := rc.FromToken(w.token())
		idle := rc.FromToken(w.token())
		time.Sleep(time.Hour)
		saved.fails = 2
		if _, err := login.Token(w.t.Context()); err == nil {
			w.t.Error("Token that could not be saved = nil error")
		}
		if err := rc.Close(w.t.Context()); err == nil {
			w.t.Error("Close with a token that could not be saved = nil, want an error")
		}
		if err := rc.Close(w.t.Context()); err != nil {
			w.t.Errorf("Close when it can be saved = %v", err)
		}
		w.wantToken(login)
		if token, err := idle.Token(w.t.Context()); err == nil {
			w.t.Errorf("Token after Close = %v, want an error: it needs a refresh", token)
		}
		w.wantRefreshes(1)
	})
}

// TestFlushThatIsInAHurry: who does not wait for a save under way hears that, and the next one that it was done.
func TestFlushThatIsInAHurry(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		calls := 0
		rc := w.cred.Refreshing(func(context.Context, *auth.Token) error {
			if calls++; calls == 1 {
				return errors.New("not now")
			}
			time.Sleep(3 * time.Second)
			return nil
		})
		login := rc.FromToken(w.token())
		time.Sleep(time.Hour)
		if _, err := login.Token(w.t.Context()); err == nil {
			w.t.Error("Token that could not be saved = nil error")
		}
		hurry, cancel := context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		if err := login.Flush(hurry); !errors.Is(err, context.DeadlineExceeded) {
			w.t.Errorf("Flush that may take a second = %v, want that its time is over", err)
		}
		if err := login.Flush(w.t.Context()); err != nil || calls != 2 {
			w.t.Errorf("Flush = %v after %d calls of the hook, want nil after 2", err, calls)
		}
	})
}

// TestFlushOfNothing is nothing.
func TestFlushOfNothing(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{})
		if err := g.For("alice").Flush(w.t.Context()); err != nil {
			w.t.Errorf("Flush = %v", err)
		}
		w.put(g)
		login := g.For("alice")
		w.wantToken(login)
		if err := login.Flush(w.t.Context()); err != nil {
			w.t.Errorf("Flush = %v", err)
		}
		time.Sleep(time.Hour)
		w.wantToken(login) // and it ends nothing
	})
}

// TestCloseWhenOthersDeleted: a login that ended at another replica, while an answer for it waited for the store, leaves
// nothing to finish. Close is no failure for that: a server would end with one.
func TestCloseWhenOthersDeleted(t *testing.T) {
	t.Parallel()
	for _, delete := range bools { // or it is another login now
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			store := &downStore{Store: &auth.MemoryStore{}}
			g, other := w.cred.Grants(store), w.cred.Grants(store.Store)
			w.put(g)
			time.Sleep(time.Hour)
			store.set(true)
			if _, err := g.For("alice").Token(w.t.Context()); err == nil {
				w.t.Fatal("Token that could not be claimed or saved = nil error")
			}
			store.set(false)
			w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 2 * time.Second})
			go func() { _, _ = g.For("alice").Token(w.t.Context()) }()
			time.Sleep(time.Second)
			store.set(true)
			time.Sleep(5 * time.Second) // the answer has come
			if g.State().Unsaved != 1 {
				w.t.Fatalf("State = %+v, want an answer that waits for the store", g.State())
			}
			w.delete(other)
			if !delete {
				w.put(other)
			}
			store.set(false)
			if err := g.Close(w.t.Context()); err != nil {
				w.t.Errorf("Close after another replica's Delete (and nothing more: %v) = %v, want nil", delete, err)
			}
			if s := g.State(); s.Unsaved != 0 {
				w.t.Errorf("State after Close = %+v, want nothing unsaved", s)
			}
		})
	}
}

// slowCooldown takes so long to say that there is no pause.
type slowCooldown time.Duration

func (slowCooldown) Pause(context.Context, string, time.Time) error { return nil }

func (c slowCooldown) Paused(context.Context) (string, time.Time, error) {
	time.Sleep(time.Duration(c))
	return "", time.Time{}, nil
}

// TestNothingIsClaimedAfterClosing: closing began while somebody asked around whether a request may be sent. It may not
// be any more.
func TestNothingIsClaimedAfterClosing(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		store := &auth.MemoryStore{}
		g := w.cred.Grants(store, auth.ShareCooldown(slowCooldown(300*time.Millisecond)))
		w.put(g)
		version := w.stored(store).Version
		time.Sleep(time.Hour)
		go func() { _, _ = g.For("alice").Token(w.t.Context()) }()
		time.Sleep(100 * time.Millisecond)
		if err := g.Close(w.t.Context()); err != nil {
			w.t.Errorf("Close = %v", err)
		}
		w.wantRefreshes(0)
		if w.stored(store).Version != version {
			w.t.Error("a lease was claimed after closing had begun")
		}
	})
}

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

func TestHalfAYear(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
				login := w.cred.Refreshing(nil).FromToken(w.token())
				for range 180 {
					time.Sleep(24 * time.Hour)
					for range 3 {
						w.wantToken(login)
					}
				}
				w.wantRefreshes(180)
				time.Sleep(10 * 24 * time.Hour)
				for range 3 {
					_, err := login.Token(w.t.Context())
					if gone, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || gone.Reason != auth.ReasonExpired {
						w.t.Errorf("after six months: %v, want to log in again", err)
					}
				}
				if n := w.refreshes(); n < 181 || n > 184 { // each spare is tried once, then nothing
					w.t.Errorf("refreshed %d times, want one more, and one for each spare", n)
				}
			})
		})
	}
}

// TestHalfAYearByHand is the same with clocks that are turned by hand, between files.
func TestHalfAYearByHand(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, emulator.Config{Refresh: mode})
			open := openFiles(t)
			grants := []*auth.Grants{w.cred.Grants(open()), w.cred.Grants(open())}
			if err := grants[0].Put(t.Context(), "alice", w.token()); err != nil {
				t.Fatal(err)
			}
			for week := range 25 {
				w.Advance(7 * 24 * time.Hour)
				w.wantToken(grants[week%2].For("alice"))
				w.wantToken(grants[(week+1)%2].For("alice"))
			}
			w.wantRefreshes(25)
			w.AdvanceDate(0, 1, 0)
			w.wantError(grants[0].For("alice"), auth.ErrReauthorize)
			w.wantError(grants[1].For("alice"), auth.ErrReauthorize)
		})
	}
}

// TestManyCallersOneRefresh: a thousand goroutines, one expired token, one request; nobody
// waits longer than the answer takes.
func TestManyCallersOneRefresh(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
				grants := w.cred.Grants(&auth.MemoryStore{})
				if err := grants.Put(w.t.Context(), "alice", w.token()); err != nil {
					w.t.Fatal(err)
				}
				for kind, login := range map[string]func() auth.TokenSource{
					"own":    func(own auth.TokenSource) func() auth.TokenSource { return func() auth.TokenSource { return own } }(w.cred.Refreshing(nil).FromToken(w.token())),
					"stored": func() auth.TokenSource { return grants.For("alice") },
				} {
					time.Sleep(time.Hour)
					before := w.refreshes()
					w.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 50 * time.Millisecond})
					began := time.Now()
					var wg sync.WaitGroup
					for range 1000 {
						wg.Go(func() { w.wantToken(login()) })
					}
					wg.Wait()
					if took := time.Since(began); took > 60*time.Millisecond {
						w.t.Errorf("%s: everyone was served after %v, want 1.2 × 50ms at most", kind, took)
					}
					w.wantRefreshes(before + 1)
				}
			})
		})
	}
}

// TestCallersLeave: a caller may go; the refresh goes on, and its answer is kept.
func TestCallersLeave(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		login := w.cred.Refreshing(nil).FromToken(w.token())
		time.Sleep(time.Hour)
		w.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 5 * time.Second})
		ctx, cancel := context.WithTimeout(w.t.Context(), time.Second)
		defer cancel()
		if _, err := login.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			w.t.Errorf("Token = %v, want the caller's deadline", err)
		}
		if _, err := login.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			w.t.Errorf("Token with an ended context = %v, want its error", err)
		}
		w.wantToken(login)
		w.wantRefreshes(1)
	})
}

func TestExpire(t *testing.T) {
	t.Parallel()
	for _, stored := range []bool{false, true} {
		inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
			login := w.cred.Refreshing(nil).FromToken(w.token())
			if stored {
				grants := w.cred.Grants(&auth.MemoryStore{}, auth.CacheFor(time.Minute))
				if err := grants.Put(w.t.Context(), "alice", w.token()); err != nil {
					w.t.Fatal(err)
				}
				login = grants.For("alice")
			}
			first := w.wantToken(login)
			login.Expire(nil)
			login.Expire(&auth.Token{AccessToken: "another's"})
			if again := w.wantToken(login); again != first {
				w.t.Errorf("Expire of another token changed %p to %p", first, again)
			}
			login.Expire(first)
			if login.Current() != first {
				w.t.Error("Current = another token, want the last one seen, expired or not")
			}
			second := w.wantToken(login)
			login.Expire(first) // late: somebody else's 401
			if third := w.wantToken(login); third != second || second.AccessToken == first.AccessToken {
				w.t.Error("Expire of the token before last had an effect")
			}
			w.wantRefreshes(1)
		})
	}
}

func TestApplicationTokenRenewsItself(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		app, err := w.cred.Refreshing(nil).RequestClientToken(w.t.Context())
		if err != nil {
			w.t.Fatal(err)
		}
		first := w.wantToken(app)
		time.Sleep(time.Hour - 30*time.Second)
		if second := w.wantToken(app); second.AccessToken == first.AccessToken {
			w.t.Error("a token with half a minute left was not renewed")
		}
		if n := len(w.Ledger().Grant("client_credentials")); n != 2 {
			w.t.Errorf("%d application tokens requested, want 2", n)
		}
	})
}

func TestNothingSaved(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		login := w.cred.Refreshing(nil).FromToken(nil)
		w.wantError(login, auth.ErrReauthorize)
		if t := login.Current(); t != nil {
			w.t.Errorf("Current = %v, want nil", t)
		}
		w.wantRefreshes(0)
	})
}

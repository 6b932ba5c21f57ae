package auth_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestDroppedWhileWaiting: a refresh that waited for another replica's, and whose person has logged out meanwhile,
// stores no access token again; but for somebody who still waits it does.
func TestDroppedWhileWaiting(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		logouts   int // before which the access token was erased already
		stays     bool
		refreshes int // in the end, by the time the login is used again
	}{
		"gone":                      {0, false, 1},
		"gone, logged out twice":    {1, false, 1},
		"waits":                     {0, true, 2},
		"waits, in the second time": {1, true, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
				store := &auth.MemoryStore{}
				holder, waiter := w.cred.Grants(&stoppedStore{Store: store, nth: int64(3 + test.logouts), pause: 5 * time.Second}), w.cred.Grants(store)
				w.put(holder)
				time.Sleep(time.Hour)
				for range test.logouts {
					w.drop(holder)
				}
				w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 2 * time.Second})
				go func() { _, _ = holder.For("alice").Token(w.t.Context()) }()
				time.Sleep(100 * time.Millisecond)
				ctx, leave := context.WithTimeout(w.t.Context(), time.Second)
				if test.stays {
					ctx, leave = context.WithTimeout(w.t.Context(), time.Minute)
				}
				defer leave()
				heard := make(chan error, 1)
				go func() {
					_, err := waiter.For("alice").Token(ctx)
					heard <- err
				}()
				w.dropOnceKept(store)
				if err := <-heard; test.stays != (err == nil) || err != nil && !errors.Is(err, context.DeadlineExceeded) {
					w.t.Errorf("Token of who waited = %v", err)
				}
				time.Sleep(time.Minute)
				rec, err := store.Load(w.t.Context(), "alice")
				if err != nil {
					w.t.Fatal(err)
				}
				if stored := rec.Token.AccessToken != ""; stored != test.stays {
					w.t.Errorf("after the logout an access token is stored: %t, want %t", stored, test.stays)
				}
				w.wantRefreshes(test.refreshes)
				w.wantToken(waiter.For("alice")) // the login goes on
				w.wantRefreshes(2)
			})
		})
	}
}

func (w world) drop(g *auth.Grants) {
	w.t.Helper()
	if err := g.DropAccess(w.t.Context(), "alice"); err != nil {
		w.t.Fatal(err)
	}
}

// dropOnceKept logs alice out by a third replica as soon as a token has been kept, before anybody looks.
func (w world) dropOnceKept(store auth.Store) {
	w.t.Helper()
	for {
		rec, err := store.Load(w.t.Context(), "alice")
		if err != nil {
			w.t.Fatal(err)
		}
		if rec.Generation > 0 {
			w.drop(w.cred.Grants(store))
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// TestLogoutLosesNoAnswer: an answer that comes when the person has just logged out and the store is down waits for
// the store like any other: its refresh token may be the only valid one.
func TestLogoutLosesNoAnswer(t *testing.T) {
	t.Parallel()
	for name, journal := range map[string]*noting{"with a journal": {}, "without": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
				var opts []auth.GrantsOption
				if journal != nil {
					opts = append(opts, auth.Rescue(journal))
				}
				store := &downStore{Store: &auth.MemoryStore{}}
				g := w.cred.Grants(store, opts...)
				w.put(g)
				w.overdueRefresh(g, 2*time.Second)
				time.Sleep(time.Second)
				w.drop(g)
				store.set(true)
				time.Sleep(2 * time.Second)
				if s := g.State(); s.Unsaved != 1 || journal != nil && journal.done != 0 {
					w.t.Errorf("State = %+v and the journal was told to forget %+v, want one answer unsaved and none forgotten", s, journal)
				}
				store.set(false)
				time.Sleep(time.Minute)
				w.wantToken(g.For("alice"))
				w.wantRefreshes(2) // with the refresh token that waited: the access token went with the logout
			})
		})
	}
}

package auth_test

import (
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// put keeps alice's login under the key "alice".
func (w world) put(g *auth.Grants) {
	w.t.Helper()
	if err := g.Put(w.t.Context(), "alice", w.token()); err != nil {
		w.t.Fatal(err)
	}
}

// putBob keeps bob's login under the key "bob".
func (w world) putBob(g *auth.Grants) {
	w.t.Helper()
	if err := g.Put(w.t.Context(), "bob", w.tokenOf("bob")); err != nil {
		w.t.Fatal(err)
	}
}

// stored is the record under "alice".
func (w world) stored(s auth.Store) *auth.Record {
	w.t.Helper()
	rec, err := s.Load(w.t.Context(), "alice")
	if err != nil {
		w.t.Fatal(err)
	}
	return rec
}

func TestGrantsRefuseEmptyKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t, emulator.Config{})
	g := w.cred.Grants(&auth.MemoryStore{})
	if err := g.Put(t.Context(), "", w.token()); err == nil {
		t.Error("Put with an empty key = nil, want an error")
	}
	if _, err := g.For("").Token(t.Context()); err == nil || errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Token of the empty key = %v, want it refused", err)
	}
	if err := g.Delete(t.Context(), ""); err == nil {
		t.Error("Delete with an empty key = nil, want an error")
	}
	if err := g.DropAccess(t.Context(), ""); err == nil {
		t.Error("DropAccess with an empty key = nil, want an error")
	}
	if err := g.Put(t.Context(), "alice", nil); err == nil {
		t.Error("Put without a token = nil, want an error")
	}
}

// TestRevoked: the verdict is heard once, and remembered; a new login ends it.
func TestRevoked(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, emulator.Config{Refresh: mode}, func(w world) {
				store := &auth.MemoryStore{}
				one, other := w.cred.Grants(store), w.cred.Grants(store)
				w.put(one)
				w.Revoke("alice")
				time.Sleep(time.Hour)
				for range 3 {
					w.wantError(one.For("alice"), auth.ErrReauthorize)
					w.wantError(other.For("alice"), auth.ErrReauthorize)
				}
				w.wantRefreshes(1)
				if rec := w.stored(store); rec.Dead == nil || rec.Dead.Reason != auth.ReasonRevoked {
					w.t.Errorf("stored %v, want it dead: revoked", rec)
				}
				w.put(other)
				w.wantToken(one.For("alice"))
			})
		})
	}
}

// TestQuarantine: a dead login keeps its tokens for a week, for a verdict can be wrong. Then
// the next touch destroys them.
func TestQuarantine(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		store := &auth.MemoryStore{}
		g := w.cred.Grants(store)
		w.put(g)
		w.Revoke("alice")
		time.Sleep(time.Hour)
		w.wantError(g.For("alice"), auth.ErrReauthorize)
		time.Sleep(7*24*time.Hour - time.Minute)
		w.wantError(g.For("alice"), auth.ErrReauthorize)
		if rec := w.stored(store); rec.Token.RefreshToken == "" {
			w.t.Error("the tokens of a dead login were destroyed before a week was over")
		}
		time.Sleep(time.Minute)
		w.wantError(g.For("alice"), auth.ErrReauthorize)
		rec := w.stored(store)
		if rec.Token.RefreshToken != "" || rec.Token.AccessToken != "" {
			w.t.Error("the tokens of a dead login are still there after a week")
		}
		if rec.Dead == nil || rec.Token.Scope.Len() == 0 || rec.Token.AuthorizedAt.IsZero() {
			w.t.Errorf("left of a dead login: %v, want scope, consent and verdict", rec)
		}
		w.wantError(g.For("alice"), auth.ErrReauthorize)
	})
}

// TestBury: a dead login that nobody uses any more loses its tokens after a week, and Spotify is not asked.
func TestBury(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		store := &auth.MemoryStore{}
		g, upkeep := w.cred.Grants(store), w.cred.Grants(store)
		w.put(g)
		for _, step := range []struct {
			after  time.Duration
			revoke bool
			left   bool
		}{
			{after: 8 * 24 * time.Hour, left: true}, // it lives
			{revoke: true, left: true},
			{after: 7*24*time.Hour - time.Minute, left: true},
			{after: time.Minute, left: false},
			{after: time.Minute, left: false},
		} {
			time.Sleep(step.after)
			if step.revoke {
				w.Revoke("alice")
				w.wantError(g.For("alice"), auth.ErrReauthorize)
			}
			before := len(w.Ledger())
			if err := upkeep.Bury(w.t.Context(), "alice"); err != nil {
				w.t.Errorf("Bury = %v, want nil", err)
			}
			if after := len(w.Ledger()); after != before {
				w.t.Errorf("Bury asked Spotify: %v", w.Ledger()[before:])
			}
			if left := w.stored(store).Token.RefreshToken != ""; left != step.left {
				w.t.Errorf("after %v a refresh token is left: %t, want %t", step.after, left, step.left)
			}
		}
		if rec := w.stored(store); rec.Dead == nil || rec.Token.Scope.Len() == 0 {
			w.t.Errorf("left of a dead login: %v, want scope and verdict", rec)
		}
		if err := upkeep.Bury(w.t.Context(), "nobody"); err != nil {
			w.t.Errorf("Bury of an absent login = %v, want nil", err)
		}
	})
}

// TestSparesAreTried before a login is given up. Spotify is not taken at its word when it lies
// about the newest token, but the older one is used up indeed.
func TestSparesAreTried(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		g := w.cred.Grants(store)
		w.put(g)
		time.Sleep(time.Hour)
		w.wantToken(g.For("alice"))
		w.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant"}) // a lie
		time.Sleep(time.Hour)
		w.wantError(g.For("alice"), auth.ErrReauthorize)
		w.wantRefreshes(3) // the true one, the lie, and the spare that is used up indeed
	})
}

// TestVerdictOnAnOldGeneration: what Spotify says about a token that was replaced meanwhile is
// nobody's verdict.
func TestVerdictOnAnOldGeneration(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		slow := w.cred.Grants(store, auth.LeaseFor(5*time.Second))
		quick := w.cred.Grants(store, auth.LeaseFor(5*time.Second))
		w.put(slow)
		time.Sleep(time.Hour)
		// The answer to the first takes so long that another takes over, and it is a lie.
		w.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant", Delay: 9 * time.Second})
		heard := make(chan error, 1)
		go func() {
			_, err := slow.For("alice").Token(w.t.Context())
			heard <- err
		}()
		time.Sleep(100 * time.Millisecond)
		w.wantToken(quick.For("alice"))
		if err := <-heard; err != nil {
			w.t.Errorf("Token of the one who was refused late = %v, want the other's token", err)
		}
		if rec := w.stored(store); rec.Dead != nil {
			w.t.Errorf("stored %v, want it alive", rec)
		}
		w.wantToken(slow.For("alice"))
		w.wantRefreshes(2)
	})
}

func TestDropAccess(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		g := w.cred.Grants(store, auth.CacheFor(time.Hour))
		if err := g.DropAccess(w.t.Context(), "alice"); err != nil {
			w.t.Errorf("DropAccess of an absent login = %v, want nil", err)
		}
		w.put(g)
		first := w.wantToken(g.For("alice"))
		if err := g.DropAccess(w.t.Context(), "alice"); err != nil {
			w.t.Fatal(err)
		}
		if rec := w.stored(store); rec.Token.AccessToken != "" || rec.Token.RefreshToken == "" {
			w.t.Errorf("DropAccess left access %t, refresh %t; want the refresh token alone",
				rec.Token.AccessToken != "", rec.Token.RefreshToken != "")
		}
		if second := w.wantToken(g.For("alice")); second.AccessToken == first.AccessToken {
			w.t.Error("Token after DropAccess = the old one, want a refresh")
		}
		w.wantRefreshes(1)
	})
}

// TestCacheFor: what another process does is seen that much later, what this one does at once.
func TestCacheFor(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		store := &auth.MemoryStore{}
		cached, other := w.cred.Grants(store, auth.CacheFor(time.Minute)), w.cred.Grants(store)
		w.put(cached)
		w.wantToken(cached.For("alice"))
		if err := other.Delete(w.t.Context(), "alice"); err != nil {
			w.t.Fatal(err)
		}
		w.wantToken(cached.For("alice"))
		w.wantError(other.For("alice"), auth.ErrNotFound)
		time.Sleep(61 * time.Second)
		w.wantError(cached.For("alice"), auth.ErrNotFound)
		w.put(cached)
		w.wantToken(cached.For("alice"))
		if err := cached.Delete(w.t.Context(), "alice"); err != nil {
			w.t.Fatal(err)
		}
		w.wantError(cached.For("alice"), auth.ErrNotFound)
	})
}

// TestClose waits for what is under way, and begins nothing more.
func TestClose(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{Refresh: emulator.Rotated}, func(w world) {
		store := &auth.MemoryStore{}
		g := w.cred.Grants(store)
		w.put(g)
		time.Sleep(time.Hour)
		w.Fail(emulator.Fault{Operation: tokenRequest, Delay: 5 * time.Second})
		go func() { _, _ = g.For("alice").Token(w.t.Context()) }()
		time.Sleep(time.Second)
		if err := g.Close(w.t.Context()); err != nil {
			w.t.Errorf("Close = %v", err)
		}
		if rec := w.stored(store); rec.Generation != 1 {
			w.t.Errorf("stored %v after Close, want the answer that was under way", rec)
		}
		w.wantToken(g.For("alice"))
		time.Sleep(time.Hour)
		if token, err := g.For("alice").Token(w.t.Context()); err == nil {
			w.t.Errorf("Token after Close = %v, want an error: it needs a refresh", token)
		}
		w.wantRefreshes(1)
		w.wantToken(w.cred.Grants(store).For("alice"))
	})
}

// TestManyKeys: keys that are merely looked at cost nothing for long.
func TestManyKeys(t *testing.T) {
	w := newWorld(t, emulator.Config{})
	const keys = 200_000
	for name, opts := range map[string][]auth.GrantsOption{"read every time": nil, "cached": {auth.CacheFor(time.Hour)}} {
		g := w.cred.Grants(&auth.MemoryStore{}, opts...)
		before := heap()
		for i := range keys / 10 {
			if _, err := g.For(fmt.Sprint(i)).Token(t.Context()); !errors.Is(err, auth.ErrNotFound) {
				t.Fatal(err)
			}
		}
		for i := range keys {
			_ = g.For(fmt.Sprint(i))
		}
		if grown := heap() - before; grown > 2<<20 {
			t.Errorf("%s: %d keys cost %d bytes", name, keys, grown)
		}
		runtime.KeepAlive(g)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

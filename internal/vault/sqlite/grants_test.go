package sqlite_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// A second process cannot open the file: its place is taken by a second Grants of the same DB, which shares nothing
// with the first but the database. The bubble's clock is the database's too, so leases run out at once.
func TestStore(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	opened := map[*testing.T]*vault.DB{}
	authtest.RunStoreInBubble(t, func(t *testing.T) auth.Store {
		mu.Lock()
		defer mu.Unlock()
		if opened[t] == nil {
			opened[t] = open(t, t.TempDir())
		}
		return opened[t].Grants(app)
	})
}

func token(refresh string) *auth.Token {
	return &auth.Token{
		AccessToken: "access of " + refresh, TokenType: "Bearer", RefreshToken: refresh,
		Scope:     auth.Scopes(auth.ScopeUserReadEmail, auth.ScopeStreaming),
		ExpiresAt: time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC), AuthorizedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	}
}

func put(t testing.TB, store auth.Store, key, version, next string) {
	t.Helper()
	if err := store.Swap(t.Context(), key, version, &auth.Record{Version: next, Token: token(key)}); err != nil {
		t.Fatalf("Swap(%q, %q → %q) = %v, want nil", key, version, next, err)
	}
}

func TestLoadSetsTheClock(t *testing.T) {
	t.Parallel()
	clock := newHand()
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	store := db.Grants(app)
	written := clock.Now()
	put(t, store, "alice", "", "v1")
	now := clock.turn(90*time.Second + 7*time.Millisecond)
	record, err := store.Load(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	if !record.Written.Equal(written) || !record.Now.Equal(now) {
		t.Errorf("Load: written %v, now %v, want %v, %v", record.Written, record.Now, written, now)
	}
	if record.Version != "v1" || record.Token.RefreshToken != "alice" {
		t.Errorf("Load = %v with version %q, want alice's v1", record, record.Version)
	}
}

func TestGrantsAreApart(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	one, two := db.Grants(app), db.Grants("another app")
	put(t, one, "alice", "", "v1")
	if _, err := two.Load(t.Context(), "alice"); !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Load in another app = %v, want ErrNotFound", err)
	}
	put(t, two, "alice", "", "w1")
	try2(t, two.Delete(t.Context(), "alice"))
	if _, err := one.Load(t.Context(), "alice"); err != nil {
		t.Errorf("Load after another app's Delete = %v, want nil", err)
	}
}

func TestSessionShowsTheGrant(t *testing.T) {
	t.Parallel()
	db := open(t, t.TempDir())
	user := signIn(t, db, "alice")
	id := newSession(t, db, user, "", time.Now().Add(time.Hour))
	put(t, db.Grants(app), user, "", "v1")
	want := token(user)
	s, err := db.Session(t.Context(), app, id, time.Now())
	if err != nil || s.Scopes != want.Scope || !s.AuthorizedAt.Equal(want.AuthorizedAt) || s.Dead != "" {
		t.Errorf("Session = %+v, %v, want scopes and time of the grant", s, err)
	}
	dead := &auth.Record{Version: "v2", Token: want, Dead: &auth.ReauthorizeError{Reason: auth.ReasonRevoked, AuthorizedAt: want.AuthorizedAt}}
	try(t, db.Grants(app).Swap(t.Context(), user, "v1", dead))
	if s, err := db.Session(t.Context(), app, id, time.Now()); err != nil || s.Dead != auth.ReasonRevoked || s.Scopes != want.Scope {
		t.Errorf("Session of a dead grant = %+v, %v, want it revoked", s, err)
	}
	try(t, db.Grants(app).Delete(t.Context(), user))
	if s, err := db.Session(t.Context(), app, id, time.Now()); err != nil || s.Dead != auth.ReasonNone || s.Scopes.Len() != 0 {
		t.Errorf("Session without a grant = %+v, %v, want ReasonNone", s, err)
	}
}

// A login that was under way when the person left does not bring the grant back.
func TestForgottenGrantStaysAway(t *testing.T) {
	t.Parallel()
	clock := newHand()
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	store := db.Grants(app)
	user := signIn(t, db, "alice")
	put(t, store, user, "", "v1")
	try(t, db.Forget(t.Context(), app, user))
	if _, err := store.Load(t.Context(), user); !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Load after Forget = %v, want ErrNotFound", err)
	}
	late := &auth.Record{Version: "v2", Token: token(user)}
	if err := store.Swap(t.Context(), user, "v1", late); !errors.Is(err, auth.ErrConflict) {
		t.Errorf("late Swap over the old version = %v, want ErrConflict", err)
	}
	if err := store.Swap(t.Context(), user, "", late); !errors.Is(err, vault.ErrNoPerson) {
		t.Errorf("late Swap over nothing = %v, want ErrNoPerson", err)
	}
	try(t, db.Sweep(t.Context(), clock.turn(23*time.Hour)))
	if err := store.Swap(t.Context(), user, "", late); !errors.Is(err, vault.ErrNoPerson) {
		t.Errorf("Swap 23 hours later = %v, want ErrNoPerson", err)
	}
}

// Each number is written exactly once: a lost update would write one twice.
func TestNoLostUpdates(t *testing.T) {
	t.Parallel()
	const writers, each = 16, 20
	db := open(t, t.TempDir())
	put(t, db.Grants(app), "counter", "", "start")
	var mu sync.Mutex
	counted := map[int64]int{}
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			store := db.Grants(app)
			for i := range each {
				n, err := increment(context.Background(), store, fmt.Sprintf("%d-%d", w, i))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				counted[n]++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for n := range int64(writers * each) {
		if counted[n+1] != 1 {
			t.Errorf("%d was written %d times, want once", n+1, counted[n+1])
		}
	}
	if record, err := db.Grants(app).Load(t.Context(), "counter"); err != nil || record.Generation != writers*each {
		t.Errorf("the counter ends at %v, %v, want generation %d", record, err, writers*each)
	}
}

func increment(ctx context.Context, store auth.Store, name string) (int64, error) {
	for try := 0; ; try++ {
		record, err := store.Load(ctx, "counter")
		if err != nil {
			return 0, err
		}
		next := &auth.Record{Version: fmt.Sprintf("%s-%d", name, try), Token: record.Token, Generation: record.Generation + 1}
		err = store.Swap(ctx, "counter", record.Version, next)
		if !errors.Is(err, auth.ErrConflict) {
			return next.Generation, err
		}
	}
}

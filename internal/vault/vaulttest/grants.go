package vaulttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

func (t *vaultTest) loadSetsTheClock() {
	db, clock := t.open(), t.clock
	store := db.Grants(app)
	written := clock.Now()
	t.put(store, "alice", "", "v1")
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

func (t *vaultTest) grantsAreApart() {
	db := t.open()
	one, two := db.Grants(app), db.Grants("another app")
	t.put(one, "alice", "", "v1")
	if _, err := two.Load(t.Context(), "alice"); !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Load in another app = %v, want ErrNotFound", err)
	}
	t.put(two, "alice", "", "w1")
	t.must(two.Delete(t.Context(), "alice"))
	if _, err := one.Load(t.Context(), "alice"); err != nil {
		t.Errorf("Load after another app's Delete = %v, want nil", err)
	}
}

func (t *vaultTest) sessionShowsTheGrant() {
	db := t.open()
	user := t.signIn(db, "alice")
	id := t.newSession(db, user, "", t.clock.Now().Add(time.Hour))
	t.put(db.Grants(app), user, "", "v1")
	want := tokenOf(user)
	s, err := db.Session(t.Context(), app, id, t.clock.Now())
	if err != nil || s.Scopes != want.Scope || !s.AuthorizedAt.Equal(want.AuthorizedAt) || s.Dead != "" {
		t.Errorf("Session = %+v, %v, want scopes and time of the grant", s, err)
	}
	dead := &auth.Record{Version: "v2", Token: want, Dead: &auth.ReauthorizeError{Reason: auth.ReasonRevoked, AuthorizedAt: want.AuthorizedAt}}
	t.must(db.Grants(app).Swap(t.Context(), user, "v1", dead))
	if s, err := db.Session(t.Context(), app, id, t.clock.Now()); err != nil || s.Dead != auth.ReasonRevoked || s.Scopes != want.Scope {
		t.Errorf("Session of a dead grant = %+v, %v, want it revoked", s, err)
	}
	t.must(db.Grants(app).Delete(t.Context(), user))
	if s, err := db.Session(t.Context(), app, id, t.clock.Now()); err != nil || s.Dead != auth.ReasonNone || s.Scopes.Len() != 0 {
		t.Errorf("Session without a grant = %+v, %v, want ReasonNone", s, err)
	}
}

// A login that was under way when the person left does not bring the grant back.
func (t *vaultTest) forgottenGrantStaysAway() {
	db, clock := t.open(), t.clock
	store := db.Grants(app)
	user := t.signIn(db, "alice")
	t.put(store, user, "", "v1")
	t.must(db.Forget(t.Context(), app, user))
	if _, err := store.Load(t.Context(), user); !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("Load after Forget = %v, want ErrNotFound", err)
	}
	late := &auth.Record{Version: "v2", Token: tokenOf(user)}
	if err := store.Swap(t.Context(), user, "v1", late); !errors.Is(err, auth.ErrConflict) {
		t.Errorf("late Swap over the old version = %v, want ErrConflict", err)
	}
	if err := store.Swap(t.Context(), user, "", late); !errors.Is(err, vault.ErrNoPerson) {
		t.Errorf("late Swap over nothing = %v, want ErrNoPerson", err)
	}
	t.must(db.Sweep(t.Context(), clock.turn(23*time.Hour)))
	if err := store.Swap(t.Context(), user, "", late); !errors.Is(err, vault.ErrNoPerson) {
		t.Errorf("Swap 23 hours later = %v, want ErrNoPerson", err)
	}
}

// Each number is written exactly once: a lost update would write one twice.
func (t *vaultTest) noLostUpdates() {
	const writers, each = 100, 2
	db := t.open()
	t.put(db.Grants(app), "counter", "", "start")
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

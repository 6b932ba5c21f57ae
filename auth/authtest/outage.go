package authtest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// outageTests are logins whose store cannot be relied upon.
var outageTests = []storeTest{
	{"ambiguous writes", testAmbiguousWrites},
	{"store down when the answer comes", testStoreDown},
	{"store down, journal up", testStoreDownJournalUp},
}

var errOutage = errors.New("authtest: the connection broke")

// doubtful is a store over a bad line: of five writes one arrives but says it failed, and one
// fails.
type doubtful struct {
	auth.Store
	writes atomic.Int64
}

// Swap does its best.
func (s *doubtful) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	n := s.writes.Add(1)
	if n%5 == 2 {
		return errOutage
	}
	if err := s.Store.Swap(ctx, key, version, next); err != nil || n%5 != 4 {
		return err
	}
	return errOutage
}

// testAmbiguousWrites: where nobody can be sure of a write, no login is lost and no request is
// made twice.
func testAmbiguousWrites(t *testing.T, newStore func(t *testing.T) auth.Store) {
	const replicas, callers, expiries = 3, 4, 8
	a := newAccounts()
	var all []*auth.Grants
	for i := range replicas {
		s := &doubtful{Store: newStore(t)}
		s.writes.Store(int64(i))
		all = append(all, a.replica(t, s, nil))
	}
	if err := all[0].Put(t.Context(), "alice", a.login("alice")); err != nil {
		t.Fatal(err)
	}
	for n := 1; n <= expiries; n++ {
		a.clock.turn(time.Hour)
		var wg sync.WaitGroup
		for i := range replicas * callers {
			wg.Go(func() {
				if _, err := all[i%replicas].For("alice").Token(t.Context()); err != nil {
					t.Errorf("expiry %d: Token = %v", n, err)
				}
			})
		}
		wg.Wait()
		hasAsked(t, a, "alice", n)
	}
}

// fallible is a store that can be switched off.
type fallible struct {
	auth.Store
	down atomic.Bool
}

func (s *fallible) err() error {
	if s.down.Load() {
		return errOutage
	}
	return nil
}

// Load fails when the store is down.
func (s *fallible) Load(ctx context.Context, key string) (*auth.Record, error) {
	if err := s.err(); err != nil {
		return nil, err
	}
	return s.Store.Load(ctx, key)
}

// Swap fails when the store is down.
func (s *fallible) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	if err := s.err(); err != nil {
		return err
	}
	return s.Store.Swap(ctx, key, version, next)
}

// failing is a login whose store goes down when the first answer comes.
func failing(t *testing.T, newStore func(t *testing.T) auth.Store, opts ...auth.GrantsOption) (*accounts, *fallible, *auth.Grants) {
	t.Helper()
	a, s := newAccounts(), &fallible{Store: newStore(t)}
	g := a.replica(t, s, nil, opts...)
	if err := g.Put(t.Context(), "alice", a.login("alice")); err != nil {
		t.Fatal(err)
	}
	a.clock.turn(time.Hour)
	a.answering = func(_ string, n int) {
		if n == 1 {
			s.down.Store(true)
		}
	}
	return a, s, g
}

// testStoreDown: the token is not given out before it is saved, not lost, and not asked for
// twice.
func testStoreDown(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a, s, g := failing(t, newStore)
	for range 2 {
		if token, err := g.For("alice").Token(t.Context()); !errors.Is(err, errOutage) {
			t.Errorf("Token while it cannot be saved = %v, %v, want the store's error", token, err)
		}
	}
	s.down.Store(false)
	hasToken(t, g, "access-alice-1")
	hasAsked(t, a, "alice", 1)
	a.clock.turn(time.Hour)
	hasToken(t, a.replica(t, newStore(t), nil), "access-alice-2")
}

// testStoreDownJournalUp: what the journal has is saved, and is served. It reaches the store by
// itself.
func testStoreDownJournalUp(t *testing.T, newStore func(t *testing.T) auth.Store) {
	j := new(journal)
	a, s, g := failing(t, newStore, auth.Rescue(j))
	for range 2 {
		hasToken(t, g, "access-alice-1")
	}
	if n := j.len("alice"); n != 1 {
		t.Errorf("the journal keeps %d answers, want the one the store does not have", n)
	}
	hasAsked(t, a, "alice", 1)
	s.down.Store(false)
	other := newStore(t)
	for saved := false; !saved; {
		rec, err := other.Load(t.Context(), "alice")
		if err != nil {
			t.Fatal(err)
		}
		if saved = rec.Token.RefreshToken == "alice-1"; !saved {
			time.Sleep(50 * time.Millisecond) // the next attempt is made in real time
		}
	}
	hasToken(t, g, "access-alice-1")
	hasAsked(t, a, "alice", 1)
	if n := j.len("alice"); n != 0 {
		t.Errorf("the journal keeps %d answers that the store has", n)
	}
}

package authtest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// journalTests are logins whose process dies after an answer was put aside, and before the store
// had it.
var journalTests = []storeTest{
	{"answers are recovered", testRecover},
	{"recovered after a takeover", testRecoverLate},
	{"recovered for nobody", testRecoverForNobody},
}

// journal is an auth.Journal in memory; its bytes are all that another process gets.
type journal struct {
	mu    sync.Mutex
	seq   int
	kept  map[int][]byte
	under map[int]string
}

// Keep keeps a's bytes.
func (j *journal) Keep(_ context.Context, key string, a *auth.Answer) (func(), error) {
	data, err := a.MarshalBinary()
	if err != nil {
		return nil, err
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.kept == nil {
		j.kept, j.under = map[int][]byte{}, map[int]string{}
	}
	j.seq++
	n := j.seq
	j.kept[n], j.under[n] = data, key
	return func() { j.drop(n) }, nil
}

// Forget drops what is kept under key.
func (j *journal) Forget(_ context.Context, key string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for n, under := range j.under {
		if under == key {
			delete(j.kept, n)
			delete(j.under, n)
		}
	}
	return nil
}

func (j *journal) drop(n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	delete(j.kept, n)
	delete(j.under, n)
}

func (j *journal) len(key string) (n int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, under := range j.under {
		if under == key {
			n++
		}
	}
	return n
}

// recover does in g what a new process does: all that was kept, from its bytes.
func (j *journal) recover(t *testing.T, g *auth.Grants) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for n, data := range j.kept {
		a := new(auth.Answer)
		if err := a.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if err := g.Recover(t.Context(), j.under[n], a); err != nil {
			t.Errorf("Recover = %v, want it settled", err)
		}
	}
}

// severed is a store whose process dies at its nth write: neither that nor anything later arrives.
type severed struct {
	auth.Store
	mu  sync.Mutex
	nth int
}

// Swap fails from the nth write on.
func (s *severed) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.mu.Lock()
	s.nth--
	dead := s.nth <= 0
	s.mu.Unlock()
	if dead {
		return errors.New("authtest: this process is dead")
	}
	return s.Store.Swap(ctx, key, version, next)
}

// died is a login that was refreshed by a process that died when it was about to store the answer.
// What it put aside is in the journal.
func died(t *testing.T, newStore func(t *testing.T) auth.Store, opts ...auth.GrantsOption) (*accounts, *journal) {
	t.Helper()
	a, j := newAccounts(), new(journal)
	dead := a.replica(t, &severed{Store: newStore(t), nth: 3}, nil, append(opts, auth.Rescue(j))...) // the login, the claim, the answer
	if err := dead.Put(t.Context(), "alice", a.login("alice")); err != nil {
		t.Fatal(err)
	}
	a.clock.turn(time.Hour)
	hasToken(t, dead, "access-alice-1") // what the journal has may be used
	return a, j
}

// testRecover: the next process brings the answer home, at once and however often, and lets go of
// the dead one's lease.
func testRecover(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a, j := died(t, newStore)
	next := a.replica(t, newStore(t), nil)
	j.recover(t, next)
	hasToken(t, next, "access-alice-1")
	hasAsked(t, a, "alice", 1)
	a.clock.turn(time.Hour)
	hasToken(t, next, "access-alice-2")
	j.recover(t, next) // as after a power cut: it was not known to be done
	hasToken(t, next, "access-alice-2")
	a.clock.turn(time.Hour)
	hasToken(t, next, "access-alice-3")
	hasAsked(t, a, "alice", 3)
}

// testRecoverLate: meanwhile another process has taken over, was refused, and the login was
// declared dead. The answer is the proof that it lives.
func testRecoverLate(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a, j := died(t, newStore, auth.LeaseFor(shortLease))
	other := a.replica(t, newStore(t), nil, auth.LeaseFor(shortLease))
	if _, err := other.For("alice").Token(t.Context()); !errors.Is(err, auth.ErrReauthorize) {
		t.Fatalf("Token after a takeover = %v, want ErrReauthorize: the refresh token was used up", err)
	}
	j.recover(t, a.replica(t, newStore(t), nil))
	hasToken(t, other, "access-alice-1")
	a.clock.turn(time.Hour)
	hasToken(t, other, "access-alice-2")
}

// testRecoverForNobody: an answer brings back no login that was deleted, and changes none that was
// begun anew.
func testRecoverForNobody(t *testing.T, newStore func(t *testing.T) auth.Store) {
	a, j := died(t, newStore)
	store := newStore(t)
	next := a.replica(t, store, nil)
	if err := next.Delete(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	j.recover(t, next)
	want(t, store, "alice", nil)
	if err := next.Put(t.Context(), "alice", a.login("anew")); err != nil {
		t.Fatal(err)
	}
	before, err := store.Load(t.Context(), "alice")
	if err != nil {
		t.Fatal(err)
	}
	j.recover(t, next)
	want(t, store, "alice", before)

	owner := a.replica(t, newStore(t), nil, auth.Rescue(j))
	if err := owner.Delete(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	if n := j.len("alice"); n != 0 {
		t.Errorf("the journal keeps %d answers of a login that was deleted", n)
	}
}

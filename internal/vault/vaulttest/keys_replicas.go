package vaulttest

import (
	"errors"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// twoReplicas: the other one meets what was sealed with a key that it has not heard of.
func (t *keysTest) twoReplicas() {
	a, b := t.open(rootOne), t.open(rootOne)
	alice := t.moveIn(a, "alice")
	t.rotateKey(a)
	t.rotateKey(b)
	cookie, err := b.Seal("attempt", nil, []byte("early"))
	t.must(err)
	if plain, err := a.Open("attempt", nil, cookie); err != nil || string(plain) != "early" {
		t.Errorf("Open of what was sealed before the new keys settled = %q, %v", plain, err)
	}
	if s := t.status(a); len(s.Data) != 3 || s.Data[0].State != vault.KeyNew || s.Data[2].State != vault.KeyActive {
		t.Errorf("right after the rotation = %+v, want the first still at work", s.Data)
	}
	t.reseal(a)
	limit := time.Now().Add(10 * time.Second)
	for { // it looks again at most ten times a second
		if _, err = b.Grants(keysApp).Load(t.Context(), alice.user); err == nil || time.Now().After(limit) {
			break
		}
	}
	t.check(b, "alice", alice)
	cookie, err = b.Seal("attempt", nil, nil)
	t.must(err)
	if _, err := a.Open("attempt", nil, cookie); err != nil {
		t.Errorf("Open of what the other seals now: %v", err)
	}
}

// rootKeysOnTwoReplicas: the new one first behind, then in front, then alone, one replica after the other.
func (t *keysTest) rootKeysOnTwoReplicas() {
	replicas := []*vault.DB{t.open(rootOne), t.open(rootOne)}
	alice := t.moveIn(replicas[0], "alice")
	t.reseal(replicas[0])
	for _, roots := range []string{rootOne + " " + rootTwo, rootTwo + " " + rootOne, rootTwo} {
		for i := range replicas {
			replicas[i] = t.reopen(replicas[i], roots)
			t.rewrap(replicas[i])
			t.rotateKey(replicas[i])
			t.settle(replicas...)
			t.reseal(replicas[1-i])
			t.check(replicas[0], "alice", alice)
			t.check(replicas[1], "alice", alice)
		}
	}
	if s := t.status(replicas[0]); s.Left() != 0 || len(s.Roots) != 1 {
		t.Errorf("in the end %d rows are left, want none", s.Left())
	}

	// Whoever has put another key in front without giving it to all: the others go on with what they know, and are not
	// ready once they cannot read what is new.
	replicas[1] = t.reopen(replicas[1], rootOne+" "+rootTwo)
	t.rotateKey(replicas[1]) // under the root key that all have
	_, err := replicas[0].KeyStatus(t.Context(), false)
	t.must(err)
	t.rewrap(replicas[1])
	t.check(replicas[0], "alice", alice)
	t.must(replicas[0].Ping(t.Context()))
	t.rotateKey(replicas[1])
	if _, err := replicas[0].KeyStatus(t.Context(), false); !errors.Is(err, vault.ErrKeyMissing) {
		t.Errorf("KeyStatus without a root key = %v, want ErrKeyMissing", err)
	}
	if err := replicas[0].Ping(t.Context()); !errors.Is(err, vault.ErrKeyMissing) {
		t.Errorf("Ping without a root key = %v, want ErrKeyMissing", err)
	}
	t.check(replicas[0], "alice", alice) // the new key has not settled
}

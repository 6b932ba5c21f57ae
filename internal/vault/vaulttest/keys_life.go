package vaulttest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// unreadable: rows that no key opens are counted and left alone, and keep their key from being removed.
func (t *keysTest) unreadable() {
	db := t.open(rootOne)
	alice, bob := t.moveIn(db, "alice"), t.moveIn(db, "bob")
	t.db.Exec(fmt.Sprintf(`UPDATE grants SET sealed = (SELECT sealed FROM grants WHERE key = '%s') WHERE key = '%s'`, alice.user, bob.user))
	t.rotateKey(db)
	if done := t.reseal(db); done.Unreadable != 1 || done.Rows != 5 {
		t.Errorf("Reseal = %+v, want 5 rows and one that does not open", done)
	}
	t.check(db, "alice", alice)
	if s := t.status(db); s.Left() != 1 || s.Data[0].Resealed == nil {
		t.Errorf("%d rows are left, want that one", s.Left())
	}
	t.turn(100 * 24 * time.Hour)
	t.reseal(db) // a successor
	t.reseal(db)
	if done := t.reseal(db); len(done.Removed) != 0 {
		t.Errorf("Reseal removed keys %v: a row names the first", done.Removed)
	}
}

// growOld: data keys get a successor after 30 days, and go 90 days after they have sealed for the last time.
func (t *keysTest) growOld() {
	db := t.open(rootOne)
	alice := t.moveIn(db, "alice")
	t.reseal(db)
	t.turn(29 * 24 * time.Hour)
	if done := t.reseal(db); done.Renewed != 0 {
		t.Errorf("Reseal after 29 days made key %d", done.Renewed)
	}
	t.turn(24 * time.Hour)
	if done := t.reseal(db); done.Renewed != 2 {
		t.Errorf("Reseal after 30 days = %+v, want key 2", done)
	}
	t.reseal(db)
	var removed []int
	for range 9 {
		t.turn(15 * 24 * time.Hour)
		removed = append(removed, t.reseal(db).Removed...)
		removed = append(removed, t.reseal(db).Removed...)
	}
	if !slices.Equal(removed, []int{1, 2}) {
		t.Errorf("keys %v were removed in 135 days, want 1 and 2", removed)
	}
	t.check(t.reopen(db, rootOne), "alice", alice)
}

// tooMany: somebody has made as many keys as there can be. They go when it is their time, and life goes on.
func (t *keysTest) tooMany() {
	db := t.open(rootOne)
	alice := t.moveIn(db, "alice")
	var err error
	for err == nil {
		_, err = db.RotateKey(t.Context())
	}
	if !errors.Is(err, vault.ErrTooManyKeys) {
		t.Fatalf("RotateKey, again and again = %v, want ErrTooManyKeys in the end", err)
	}
	t.reseal(db)
	t.turn(31 * 24 * time.Hour)
	if _, err := db.Reseal(t.Context()); !errors.Is(err, vault.ErrTooManyKeys) {
		t.Errorf("Reseal when a successor is due = %v, want ErrTooManyKeys", err)
	}
	t.turn(60 * 24 * time.Hour)
	if done, err := db.Reseal(t.Context()); len(done.Removed) != 63 || !errors.Is(err, vault.ErrTooManyKeys) {
		t.Errorf("Reseal 91 days later = %+v, %v, want 63 keys removed", done, err)
	}
	if done := t.reseal(db); done.Renewed != 65 {
		t.Errorf("Reseal when there is room = %+v, want key 65", done)
	}
	t.check(t.reopen(db, rootOne), "alice", alice)
}

func (t *keysTest) removeByHand() {
	db := t.open(rootOne)
	alice := t.moveIn(db, "alice")
	refused := func(number int, why string) {
		t.Helper()
		if err := db.RemoveKey(t.Context(), number); !errors.Is(err, vault.ErrKeyInUse) || !strings.Contains(err.Error(), why) {
			t.Errorf("RemoveKey(%d) = %v, want ErrKeyInUse: %s", number, err, why)
		}
	}
	refused(1, "no newer one")
	t.rotateKey(db)
	t.turn(time.Minute)
	refused(1, "cookies")
	t.turn(20 * time.Minute)
	refused(1, "3 rows")
	t.reseal(db)
	t.must(db.RemoveKey(t.Context(), 1))
	t.must(db.RemoveKey(t.Context(), 1))
	if s := t.status(db); len(s.Data) != 1 || s.Data[0].Number != 2 {
		t.Errorf("data keys = %+v, want the second", s.Data)
	}
	t.check(t.reopen(db, rootOne), "alice", alice)
}

package vaulttest

import (
	"errors"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// rootKeys: a new one in front takes over, and the old one may go once status says so.
func (t *keysTest) rootKeys() {
	db := t.open(rootOne)
	alice := t.moveIn(db, "alice")
	t.reseal(db)
	db = t.reopen(db, rootTwo+" "+rootOne)
	s := t.status(db)
	if len(s.Roots) != 2 || !s.Roots[0].Needed() || s.Roots[1].Needed() {
		t.Errorf("root keys = %+v, want the first at work and the second not needed", s.Roots)
	}
	t.must(db.Close())
	if _, err := t.tryOpen(rootOne); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("Open with the old root key alone = %v, want ErrWrongKey", err)
	}
	db = t.open(rootTwo)
	t.check(db, "alice", alice)
	db = t.reopen(db, rootOne+"\n"+rootTwo) // and back
	t.check(t.reopen(db, rootOne), "alice", alice)
}

// rootKeyMissing: one that a data key needs.
func (t *keysTest) rootKeyMissing() {
	db := t.open(rootOne)
	t.moveIn(db, "alice")
	db = t.reopen(db, rootTwo+" "+rootOne) // nobody has looked yet whether rows lie under the first: it stays
	t.rotateKey(db)                        // under the second
	if s := t.status(db); s.Data[0].Root == s.Data[1].Root {
		t.Fatalf("both data keys lie under root key %s: this would show nothing", s.Data[0].Root)
	}
	t.must(db.Close())
	for range 2 { // the first changed nothing
		_, err := t.tryOpen(rootOne)
		if !errors.Is(err, vault.ErrKeyMissing) || !strings.Contains(err.Error(), "data key 2 lies under root key") {
			t.Errorf("Open without a root key that is needed = %v, want ErrKeyMissing and which", err)
		}
	}
	t.open(rootOne + " " + rootTwo)
}

// tampered: a data key in another's place, or damaged, stops the start.
func (t *keysTest) tampered() {
	db := t.open(rootOne)
	t.moveIn(db, "alice")
	t.rotateKey(db)
	t.must(db.Close())
	t.db.Exec(`CREATE TABLE aside AS SELECT * FROM keys`)
	for _, damage := range []string{
		`UPDATE keys SET sealed = (SELECT sealed FROM aside WHERE number = 2) WHERE number = 1`,
		`UPDATE keys SET id = id + 1 WHERE number = 2`,
		`UPDATE keys SET number = 3 WHERE number = 2`,
		`UPDATE keys SET sealed = (SELECT value FROM meta WHERE name = 'index') WHERE number = 1`,
	} {
		t.db.Exec(damage)
		if _, err := t.tryOpen(rootOne); !errors.Is(err, vault.ErrOpen) {
			t.Errorf("Open after %s: %v, want ErrOpen", damage, err)
		}
		t.db.Exec(`DELETE FROM keys`)
		t.db.Exec(`INSERT INTO keys SELECT * FROM aside`)
	}
	t.open(rootOne)
}

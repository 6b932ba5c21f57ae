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
	db = t.reopen(db, rootTwo+" "+rootOne)
	if done, err := db.Rewrap(t.Context()); done || err != nil {
		t.Errorf("Rewrap before anybody looked whether rows lie under the root key = %v, %v, want not done", done, err)
	}
	t.reseal(db)
	if s := t.status(db); s.Roots[0].Needed() || !s.Roots[1].IndexKey || s.Roots[1].DataKeys != 1 {
		t.Errorf("root keys before Rewrap = %+v, want only the second at work", s.Roots)
	}
	t.rotateKey(db)
	t.rewrap(db)
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
	t.rewrap(db)
	t.check(t.reopen(db, rootOne), "alice", alice)
}

func (t *keysTest) rewrap(db *vault.DB) {
	t.Helper()
	if done, err := db.Rewrap(t.Context()); !done || err != nil {
		t.Fatalf("Rewrap = %v, %v, want done", done, err)
	}
}

// rootKeyMissing: whoever died between changing the data keys and the index key has left both root keys needed.
func (t *keysTest) rootKeyMissing() {
	db := t.open(rootTwo + " " + rootOne)
	t.reseal(db)
	t.db.Exec(`CREATE TABLE aside AS SELECT * FROM meta`)
	t.must(db.Close())
	db = t.open(rootOne + " " + rootTwo)
	t.rewrap(db)
	t.must(db.Close())
	t.db.Exec(`UPDATE meta SET value = (SELECT value FROM aside WHERE name = 'index') WHERE name = 'index'`)
	for range 2 { // the first changed nothing
		_, err := t.tryOpen(rootTwo)
		if !errors.Is(err, vault.ErrKeyMissing) || !strings.Contains(err.Error(), "data key 1 lies under root key") {
			t.Errorf("Open without a root key that is needed = %v, want ErrKeyMissing and which", err)
		}
		if _, err := t.tryOpen(rootOne); !errors.Is(err, vault.ErrWrongKey) {
			t.Errorf("Open without the root key of the index = %v, want ErrWrongKey", err)
		}
	}
	db = t.open(rootTwo + " " + rootOne)
	t.rewrap(db)
	t.must(db.Close())
	t.open(rootTwo)
}

// lostKeys: a database that has forgotten the newest keys, as a standby that was behind, is told again.
func (t *keysTest) lostKeys() {
	db := t.open(rootOne)
	t.rotateKey(db)
	t.rotateKey(db)
	t.settle(db)
	alice := t.moveIn(db, "alice")
	for _, loss := range []string{`DELETE FROM keys WHERE number = 3`, `DELETE FROM keys WHERE number > 1`, `DELETE FROM keys`} {
		t.db.Exec(loss)
		if s := t.status(db); len(s.Data) != 3 || len(s.Missing) > 0 {
			t.Errorf("after %s there are %d keys, and %d that nobody has; want 3 and none", loss, len(s.Data), len(s.Missing))
		}
		t.check(db, "alice", alice)
	}
	t.reseal(db)
	if s := t.status(db); s.Left() != 0 {
		t.Errorf("in the end %d rows are left, want none", s.Left())
	}
	db = t.reopen(db, rootOne)
	t.check(db, "alice", alice)
	t.must(db.Close())
	t.db.Exec(`CREATE TABLE aside AS SELECT * FROM keys`)
	t.db.Exec(`DELETE FROM keys`)
	for range 2 { // the first changed nothing: no new key hides that they are gone
		if _, err := t.tryOpen(rootOne); !errors.Is(err, vault.ErrDamaged) {
			t.Errorf("Open when all data keys are gone = %v, want ErrDamaged", err)
		}
	}
	t.db.Exec(`INSERT INTO keys SELECT * FROM aside`)
	t.check(t.open(rootOne), "alice", alice)
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

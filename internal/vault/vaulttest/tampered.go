package vaulttest

import (
	"errors"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// tampered: what was sealed and is not as it was does not open.
func (t *vaultTest) tampered() {
	db := t.open()
	user := t.signIn(db, "alice")
	id := t.newSession(db, user, "Firefox", t.clock.Now().Add(time.Hour))
	t.put(db.Grants(app), user, "", "v1")
	loadGrant := func() error { _, err := db.Grants(app).Load(t.Context(), user); return err }
	readSession := func() error { _, err := db.Session(t.Context(), app, id, t.clock.Now()); return err }
	for _, place := range []struct {
		table, column string
		read          func() error
	}{
		{"grants", "sealed", loadGrant},
		{"people", "profile", readSession},
		{"sessions", "device", readSession},
	} {
		replace := strings.NewReplacer("{table}", place.table, "{column}", place.column)
		t.db.Exec(replace.Replace(`CREATE TABLE aside_{table} AS SELECT {column} FROM {table}`))
		for _, damage := range []string{
			`UPDATE {table} SET {column} = substr({column}, 1, length({column}) - 1)`,
			`UPDATE {table} SET {column} = substr({column}, 2)`,
			`UPDATE {table} SET {column} = substr({column}, 1, 4)`,
			`UPDATE {table} SET {column} = substr({column}, 1, 0)`,
			`UPDATE {table} SET {column} = (SELECT value FROM meta WHERE name = 'index')`,
		} {
			t.db.Exec(replace.Replace(damage))
			if err := place.read(); !errors.Is(err, vault.ErrOpen) {
				t.Errorf("after %s: %v, want ErrOpen", replace.Replace(damage), err)
			}
			t.db.Exec(replace.Replace(`UPDATE {table} SET {column} = (SELECT {column} FROM aside_{table})`))
			if err := place.read(); err != nil {
				t.Errorf("%s.%s as it was: %v, want nil", place.table, place.column, err)
			}
		}
	}
	t.db.Exec(`UPDATE grants SET version = 'v0'`)
	if err := loadGrant(); !errors.Is(err, vault.ErrOpen) {
		t.Errorf("grant under another version: %v, want ErrOpen", err)
	}
}

// moved: ciphertexts are bound to their rows. One that is moved does not open.
func (t *vaultTest) moved() {
	db := t.open()
	hour := t.clock.Now().Add(time.Hour)
	alice, bob := t.signIn(db, "alice"), t.signIn(db, "bob")
	alices, bobs := t.newSession(db, alice, "alice's", hour), t.newSession(db, bob, "bob's", hour)
	t.put(db.Grants(app), alice, "", "v1")
	t.put(db.Grants(app), bob, "", "v1") // the same version: only the key differs
	t.put(db.Grants("another app"), alice, "", "v1")
	exec := func(statement string) {
		t.db.Exec(strings.NewReplacer("ALICE", "'"+alice+"'", "BOB", "'"+bob+"'", "APP", "'"+app+"'").Replace(statement))
	}
	exec(`UPDATE grants SET sealed = (SELECT sealed FROM grants WHERE app = APP AND key = ALICE) WHERE key = BOB`)
	if record, err := db.Grants(app).Load(t.Context(), bob); !errors.Is(err, vault.ErrOpen) {
		t.Errorf("alice's grant in bob's row = %v, %v, want ErrOpen", record, err)
	}
	exec(`UPDATE grants SET sealed = (SELECT sealed FROM grants WHERE app = APP AND key = ALICE) WHERE app <> APP`)
	if record, err := db.Grants("another app").Load(t.Context(), alice); !errors.Is(err, vault.ErrOpen) {
		t.Errorf("a grant of another app = %v, %v, want ErrOpen", record, err)
	}
	if _, err := db.Grants(app).Load(t.Context(), alice); err != nil {
		t.Errorf("alice's own grant: %v, want nil", err)
	}
	exec(`UPDATE people SET profile = (SELECT profile FROM people WHERE user_id = ALICE) WHERE user_id = BOB`)
	if s, err := db.Session(t.Context(), app, bobs, t.clock.Now()); !errors.Is(err, vault.ErrOpen) {
		t.Errorf("bob's session with alice's profile = %+v, %v, want ErrOpen", s, err)
	}
	if _, err := db.Session(t.Context(), app, alices, t.clock.Now()); err != nil {
		t.Errorf("alice's session: %v, want nil", err)
	}
	exec(`UPDATE sessions SET device = (SELECT profile FROM people WHERE user_id = ALICE) WHERE user_id = ALICE`)
	if s, err := db.Session(t.Context(), app, alices, t.clock.Now()); !errors.Is(err, vault.ErrOpen) {
		t.Errorf("a profile in the device column = %+v, %v, want ErrOpen", s, err)
	}
}

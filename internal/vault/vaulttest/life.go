package vaulttest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// anotherKey: the database is not opened with it, and opens with its own afterwards.
func (t *vaultTest) anotherKey() {
	db := t.open()
	user := t.signIn(db, "alice")
	t.must(db.Close())
	if _, err := t.db.Open(vault.NewKeyRing(), t.clock.Now); !errors.Is(err, vault.ErrWrongKey) {
		t.Fatalf("Open with another key: %v, want ErrWrongKey", err)
	}
	if again := t.signIn(t.open(), "alice"); again != user {
		t.Errorf("SignIn = %s, want %s", again, user)
	}
}

// newerTables: what a newer program has added is no reason to refuse, unless it says so.
func (t *vaultTest) newerTables() {
	db := t.open()
	user := t.signIn(db, "alice")
	t.must(db.Close())
	t.db.Exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, ` + t.sqlTrue() + `)`)
	t.db.Exec(`CREATE TABLE tomorrows (a TEXT NOT NULL)`)
	t.db.Exec(`ALTER TABLE people ADD COLUMN tomorrows TEXT NOT NULL DEFAULT 'x'`)
	db = t.open()
	if again := t.signIn(db, "alice"); again != user {
		t.Errorf("SignIn = %s, want %s", again, user)
	}
	t.signIn(db, "bob")
	t.must(db.Ping(t.Context()))
	t.must(db.Close())
	t.setOldest("9999")
	if _, err := t.db.Open(t.keys, t.clock.Now); !errors.Is(err, vault.ErrOutdated) || !strings.Contains(err.Error(), "step 9999") {
		t.Errorf("Open of tables that need a newer program = %v, want ErrOutdated and the step", err)
	}
	t.setOldest("1")
	t.open()
}

func (t *vaultTest) setOldest(step string) {
	t.db.Exec(`DELETE FROM meta WHERE name = '` + vault.MetaOldest + `'`)
	t.db.Exec(fmt.Sprintf(`INSERT INTO meta (name, value) VALUES ('%s', CAST('%s' AS %s))`, vault.MetaOldest, step, t.db.Bytes))
}

// sqlTrue is what goose writes.
func (t *vaultTest) sqlTrue() string {
	if t.db.Bytes == "BLOB" {
		return "1"
	}
	return "TRUE"
}

// reopen: all is there again.
func (t *vaultTest) reopen() {
	db := t.open()
	user := t.signIn(db, "alice")
	id := t.newSession(db, user, "Firefox", t.clock.Now().Add(time.Hour))
	t.put(db.Grants(app), user, "", "v1")
	t.must(db.Close())
	db = t.open()
	if s, err := db.Session(t.Context(), app, id, t.clock.Now()); err != nil || s.UserID != user || s.Device != "Firefox" || s.Profile.Name != "name of alice" {
		t.Errorf("Session after reopening = %+v, %v, want Alice's", s, err)
	}
	if record, err := db.Grants(app).Load(t.Context(), user); err != nil || record.Token.RefreshToken != user {
		t.Errorf("Load after reopening = %v, %v, want her grant", record, err)
	}
}

// close: afterwards everything is refused, and what was acknowledged is there.
func (t *vaultTest) close() {
	db := t.open()
	user := t.signIn(db, "alice")
	id := t.newSession(db, user, "", t.clock.Now().Add(time.Hour))
	t.must(db.Close())
	t.must(db.Close()) // twice is fine
	ctx, now := t.Context(), t.clock.Now()
	for name, call := range map[string]func() error{
		"Session":    func() error { _, err := db.Session(ctx, app, id, now); return err },
		"NewSession": func() error { _, err := db.NewSession(ctx, app, user, "", now); return err },
		"SignIn":     func() error { _, err := db.SignIn(ctx, app, "alice", "", vault.Profile{}); return err },
		"SpendState": func() error { return db.SpendState(ctx, app, "state", now) },
		"Ping":       func() error { return db.Ping(ctx) },
		"Sweep":      func() error { return db.Sweep(ctx, now) },
		"Load":       func() error { _, err := db.Grants(app).Load(ctx, user); return err },
		"Swap": func() error {
			return db.Grants(app).Swap(ctx, user, "", &auth.Record{Version: "v1", Token: tokenOf(user)})
		},
	} {
		if err := call(); !errors.Is(err, vault.ErrClosed) {
			t.Errorf("%s after Close = %v, want ErrClosed", name, err)
		}
	}
}

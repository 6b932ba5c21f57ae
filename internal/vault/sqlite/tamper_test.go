package sqlite_test

import (
	"bytes"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// raw is the file as somebody sees it who has got at the disk, while the vault is open. It is never closed before
// the vault: its descriptors would take SQLite's locks along.
func raw(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseFile)+"?_pragma=synchronous(OFF)&_pragma=busy_timeout(5000)")
	try(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

func execute(t *testing.T, db *sql.DB, statement string, args ...any) {
	t.Helper()
	result, err := db.Exec(statement, args...)
	try(t, err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		t.Fatalf("%s changed %d rows, %v, want some", statement, n, err)
	}
}

// TestEveryByteCounts: one bit of a byte that is sealed on disk, whichever byte, and nothing opens. That each bit of one
// counts is shown where things are sealed.
func TestEveryByteCounts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	disk := raw(t, dir)
	user := signIn(t, db, "alice")
	id := newSession(t, db, user, "Firefox", time.Now().Add(time.Hour))
	put(t, db.Grants(app), user, "", "v1")

	loadGrant := func() error { _, err := db.Grants(app).Load(t.Context(), user); return err }
	readSession := func() error { _, err := db.Session(t.Context(), app, id, time.Now()); return err }
	for _, tc := range []struct {
		table, column string
		read          func() error
	}{
		{"grants", "sealed", loadGrant},
		{"people", "profile", readSession},
		{"sessions", "device", readSession},
	} {
		var sealed []byte
		try(t, disk.QueryRow("SELECT "+tc.column+" FROM "+tc.table).Scan(&sealed))
		set := "UPDATE " + tc.table + " SET " + tc.column + " = ?"
		for at := range sealed {
			flipped := bytes.Clone(sealed)
			flipped[at] ^= 1 << (at % 8)
			execute(t, disk, set, flipped)
			if err := tc.read(); !errors.Is(err, vault.ErrOpen) {
				t.Fatalf("%s.%s with a bit of byte %d flipped: %v, want ErrOpen", tc.table, tc.column, at, err)
			}
		}
		execute(t, disk, set, sealed)
		if err := tc.read(); err != nil {
			t.Errorf("%s.%s as it was: %v, want nil", tc.table, tc.column, err)
		}
	}
}

// Whoever has the files, without the key, finds none of it: not in the database, not in the WAL.
func TestNothingPlainOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	profile := vault.Profile{Name: "canary-name", ImageURL: "https://canary-image.example/1"}
	user, err := db.SignIn(t.Context(), app, "canary-account", "id:canary-alias", profile)
	try(t, err)
	id := newSession(t, db, user, "canary-device", time.Now().Add(time.Hour))
	try(t, db.SpendState(t.Context(), app, "canary-state", time.Now().Add(time.Hour)))
	secrets := &auth.Token{AccessToken: "canary-access", RefreshToken: "canary-refresh", Subject: "canary-subject"}
	for n, version := range []string{"", "v1", "v2"} {
		next := &auth.Record{Version: []string{"v1", "v2", "v3"}[n], Token: secrets}
		try(t, db.Grants(app).Swap(t.Context(), user, version, next))
	}
	search := func(when string) {
		t.Helper()
		files := snapshot(t, dir)
		if len(files[sqlite.DatabaseFile]) == 0 || !bytes.Contains([]byte(files[sqlite.DatabaseFile]+files[sqlite.DatabaseFile+"-wal"]), []byte(user)) {
			t.Fatalf("%s: the user ID is not in the files: this search would find nothing", when)
		}
		for name, data := range files {
			for _, canary := range []string{"canary", id} {
				if i := bytes.Index([]byte(data), []byte(canary)); i >= 0 {
					t.Errorf("%s: %s holds %q", when, name, data[i:min(i+40, len(data))])
				}
			}
		}
	}
	search("in use")
	try(t, db.Sweep(t.Context(), time.Now()))
	search("after a checkpoint")
	closeDB(t, db)
	search("closed")
}

// Deleted rows are overwritten, and a sweep empties the WAL: nothing of the forgotten is left, not even sealed.
func TestForgottenLeavesNoBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	disk := raw(t, dir)
	user := signIn(t, db, "alice")
	newSession(t, db, user, "phone", time.Now().Add(time.Hour))
	put(t, db.Grants(app), user, "", "v1")
	var traces [][]byte
	for _, query := range []string{"SELECT sealed FROM grants", "SELECT profile FROM people", "SELECT account FROM people", "SELECT device FROM sessions", "SELECT id FROM sessions"} {
		var value []byte
		try(t, disk.QueryRow(query).Scan(&value))
		traces = append(traces, value)
	}
	try(t, db.Sweep(t.Context(), time.Now()))
	for _, trace := range traces {
		if !bytes.Contains([]byte(snapshot(t, dir)[sqlite.DatabaseFile]), trace[:16]) {
			t.Fatal("what is to be forgotten is not in the file: this test would show nothing")
		}
	}
	try(t, db.Forget(t.Context(), app, user))
	try(t, db.Sweep(t.Context(), time.Now()))
	for name, data := range snapshot(t, dir) {
		for i, trace := range traces {
			if bytes.Contains([]byte(data), trace[:16]) {
				t.Errorf("%s still holds trace %d of the forgotten", name, i)
			}
		}
	}
}

package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

func TestWrongKeyChangesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closeDB(t, open(t, dir))
	before := snapshot(t, dir)
	_, err := sqlite.Open(t.Context(), filepath.Join(dir, sqlite.DatabaseFile), vault.NewKeyRing())
	if !errors.Is(err, vault.ErrWrongKey) {
		t.Fatalf("Open with another key: %v, want ErrWrongKey", err)
	}
	same(t, before, snapshot(t, dir))
	open(t, dir) // and the right one still does
}

// same compares snapshots. The lock file is left out: it holds the number of the last process that tried.
func same(t *testing.T, before, after map[string]string) {
	t.Helper()
	delete(before, sqlite.DatabaseFile+".lock")
	delete(after, sqlite.DatabaseFile+".lock")
	for name := range after {
		if _, ok := before[name]; !ok {
			t.Errorf("%s is new", name)
		}
	}
	for name, data := range before {
		if after[name] != data {
			t.Errorf("%s was changed (%d bytes before, %d after)", name, len(data), len(after[name]))
		}
	}
}

// After a crash the newest rows are only in the WAL, and SQLite would love to tidy up.
func TestWrongKeyChangesNothingAfterCrash(t *testing.T) {
	t.Parallel()
	dir, crashed := t.TempDir(), t.TempDir()
	db := open(t, dir)
	if _, err := db.SignIn(t.Context(), app, "account", "", vault.Profile{}); err != nil {
		t.Fatal(err)
	}
	for name, data := range snapshot(t, dir) { // a copy of a database in use: what kill -9 leaves
		if err := os.WriteFile(filepath.Join(crashed, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(t, crashed)
	if len(before[sqlite.DatabaseFile+"-wal"]) == 0 {
		t.Fatal("the copy has no WAL: this test would show nothing")
	}
	_, err := sqlite.Open(t.Context(), filepath.Join(crashed, sqlite.DatabaseFile), vault.NewKeyRing())
	if !errors.Is(err, vault.ErrWrongKey) {
		t.Fatalf("Open with another key: %v, want ErrWrongKey", err)
	}
	same(t, before, snapshot(t, crashed))
	open(t, crashed)
}

func TestMissingKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closeDB(t, open(t, dir))
	if err := os.Remove(filepath.Join(dir, sqlite.KeyFile)); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	_, err := sqlite.OpenDir(t.Context(), dir)
	if !errors.Is(err, vault.ErrKey) || !strings.Contains(err.Error(), "backup") {
		t.Errorf("OpenDir without the key file: %v, want ErrKey and advice", err)
	}
	same(t, before, snapshot(t, dir))
}

func TestEmptyKeyFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	key := filepath.Join(dir, sqlite.KeyFile)
	try(t, os.WriteFile(key, nil, 0o600)) // a first start killed while making it
	closeDB(t, open(t, dir))
	try(t, os.Truncate(key, 0)) // a disaster
	if _, err := sqlite.OpenDir(t.Context(), dir); !errors.Is(err, vault.ErrKey) {
		t.Errorf("OpenDir of a database whose key file is empty = %v, want ErrKey", err)
	}
}

// Without its check row nothing would prove the key: a database that has people in it is not taken for a new one.
func TestMissingCheckRow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	signIn(t, db, "alice")
	closeDB(t, db)
	disk := raw(t, dir)
	execute(t, disk, "DELETE FROM meta WHERE name = ?", vault.MetaCheck)
	try(t, disk.Close())
	before := snapshot(t, dir)
	_, err := sqlite.Open(t.Context(), filepath.Join(dir, sqlite.DatabaseFile), vault.NewKeyRing())
	if !errors.Is(err, vault.ErrDamaged) || !strings.Contains(err.Error(), "backup") {
		t.Errorf("Open without the check row = %v, want ErrDamaged and advice", err)
	}
	same(t, before, snapshot(t, dir))
}

// TestMissingStep: one that was left out is made, though later ones are there already.
func TestMissingStep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closeDB(t, open(t, dir))
	disk := raw(t, dir)
	execute(t, disk, "DELETE FROM goose_db_version WHERE version_id = 3")
	_, err := disk.Exec("DROP TABLE shared")
	try(t, err)
	open(t, dir)
	_, err = disk.Exec("SELECT * FROM shared")
	try(t, err)
}

package sqlite_test

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

func nothing(*vault.DB) error { return nil }

func restore(t testing.TB, from, dir string, keys *vault.KeyRing) {
	t.Helper()
	if kept, err := sqlite.Restore(context.Background(), from, filepath.Join(dir, sqlite.DatabaseFile), keys, false, nothing); err != nil || kept != "" {
		t.Fatalf("Restore = %q, %v, want no other database and nil", kept, err)
	}
}

// TestRestoreReplaces: only when it is told to, and what was there is kept, WAL and all.
func TestRestoreReplaces(t *testing.T) {
	t.Parallel()
	dir, to := t.TempDir(), filepath.Join(t.TempDir(), "copy.db")
	path := filepath.Join(dir, sqlite.DatabaseFile)
	db, err := sqlite.OpenDir(t.Context(), dir)
	try(t, err)
	alice := signIn(t, db, "alice")
	backup(t, dir, to)
	bob := signIn(t, db, "bob")
	keys := keysOf(t, dir)
	if _, err := sqlite.Restore(t.Context(), to, path, keys, true, nothing); !errors.Is(err, vault.ErrInUse) {
		t.Errorf("Restore over a database in use = %v, want ErrInUse", err)
	}
	closeDB(t, db)
	before := snapshot(t, dir)
	if _, err := sqlite.Restore(t.Context(), to, path, keys, false, nothing); !errors.Is(err, fs.ErrExist) {
		t.Errorf("Restore over a database = %v, want ErrExist", err)
	}
	same(t, before, snapshot(t, dir))

	kept, err := sqlite.Restore(t.Context(), to, path, keys, true, nothing)
	if err != nil || !strings.HasPrefix(kept, path) {
		t.Fatalf("Restore with replace = %q, %v, want the name of the old one", kept, err)
	}
	try(t, os.Chmod(kept, 0o600))
	for _, tc := range []struct {
		path, account, want string
		known               bool
	}{
		{path, "alice", alice, true}, {path, "bob", bob, false},
		{kept, "alice", alice, true}, {kept, "bob", bob, true},
	} {
		db, err := sqlite.Open(t.Context(), tc.path, keys)
		try(t, err)
		if got := signIn(t, db, tc.account); (got == tc.want) != tc.known {
			t.Errorf("%s in %s is %s, known there as %s: %v", tc.account, tc.path, got, tc.want, tc.known)
		}
		closeDB(t, db)
	}
}

// TestRestoreFailsWhole: whatever is wrong, the database that was there is as it was and nothing is left beside it.
func TestRestoreFailsWhole(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	path := filepath.Join(dir, sqlite.DatabaseFile)
	to, cut := filepath.Join(other, "copy.db"), filepath.Join(other, "cut.db")
	db, err := sqlite.OpenDir(t.Context(), dir)
	try(t, err)
	signIn(t, db, "alice")
	closeDB(t, db)
	backup(t, dir, to)
	whole, err := os.ReadFile(to)
	try(t, err)
	try(t, os.WriteFile(cut, whole[:len(whole)*2/3], 0o600))
	broken := errors.New("a list that cannot be read")
	before := snapshot(t, dir)
	for _, tc := range []struct {
		name    string
		from    string
		keys    *vault.KeyRing
		prepare func(*vault.DB) error
		want    error
	}{
		{"no copy", filepath.Join(other, "none.db"), keysOf(t, dir), nothing, fs.ErrNotExist},
		{"a copy cut short", cut, keysOf(t, dir), nothing, vault.ErrDamaged},
		{"another key", to, vault.NewKeyRing(), nothing, vault.ErrWrongKey},
		{"a preparation that fails", to, keysOf(t, dir), func(*vault.DB) error { return broken }, broken},
	} {
		if _, err := sqlite.Restore(t.Context(), tc.from, path, tc.keys, true, tc.prepare); !errors.Is(err, tc.want) {
			t.Errorf("%s: Restore = %v, want %v", tc.name, err, tc.want)
		}
		same(t, before, snapshot(t, dir))
	}
	if _, err := sqlite.Restore(t.Context(), to, path, keysOf(t, dir), true, nothing); err != nil {
		t.Errorf("Restore after all that = %v, want nil", err)
	}
}

// TestRestoreIsFinished: a crash while the new database takes the old one's place is made good by the next
// start, wherever it happened.
func TestRestoreIsFinished(t *testing.T) {
	t.Parallel()
	source := t.TempDir()
	db, err := sqlite.OpenDir(t.Context(), source)
	try(t, err)
	want := signIn(t, db, "alice")
	closeDB(t, db)
	made := snapshot(t, source)
	const name = sqlite.DatabaseFile
	for what, files := range map[string]map[string]string{
		"before anything was moved": {name: "old", name + "-wal": "old", name + "-shm": "old"},
		"when the WAL was moved":    {name: "old", name + ".before-x-wal": "old"},
		"when all was moved":        {name + ".before-x": "old", name + ".before-x-wal": "old"},
	} {
		dir := t.TempDir()
		files[name+".restored"], files[sqlite.KeyFile] = made[name], made[sqlite.KeyFile]
		for name, data := range files {
			try(t, os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600))
		}
		db, err := sqlite.OpenDir(t.Context(), dir)
		if err != nil {
			t.Errorf("%s: OpenDir = %v, want nil", what, err)
			continue
		}
		if got := signIn(t, db, "alice"); got != want {
			t.Errorf("%s: alice is %s, want %s", what, got, want)
		}
		closeDB(t, db)
		kept := 0
		for _, data := range snapshot(t, dir) {
			if data == "old" {
				kept++
			}
		}
		if kept == 0 {
			t.Errorf("%s: the old database is gone", what)
		}
	}
}

// TestRestoreKeepsEach: databases that were replaced within the same second are all kept.
func TestRestoreKeepsEach(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, sqlite.DatabaseFile)
	db, err := sqlite.OpenDir(t.Context(), dir)
	try(t, err)
	closeDB(t, db)
	made, err := os.ReadFile(path)
	try(t, err)
	when := time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC)
	for _, name := range []string{"first", "second", "third"} {
		db := open(t, dir)
		signIn(t, db, name)
		closeDB(t, db)
		try(t, os.WriteFile(path+".restored", made, 0o600))
		try(t, os.Chtimes(path+".restored", when, when))
	}
	closeDB(t, open(t, dir))
	if kept, err := filepath.Glob(path + ".before-*"); err != nil || len(kept) != 3 {
		t.Errorf("kept are %q, %v, want all three that were replaced", kept, err)
	}
}

// TestRestoreOldTables: a copy that the first version of Tenuto has left, from before there were data keys.
// Everything in it is there, under the tables and keys of today.
func TestRestoreOldTables(t *testing.T) {
	t.Parallel()
	packed, err := os.Open("testdata/version1.db.gz")
	try(t, err)
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	try(t, err)
	data, err := io.ReadAll(unpacked)
	try(t, err)
	dir := t.TempDir()
	old, path := filepath.Join(dir, "version1.db"), filepath.Join(dir, sqlite.DatabaseFile)
	try(t, os.WriteFile(old, data, 0o600))
	keys, err := vault.ParseKeys(keyText(1))
	try(t, err)
	if c, err := sqlite.CheckCopy(t.Context(), old, keys); err != nil || c.People != 2 || !c.Made.IsZero() {
		t.Errorf("CheckCopy = %+v, %v, want two people and no time", c, err)
	}
	restore(t, old, dir, keys)
	now, err := os.ReadFile(old)
	if err != nil || string(now) != string(data) {
		t.Errorf("the old file was changed (%v)", err)
	}
	db, err := sqlite.Open(t.Context(), path, keys)
	try(t, err)
	defer closeDB(t, db)
	for _, name := range []string{"alice", "bob"} {
		user := signIn(t, db, name)
		if record, err := db.Grants(app).Load(t.Context(), user); err != nil || record.Token.RefreshToken != "refresh of "+name {
			t.Errorf("the grant of %s = %+v, %v, want its refresh token", name, record, err)
		}
		if sessions, err := db.Sessions(t.Context(), app, user, time.Now()); err != nil || len(sessions) != 1 || sessions[0].Device != "Firefox" {
			t.Errorf("the sessions of %s = %+v, %v, want the one", name, sessions, err)
		}
	}
	// Whom it had forgotten it has forgotten for good, though it meant to remember that for a day.
	var days float64
	try(t, raw(t, dir).QueryRow("SELECT (until - at) / 86400000.0 FROM forgotten").Scan(&days))
	if want := vault.DeletionsKept.Hours() / 24; days != want {
		t.Errorf("who was forgotten is remembered for %v days, want %v", days, want)
	}
}

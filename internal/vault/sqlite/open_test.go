package sqlite_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

const app = "app-one"

// open opens the vault in dir, which it closes with the test.
func open(t testing.TB, dir string, opts ...sqlite.Option) *vault.DB {
	t.Helper()
	db, err := sqlite.OpenDir(context.Background(), dir, opts...)
	if err != nil {
		t.Fatalf("OpenDir: %v", err)
	}
	t.Cleanup(func() { closeDB(t, db) })
	return db
}

func closeDB(t testing.TB, db *vault.DB) {
	t.Helper()
	if err := db.Close(); err != nil {
		t.Errorf("Close() = %v, want nil", err)
	}
}

// snapshot is every file in dir. Without -shm: the index of the WAL, which is no data.
func snapshot(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), "-shm") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[entry.Name()] = string(data)
	}
	return files
}

func TestOpenDirMakesAndReopens(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "a b?c%20#d") // names that would break a careless URL
	db := open(t, dir)
	user, err := db.SignIn(t.Context(), app, "account", "", vault.Profile{Name: "Alice"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := db.NewSession(t.Context(), app, user, "Firefox", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	closeDB(t, db)

	db = open(t, dir)
	s, err := db.Session(t.Context(), app, id, time.Now())
	if err != nil {
		t.Fatalf("Session after reopening: %v", err)
	}
	if s.UserID != user || s.Profile.Name != "Alice" || s.Device != "Firefox" {
		t.Errorf("Session after reopening = %+v, want Alice's", s)
	}
}

func TestFilesAreForUsAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	db := open(t, dir)
	if err := db.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := map[string]os.FileMode{
		"": 0o700, sqlite.DatabaseFile: 0o600, sqlite.DatabaseFile + "-wal": 0o600, sqlite.DatabaseFile + "-shm": 0o600,
		sqlite.DatabaseFile + ".lock": 0o600, sqlite.KeyFile: 0o600,
	}
	for name, mode := range want {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if got := info.Mode().Perm(); got != mode {
			t.Errorf("%q has mode %04o, want %04o", name, got, mode)
		}
	}
}

func TestOpenTakesPermissionsAway(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closeDB(t, open(t, dir))
	path := filepath.Join(dir, sqlite.DatabaseFile)
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	open(t, dir)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode after opening = %04o, want 0600", got)
	}
}

func TestSecondOpenIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := open(t, dir)
	_, err := sqlite.OpenDir(t.Context(), dir)
	if !errors.Is(err, vault.ErrInUse) {
		t.Fatalf("second OpenDir: %v, want ErrInUse", err)
	}
	if pid := strconv.Itoa(os.Getpid()); !strings.Contains(err.Error(), pid) {
		t.Errorf("second OpenDir: %v, want the holder's number %s in it", err, pid)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("the first one after the second was refused: %v", err)
	}
	closeDB(t, db)
	open(t, dir)
}

// A first start that died between the two files goes on with the key that is there.
func TestKeyFileWithoutDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := vault.CreateKeyFile(filepath.Join(dir, sqlite.KeyFile)); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)[sqlite.KeyFile]
	open(t, dir)
	if after := snapshot(t, dir)[sqlite.KeyFile]; after != before {
		t.Error("OpenDir replaced the key file that was there")
	}
}

// TestEmptyIsNotNew: a database that has lost its contents is told of, and starts anew only once it was moved away. What
// a first start left that was killed is no loss.
func TestEmptyIsNotNew(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		damage func(t *testing.T, path string)
		lost   bool
	}{
		"empty": {func(t *testing.T, path string) { try(t, os.Truncate(path, 0)) }, true},
		"gone but a WAL": {func(t *testing.T, path string) {
			try(t, errors.Join(os.WriteFile(path+"-wal", []byte("writes"), 0o600), os.Remove(path)))
		}, true},
		"empty, and WAL": {func(t *testing.T, path string) {
			try(t, errors.Join(os.WriteFile(path+"-wal", []byte("writes"), 0o600), os.Truncate(path, 0)))
		}, true},
		"moved away": {func(t *testing.T, path string) { try(t, os.Remove(path)) }, false},
		"moved, no WAL": {func(t *testing.T, path string) {
			try(t, errors.Join(os.WriteFile(path+"-wal", nil, 0o600), os.Remove(path)))
		}, false},
		"killed at once": {func(t *testing.T, path string) {
			try(t, errors.Join(os.Remove(path), os.WriteFile(path+".new", nil, 0o600)))
		}, false},
		"killed later": {func(t *testing.T, path string) {
			try(t, errors.Join(os.Rename(path, path+".new"), os.WriteFile(path+".new-wal", []byte("writes"), 0o600)))
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, sqlite.DatabaseFile)
			closeDB(t, open(t, dir))
			tc.damage(t, path)
			before := snapshot(t, dir)
			if !tc.lost {
				open(t, dir)
				if snapshot(t, dir)[sqlite.KeyFile] != before[sqlite.KeyFile] {
					t.Error("the key file was replaced")
				}
				return
			}
			if _, err := sqlite.OpenDir(t.Context(), dir); !errors.Is(err, vault.ErrDamaged) || !strings.Contains(err.Error(), "tenuto restore") {
				t.Fatalf("OpenDir = %v, want ErrDamaged and what to do", err)
			}
			if after := snapshot(t, dir); !maps.Equal(after, before) {
				t.Error("files were changed")
			}
			for _, file := range []string{path, path + "-wal"} {
				os.Remove(file) // one of them is not there
			}
			open(t, dir)
		})
	}
}

func TestRefusedPlaces(t *testing.T) {
	t.Parallel()
	keys := vault.NewKeyRing()
	for name, tc := range map[string]struct {
		make func(t *testing.T, dir string) (path string)
		want string
	}{
		"link to a database": {func(t *testing.T, dir string) string {
			target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
			try(t, os.WriteFile(target, nil, 0o600))
			try(t, os.Symlink(target, link))
			return link
		}, "link"},
		"link as WAL": {func(t *testing.T, dir string) string {
			try(t, os.Symlink("/dev/null", filepath.Join(dir, "db-wal")))
			return filepath.Join(dir, "db")
		}, "link"},
		"directory": {func(t *testing.T, dir string) string {
			try(t, os.Mkdir(filepath.Join(dir, "db"), 0o700))
			return filepath.Join(dir, "db")
		}, "regular file"},
		"nothing that was restored": {func(t *testing.T, dir string) string {
			try(t, os.WriteFile(filepath.Join(dir, "db"), []byte("the good one"), 0o600))
			try(t, os.WriteFile(filepath.Join(dir, "db.restored"), nil, 0o600))
			t.Cleanup(func() {
				if text, err := os.ReadFile(filepath.Join(dir, "db")); err != nil || string(text) != "the good one" {
					t.Errorf("the database is %q, %v", text, err)
				}
			})
			return filepath.Join(dir, "db")
		}, "remove it"},
		"directory that everybody writes": {func(t *testing.T, dir string) string {
			try(t, os.Mkdir(filepath.Join(dir, "open"), 0o700))
			try(t, os.Chmod(filepath.Join(dir, "open"), 0o777))
			return filepath.Join(dir, "open", "db")
		}, "chmod"},
		"not a database": {func(t *testing.T, dir string) string {
			try(t, os.WriteFile(filepath.Join(dir, "db"), []byte(strings.Repeat("a letter to grandmother ", 100)), 0o600))
			return filepath.Join(dir, "db")
		}, vault.ErrDamaged.Error()},
		"somebody else's database": {func(t *testing.T, dir string) string {
			path := filepath.Join(dir, "db")
			foreignDatabase(t, path)
			return path
		}, "other program"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := tc.make(t, t.TempDir())
			db, err := sqlite.Open(t.Context(), path, keys)
			if err == nil {
				db.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("Open = %v, want an error with %q", err, tc.want)
			}
		})
	}
}

func try(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func readAll(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	try(t, err)
	return data
}

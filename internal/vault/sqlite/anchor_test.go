//go:build unix

package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// TestFilesTakenAway: what could not be found again is not acknowledged, people stay signed in, and all is well when
// the files are back in their places.
func TestFilesTakenAway(t *testing.T) {
	t.Parallel()
	for name, files := range map[string][]string{
		"the database":  {sqlite.DatabaseFile},
		"the lock":      {sqlite.DatabaseFile + ".lock"},
		"the WAL":       {sqlite.DatabaseFile + "-wal"},
		"the directory": {""},
	} {
		for _, replaced := range []bool{false, true} {
			dir := filepath.Join(t.TempDir(), "data")
			db := open(t, dir)
			user := signIn(t, db, "alice")
			session, err := db.NewSession(t.Context(), app, user, "phone", time.Now().Add(time.Hour))
			try(t, err)
			for _, file := range files {
				path := filepath.Join(dir, file)
				try(t, os.Rename(path, filepath.Clean(path)+".aside"))
				switch {
				case replaced && file == "":
					try(t, os.Mkdir(dir, 0o700))
				case replaced:
					try(t, os.WriteFile(path, readAll(t, path+".aside"), 0o600))
				}
			}
			if _, err := db.SignIn(t.Context(), app, "bob", "", vault.Profile{}); !errors.Is(err, vault.ErrReadOnly) {
				t.Errorf("%s, replaced %v: SignIn = %v, want ErrReadOnly", name, replaced, err)
			}
			if err := db.Ping(t.Context()); !errors.Is(err, vault.ErrReadOnly) {
				t.Errorf("%s, replaced %v: Ping = %v, want ErrReadOnly", name, replaced, err)
			}
			if s, err := db.Session(t.Context(), app, session, time.Now()); err != nil || s.UserID != user {
				t.Errorf("%s, replaced %v: Session = %+v, %v, want that of %s", name, replaced, s, err, user)
			}
			for _, file := range files {
				path := filepath.Join(dir, file)
				try(t, os.RemoveAll(path))
				try(t, os.Rename(filepath.Clean(path)+".aside", path))
			}
			if _, err := db.SignIn(t.Context(), app, "bob", "", vault.Profile{}); err != nil {
				t.Errorf("%s, replaced %v: SignIn when it is back = %v", name, replaced, err)
			}
		}
	}
}

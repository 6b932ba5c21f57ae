//go:build unix

package sqlite_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// TestRestoreForTheServer: what root restores belongs to whoever owns the directory, as the server does. Who is not
// root restores as that owner.
func TestRestoreForTheServer(t *testing.T) {
	t.Parallel()
	from, to, copied := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "copy.db")
	db, err := sqlite.OpenDir(t.Context(), from)
	try(t, err)
	signIn(t, db, "alice")
	backup(t, from, copied)
	closeDB(t, db)
	owner, group := os.Getuid(), os.Getgid()
	if owner == 0 {
		owner, group = 61234, 61235
	}
	try(t, os.Chown(to, owner, group))
	restore(t, copied, to, keysOf(t, from))
	for _, name := range []string{sqlite.DatabaseFile, sqlite.DatabaseFile + ".lock"} {
		info, err := os.Stat(filepath.Join(to, name))
		try(t, err)
		if is := info.Sys().(*syscall.Stat_t); int(is.Uid) != owner || int(is.Gid) != group {
			t.Errorf("%s belongs to %d:%d, want %d:%d", name, is.Uid, is.Gid, owner, group)
		}
	}
}

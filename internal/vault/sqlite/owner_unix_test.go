//go:build unix

package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
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

// TestWhatIsSomebodysStaysTheirs: in a directory that root shares with a server, the files of the server stay its own
// when root works there; and root may use the key of a server that owns the directory, nobody else's.
func TestWhatIsSomebodysStaysTheirs(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Log("only root works in the directories of others")
		return
	}
	const server = 61234
	dir := t.TempDir()
	open := func() error {
		db, err := sqlite.OpenDir(t.Context(), dir)
		if err != nil {
			return err
		}
		return db.Close()
	}
	try(t, open())
	names, err := os.ReadDir(dir)
	try(t, err)
	for _, name := range names {
		try(t, os.Chown(filepath.Join(dir, name.Name()), server, server))
	}
	if err := open(); !errors.Is(err, vault.ErrKey) { // the directory is root's
		t.Errorf("with the key of another user: %v, want ErrKey", err)
	}
	key := filepath.Join(dir, sqlite.KeyFile)
	try(t, os.Chown(key, 0, 0))
	try(t, open())
	try(t, os.Chown(key, server, server))
	try(t, os.Chown(dir, server, server))
	try(t, open())
	wal := filepath.Join(dir, sqlite.DatabaseFile+"-wal")
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	try(t, os.WriteFile(elsewhere, nil, 0o644))
	try(t, os.Link(elsewhere, wal))
	if err := open(); err == nil || !strings.Contains(err.Error(), "another name") {
		t.Errorf("with a WAL that is a file elsewhere, too: %v, want that root does not touch it", err)
	}
	try(t, os.Remove(wal))
	names, err = os.ReadDir(dir)
	try(t, err)
	for _, name := range names {
		info, err := name.Info()
		try(t, err)
		if is := info.Sys().(*syscall.Stat_t); is.Uid != server {
			t.Errorf("%s belongs to %d after root's work, want %d", name.Name(), is.Uid, server)
		}
	}
}

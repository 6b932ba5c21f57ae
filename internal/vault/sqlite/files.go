package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// prepareDirectory makes the database's directory, for us alone, where there is none. It refuses one in which
// everybody may replace files.
func prepareDirectory(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("vault: data directory: %w", err)
	}
	info, err := os.Stat(dir)
	if err != nil {
		return fmt.Errorf("vault: data directory: %w", err)
	}
	if perm := info.Mode(); perm.Perm()&0o002 != 0 && perm&fs.ModeSticky == 0 {
		return fmt.Errorf("vault: everybody may write in %s (mode %04o): chmod 700 it first", dir, perm.Perm())
	}
	for _, suffix := range suffixes {
		if err := checkFile(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// checkFile refuses what is no file of its own: SQLite and we would follow links, and wait for pipes.
func checkFile(path string) error {
	info, err := os.Lstat(path)
	switch {
	case err != nil:
		return fmt.Errorf("vault: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("vault: %s is not a regular file: name the file itself, not a link to it", path)
	case forRoot(path, info):
		return fmt.Errorf("vault: %s has another name elsewhere, and may be another's file: root does not touch it", path)
	}
	return nil
}

// making is what a new database is called, behind its name, until there is something in it.
const making = ".new"

// checkLost refuses to take for new what has lost its contents, in a crash of the file system or by a copy that failed:
// a database has its own name only once there is something in it, and its WAL comes later.
func checkLost(path string) error {
	there, err := exists(path)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	size, err := sizeOf(path)
	if err != nil || size > 0 {
		return err
	}
	wal, err := sizeOf(path + "-wal")
	if err != nil || !there && wal == 0 {
		return err
	}
	what := "is empty"
	if !there {
		what = "is not there, but its latest writes are, in " + filepath.Base(path) + "-wal"
	}
	return fmt.Errorf("%w: %s %s: its contents are lost, or somewhere else. Put it back from your backup, see \"tenuto restore\", "+
		"or move away what is left of it to start anew (everybody logs in again); nothing was changed", vault.ErrDamaged, path, what)
}

// prepareFile makes a file for a new database, or takes an existing one's permissions away from others.
// SQLite gives its -wal and -shm the same. Nothing opens the file but SQLite once it is in use: closing any
// descriptor of it would drop SQLite's locks.
func prepareFile(ctx context.Context, path string) error {
	there, err := exists(path)
	if err == nil && !there {
		err = makeFile(ctx, path)
	}
	if err != nil {
		return fmt.Errorf("vault: new database: %w", err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Lstat(path + suffix)
		if err != nil || info.Mode().Perm()&0o077 == 0 {
			continue // absent (or SQLite will say), or closed already
		}
		if err := os.Chmod(path+suffix, 0o600); err != nil {
			return fmt.Errorf("%w: %s may be read by others, and chmod says: %w", vault.ErrReadOnly, path+suffix, err)
		}
	}
	return nil
}

// makeFile makes a database without tables, and gives it its name when it is on disk: see checkLost.
func makeFile(ctx context.Context, path string) error {
	next := path + making
	removeDatabase(next)                                                   // of a first start that was killed
	file, err := os.OpenFile(next, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) // SQLite would let others read it
	if err != nil {
		return err
	}
	if err := file.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", source(next, "rw", forWriter))
	if err != nil {
		return explain("make the database", err)
	}
	// Setting the mode of a WAL writes the first page.
	if err := errors.Join(explain("make the database", db.PingContext(ctx)), db.Close()); err != nil {
		return err
	}
	if size, err := sizeOf(next); err != nil || size == 0 {
		return errors.Join(fmt.Errorf("%s is empty yet", next), err)
	}
	for _, suffix := range []string{"-wal", "-shm", "-journal"} {
		os.Remove(path + suffix) // empty, and of one that was moved away
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	return syncDirectory(filepath.Dir(path))
}

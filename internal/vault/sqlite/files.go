package sqlite

import (
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
		info, err := os.Lstat(path + suffix)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return fmt.Errorf("vault: %w", err)
		case !info.Mode().IsRegular():
			return fmt.Errorf("vault: %s is not a regular file: name the file itself, not a link to it", path+suffix)
		}
	}
	return nil
}

// prepareFile makes an empty file for the database, or takes an existing one's permissions away from others.
// SQLite gives its -wal and -shm the same. Nothing opens the file but SQLite once it is in use: closing any
// descriptor of it would drop SQLite's locks.
func prepareFile(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		return file.Close()
	}
	if !errors.Is(err, fs.ErrExist) {
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

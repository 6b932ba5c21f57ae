//go:build unix

package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ownedAndClosed refuses key files that another user can read, or has written; but for root those of a server.
func ownedAndClosed(path string, info fs.FileInfo) error {
	if perm := info.Mode().Perm(); perm&0o077 != 0 {
		return fmt.Errorf("%w: %s may be read by others (mode %04o): chmod 600 it, and make a new key if it was ever shared", ErrKey, path, perm)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && int(stat.Uid) != os.Geteuid() && !isTheServers(path, stat.Uid) {
		return fmt.Errorf("%w: %s belongs to user %d, not to the one who runs this (%d): run it as that user", ErrKey, path, stat.Uid, os.Geteuid())
	}
	return nil
}

// isTheServers reports whether we are root, and the file belongs to whoever owns its directory: to a server that is not
// root, whose operator is.
func isTheServers(path string, owner uint32) bool {
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil || os.Geteuid() != 0 {
		return false
	}
	stat, ok := dir.Sys().(*syscall.Stat_t)
	return ok && stat.Uid == owner
}

// syncDirectory makes a new name in the directory survive a power cut.
func syncDirectory(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

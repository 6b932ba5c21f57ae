package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// anchors are the files that a database was opened as. Whoever moves, removes or replaces one of them while we use it
// has us write where nobody will look again, and lets a second process in: with a WAL, SQLite notices nothing.
type anchors []anchor

type anchor struct {
	path string
	was  os.FileInfo
}

// anchorFiles remembers the files of the database at path, which is open. Windows lets nobody take them away.
func anchorFiles(path string) (files anchors, err error) {
	if runtime.GOOS == "windows" {
		return nil, nil
	}
	for _, suffix := range []string{"", "-wal", ".lock"} {
		info, err := os.Lstat(path + suffix)
		if errors.Is(err, fs.ErrNotExist) && suffix == "-wal" {
			continue // nobody has written yet, nor read
		}
		if err != nil {
			return nil, fmt.Errorf("vault: %w", err)
		}
		files = append(files, anchor{path + suffix, info})
	}
	return files, nil
}

// hold is vault.ErrReadOnly unless each file is the one in its place.
func (a anchors) hold() error {
	for _, file := range a {
		if info, err := os.Lstat(file.path); err != nil || !os.SameFile(info, file.was) {
			return fmt.Errorf("%w: %s was moved, removed or replaced while this process uses it, so nothing more is kept: "+
				"put it back, or stop the server first and then start it on what is there now", vault.ErrReadOnly, file.path)
		}
	}
	return nil
}

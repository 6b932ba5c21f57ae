//go:build unix

package sqlite

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// handOver gives a file that root has made to whoever owns its directory: the server, which is not root, has to read it.
// SQLite does the same with what it makes beside a database. What is somebody else's already stays so.
func handOver(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	owner, is := dir.Sys().(*syscall.Stat_t), info.Sys().(*syscall.Stat_t)
	if is.Uid != 0 || owner.Uid == 0 {
		return nil
	}
	if is.Nlink != 1 { // another's file by another name
		return fmt.Errorf("vault: %s is not a file of its own: remove it", path)
	}
	if err := file.Chown(int(owner.Uid), int(owner.Gid)); err != nil {
		return fmt.Errorf("vault: give the file to the owner of its directory: %w", err)
	}
	return nil
}

// forRoot reports whether a file may be one that somebody wants root to change for them: in a directory of theirs it
// stands under another name than its own.
func forRoot(path string, info fs.FileInfo) bool {
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil || os.Geteuid() != 0 {
		return false
	}
	owner, known := dir.Sys().(*syscall.Stat_t)
	is, ok := info.Sys().(*syscall.Stat_t)
	return known && ok && owner.Uid != 0 && is.Nlink > 1
}

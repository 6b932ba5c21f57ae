//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package auth

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// readsNeedLock: a rename here leaves readers their old file.
const readsNeedLock = false

// tryLock locks f for this open file alone, as flock(2) does, and reports whether it did.
func tryLock(f *os.File) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case !errors.Is(err, syscall.EINTR):
			return false, err
		}
	}
}

// syncDir brings a new name to the disk.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err == nil {
		err = errors.Join(f.Sync(), f.Close())
	}
	if err != nil && !errors.Is(err, syscall.EINVAL) { // a file system that cannot, and need not
		return fmt.Errorf("auth: file store: %w", err)
	}
	return nil
}

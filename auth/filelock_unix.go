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

// lockWhole waits until f is locked for this open file alone, as flock(2) does.
func lockWhole(f *os.File) error {
	for {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// tryLockWhole is lockWhole without a wait.
func tryLockWhole(f *os.File) (locked bool, err error) {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return err == nil, err
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

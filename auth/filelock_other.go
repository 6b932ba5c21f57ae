//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package auth

import (
	"errors"
	"fmt"
	"os"
	"runtime"
)

const readsNeedLock = false

// lockWhole: a store that cannot lock would lose tokens, so it does not work at all.
func lockWhole(*os.File) error {
	return fmt.Errorf("file locks on %s: %w", runtime.GOOS, errors.ErrUnsupported)
}

// tryLockWhole can never tell.
func tryLockWhole(f *os.File) (locked bool, err error) { return false, lockWhole(f) }

func syncDir(string) error { return nil }

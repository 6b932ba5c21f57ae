package auth

import (
	"errors"
	"os"
	"syscall"
	"unsafe"
)

// readsNeedLock: a file that is being read cannot be replaced here.
const readsNeedLock = true

var lockFileEx = syscall.NewLazyDLL("kernel32.dll").NewProc("LockFileEx")

const (
	lockAtOnce    = 1 // LOCKFILE_FAIL_IMMEDIATELY
	lockExclusive = 2 // LOCKFILE_EXCLUSIVE_LOCK
)

const lockViolation = syscall.Errno(33) // ERROR_LOCK_VIOLATION

// lockWhole waits until f is locked for this open file alone.
func lockWhole(f *os.File) error {
	var at syscall.Overlapped
	if ok, _, err := lockFileEx.Call(f.Fd(), lockExclusive, 0, 1, 0, uintptr(unsafe.Pointer(&at))); ok == 0 {
		return err
	}
	return nil
}

// tryLockWhole is lockWhole without a wait.
func tryLockWhole(f *os.File) (locked bool, err error) {
	var at syscall.Overlapped
	ok, _, err := lockFileEx.Call(f.Fd(), lockExclusive|lockAtOnce, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	switch {
	case ok != 0:
		return true, nil
	case errors.Is(err, lockViolation):
		return false, nil
	}
	return false, err
}

// syncDir has nothing to do: the system writes names through.
func syncDir(string) error { return nil }

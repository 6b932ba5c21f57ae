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
	lockExclusive   = 2   // LOCKFILE_EXCLUSIVE_LOCK
	lockFailAtOnce  = 1   // LOCKFILE_FAIL_IMMEDIATELY
	errLockViolated = 33  // ERROR_LOCK_VIOLATION
	errIOPending    = 997 // ERROR_IO_PENDING
)

// tryLock locks f for this open file alone and reports whether it did.
func tryLock(f *os.File) (bool, error) {
	var at syscall.Overlapped
	ok, _, err := lockFileEx.Call(f.Fd(), lockExclusive|lockFailAtOnce, 0, 1, 0, uintptr(unsafe.Pointer(&at)))
	switch {
	case ok != 0:
		return true, nil
	case errors.Is(err, syscall.Errno(errLockViolated)), errors.Is(err, syscall.Errno(errIOPending)):
		return false, nil
	}
	return false, err
}

// syncDir has nothing to do: the system writes names through.
func syncDir(string) error { return nil }

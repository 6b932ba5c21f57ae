//go:build unix

package vault

import (
	"errors"
	"os"
	"syscall"
)

// openLocked opens or makes the file at path for this process alone. The kernel gives the lock back when the process
// ends, however it ends; the file itself stays, since removing a file that is its own lock lets two in.
func openLocked(path string) (file *os.File, busy bool, err error) {
	file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, false, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		file.Close()
	}
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, true, nil
	}
	return file, false, err
}

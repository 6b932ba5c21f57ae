package sqlite

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// acquire takes the lock that keeps a second process out: a file opened without sharing, which Windows undoes
// when the process ends, however it ends.
func acquire(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, fmt.Errorf("vault: lock file: %w", err)
	}
	const sharingViolation = syscall.Errno(32)
	handle, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil,
		syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharingViolation) {
		return nil, fmt.Errorf("%w: stop that one, or name another place (%s)", vault.ErrInUse, path)
	}
	if err != nil {
		return nil, fmt.Errorf("vault: lock file: %w", err)
	}
	return os.NewFile(uintptr(handle), path), nil
}

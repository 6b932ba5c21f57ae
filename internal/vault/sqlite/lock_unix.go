//go:build unix

package sqlite

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// acquire takes the lock that keeps a second process out. The kernel drops it when the process ends, however it
// ends; the file itself stays, since removing a lock file lets two in.
//
// It is a file of its own: SQLite's locks are those of the database file, and on network file systems flock
// would be the same kind.
func acquire(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, fmt.Errorf("vault: lock file: %w", err)
	}
	if err := handOver(path); err != nil {
		file.Close()
		return nil, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%w%s: stop that one, or name another place (%s)", vault.ErrInUse, holder(file), path)
	}
	if err == nil {
		err = sign(file)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// sign writes our process id, for the message that the next one gets.
func sign(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("vault: lock file: %w", err)
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return fmt.Errorf("vault: lock file: %w", err)
	}
	return nil
}

func holder(file *os.File) string {
	text, _ := io.ReadAll(io.NewSectionReader(file, 0, 20))
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(", number %d", pid)
}

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// copying is what a copy is called that is to be sent somewhere.
const copying = ".copying"

// BackupTo is Backup to a writer. The copy is made beside the database first, since what was sent cannot be taken
// back, and is gone when BackupTo returns; what a process that was killed has left of one is removed by the next.
// vault.ErrInUse while another BackupTo is under way.
func BackupTo(ctx context.Context, path string, to io.Writer, keys *vault.KeyRing) (err error) {
	if _, err := os.Stat(path); err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	whole := path + copying
	lock, err := acquire(whole + ".lock")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	os.Remove(whole)
	defer os.Remove(whole)
	if _, err := makeCopy(ctx, path, whole, keys); err != nil {
		return err
	}
	file, err := os.Open(whole)
	if err != nil {
		return fmt.Errorf("vault: %w", err)
	}
	defer file.Close()
	os.Remove(whole) // now, where a file that is open can be: whoever kills us leaves nothing
	_, err = io.Copy(to, file)
	return err
}

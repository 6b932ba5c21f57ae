// Package sqlite is the vault in one file: for a server that runs as one process on one machine.
//
// Many readers, one writer. Writes that arrive together are committed together (writer.go), and nothing is
// acknowledged before it is on disk: WAL with synchronous=FULL.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Names of the files in a data directory. SQLite keeps two more beside the database, -wal and -shm; a backup by
// copying needs them all, and a server that is stopped.
const (
	DatabaseFile = "tenuto.db"
	KeyFile      = "tenuto.key"
)

// Option changes how a database is opened.
type Option func(*options)

type options struct{ now func() time.Time }

// WithClock sets what the database takes for now; without it the computer's clock. For tests that turn it.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// OpenDir opens the vault in a data directory: DatabaseFile and KeyFile in it. In an empty directory, or none, it
// makes both. A database without its key file is an error, never a reason to make a new key, and one that is empty is
// vault.ErrDamaged, never taken for new. For the other errors see Open and vault.OpenKeyFile.
func OpenDir(ctx context.Context, dir string, opts ...Option) (*vault.DB, error) {
	keyFile := filepath.Join(dir, KeyFile)
	return open(ctx, filepath.Join(dir, DatabaseFile), func(isNew bool) (*vault.KeyRing, error) {
		if isNew {
			removeEmpty(keyFile)
		}
		keys, err := vault.OpenKeyFile(keyFile)
		if !errors.Is(err, fs.ErrNotExist) {
			return keys, err
		}
		if !isNew {
			return nil, fmt.Errorf("%w: %s is missing, and without it the database beside it cannot be read: "+
				"put it back from your backup, or move the database away to start anew (everybody logs in again)", vault.ErrKey, keyFile)
		}
		return vault.CreateKeyFile(keyFile)
	}, opts)
}

// removeEmpty removes a key file that a first start left empty when it was killed. Where there is no database yet,
// and the lock is ours, nobody can miss it.
func removeEmpty(path string) {
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && info.Size() == 0 {
		os.Remove(path) // if it stays, opening it says what is wrong
	}
}

// Open opens or makes the vault in the file at path, sealed under keys. Before it writes a byte it makes sure that
// nobody else has the file open (vault.ErrInUse), that it is ours, and that keys are its keys (vault.ErrWrongKey).
func Open(ctx context.Context, path string, keys *vault.KeyRing, opts ...Option) (*vault.DB, error) {
	return open(ctx, path, func(bool) (*vault.KeyRing, error) { return keys, nil }, opts)
}

func open(ctx context.Context, path string, keyRing func(isNew bool) (*vault.KeyRing, error), opts []Option) (_ *vault.DB, err error) {
	o := options{now: time.Now}
	for _, opt := range opts {
		opt(&o)
	}
	if err := prepareDirectory(path); err != nil {
		return nil, err
	}
	lock, err := acquire(path + ".lock")
	if err != nil {
		return nil, err
	}
	t := &tables{now: o.now, lock: lock}
	defer func() {
		if err != nil {
			err = errors.Join(err, t.Close())
		}
	}()
	if _, err := finishRestore(path); err != nil {
		return nil, err
	}
	if err := checkLost(path); err != nil {
		return nil, err
	}
	keys, err := unlock(ctx, path, keyRing)
	if err != nil {
		return nil, err
	}
	if err := prepareFile(ctx, path); err != nil {
		return nil, err
	}
	if t.writer, err = openWriter(ctx, path); err != nil {
		return nil, err
	}
	if t.readers, err = openReaders(ctx, path); err != nil {
		return nil, err
	}
	if t.writer.files, err = anchorFiles(path); err != nil {
		return nil, err
	}
	_ = keepReserve(path) // on a full disk later
	return vault.New(ctx, t, keys)
}

// tables is the vault.Tables of SQLite.
type tables struct {
	now     func() time.Time
	lock    *os.File
	writer  *writer
	readers *readers

	closing  sync.Once
	closeErr error
}

var _ vault.Tables = (*tables)(nil)

// Exclusive implements vault.Tables: the lock file says so.
func (t *tables) Exclusive() bool { return true }

// Close implements vault.Tables. A second one returns what the first did.
func (t *tables) Close() error {
	t.closing.Do(func() { t.closeErr = t.close() })
	return t.closeErr
}

// close lets the readers go first: the last connection that closes cleans up the WAL.
func (t *tables) close() error {
	var errs []error
	if t.readers != nil {
		errs = append(errs, t.readers.close())
	}
	if t.writer != nil {
		errs = append(errs, t.writer.close())
	}
	return errors.Join(append(errs, t.lock.Close())...)
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

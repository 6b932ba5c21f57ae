package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// A restore makes the new database beside the old one, and then lets it take the place. What is being made is
// called restoring; once it is complete, restored: from then on it counts, and whoever opens the database next
// finishes what a crash has interrupted.
const (
	restoring = ".restoring"
	restored  = ".restored"
	aside     = ".before-" // and a time: the database that was there
)

// Restore makes a copy that Backup made the database at path: it is looked through, brought up to date, and
// given to prepare, before it takes the place of what was there. With replace that is kept, under the name that is
// returned; without, a database that is there is fs.ErrExist. After an error everything is as it was.
// Other errors: vault.ErrInUse while a server runs on it, vault.ErrDamaged, vault.ErrWrongKey, vault.ErrFull.
func Restore(ctx context.Context, from, path string, keys *vault.KeyRing, replace bool, prepare func(*vault.DB) error) (kept string, err error) {
	if err := prepareDirectory(path); err != nil {
		return "", err
	}
	lock, err := acquire(path + ".lock")
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if _, err := finishRestore(path); err != nil {
		return "", err
	}
	there, err := exists(path)
	if err == nil && there && !replace {
		err = fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	if err != nil {
		return "", fmt.Errorf("vault: restore: %w", err)
	}
	defer removeDatabase(path + restoring)
	if err := makeRestored(ctx, from, path, keys, prepare); err != nil {
		return "", err
	}
	return finishRestore(path)
}

func makeRestored(ctx context.Context, from, path string, keys *vault.KeyRing, prepare func(*vault.DB) error) (err error) {
	next := path + restoring
	removeDatabase(next) // of one that was killed
	if _, err := CheckCopy(ctx, from, keys); err != nil {
		return err
	}
	// Copied by SQLite: should it be a database that was only stopped, its WAL is part of it.
	if err := newCopy(ctx, from, next, `DELETE FROM meta WHERE name = ?`, metaBackup); err != nil {
		return err
	}
	db, err := Open(ctx, next, keys)
	if err != nil {
		return err
	}
	if err := errors.Join(prepare(db), db.Close()); err != nil {
		return err
	}
	if there, err := exists(next + "-wal"); there || err != nil { // closing has emptied and removed it
		return errors.Join(fmt.Errorf("%w: %s is still in use", vault.ErrInUse, next), err)
	}
	if err := handOver(next); err != nil {
		return err
	}
	if err := os.Rename(next, path+restored); err != nil {
		return fmt.Errorf("vault: restore: %w", err)
	}
	return syncDirectory(filepath.Dir(path))
}

// finishRestore puts a restored database, if there is one, in its place, and says what it calls the one that was
// there. Called with the lock held; again after a crash anywhere in it.
func finishRestore(path string) (kept string, err error) {
	info, err := os.Lstat(path + restored)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("vault: restore: %w", err)
	}
	if err := checkFile(path + restored); err != nil || info.Size() == 0 {
		return "", errors.Join(fmt.Errorf("%w: %s was to take the place of the database and is none: remove it", vault.ErrDamaged, path+restored), err)
	}
	name, err := asideName(path, info.ModTime())
	if err != nil {
		return "", fmt.Errorf("vault: restore: %w", err)
	}
	for _, suffix := range []string{"-shm", "-wal", "-journal", ""} {
		switch err := os.Rename(path+suffix, name+suffix); {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", fmt.Errorf("vault: restore: %w", err)
		default:
			kept = name
		}
	}
	if err := errors.Join(syncDirectory(filepath.Dir(path)), os.Rename(path+restored, path)); err != nil {
		return "", fmt.Errorf("vault: restore: %w", err)
	}
	return kept, syncDirectory(filepath.Dir(path))
}

// asideName is what the database at path is to be called now: not what another one is called that was put aside before.
// Called again after a crash it says the same as long as the database is in its place, which it leaves last.
func asideName(path string, when time.Time) (string, error) {
	first := path + aside + when.UTC().Format("20060102T150405Z")
	for name, n := first, 2; ; name, n = fmt.Sprintf("%s-%d", first, n), n+1 {
		if there, err := exists(name); err != nil || !there {
			return name, err
		}
	}
}

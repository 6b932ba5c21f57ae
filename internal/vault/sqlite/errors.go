package sqlite

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// explain wraps a driver's error and, where somebody can do something about it, the vault's. SQLite's texts name
// tables and columns, never values: they hold no secrets.
func explain(doing string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	if cause := causeOf(err); cause != nil {
		return fmt.Errorf("%s: %w: %w", doing, cause, err)
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func causeOf(err error) error {
	e, ok := errors.AsType[*sqlite.Error](err)
	if !ok {
		return nil
	}
	if e.Code() == sqlite3.SQLITE_IOERR_SHMSIZE { // there is no room for the index of the WAL
		return vault.ErrFull
	}
	switch e.Code() & 0xff { // the rest of the code is detail
	case sqlite3.SQLITE_FULL:
		return vault.ErrFull
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
		return vault.ErrReadOnly
	case sqlite3.SQLITE_BUSY:
		return vault.ErrInUse
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return vault.ErrDamaged
	}
	return nil
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// applicationID marks our database files; the first migration sets it.
const applicationID = 0x74656e75

// unlock returns the keys after making sure that they open the database at path, without changing a byte of it.
func unlock(ctx context.Context, path string, keyRing func(isNew bool) (*vault.KeyRing, error)) (*vault.KeyRing, error) {
	row, data, err := peek(ctx, path)
	if err != nil {
		return nil, err
	}
	keys, err := keyRing(row == nil)
	if err != nil {
		return nil, err
	}
	if row != nil {
		if err := vault.CheckKeys(keys, row, data...); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return keys, nil
}

// peek reads the check row, nil if nothing was ever kept in the database, and the data keys. SQLite tidies up a file that it opens for
// writing, so this opens it for reading: without a WAL as a file that cannot change, which touches nothing; after a
// crash with the WAL, which at most makes its index, the -shm file, anew.
func peek(ctx context.Context, path string) (row []byte, data []vault.KeyRow, err error) {
	switch size, err := sizeOf(path); {
	case err != nil:
		return nil, nil, err
	case size == 0:
		return nil, nil, nil
	}
	name := fileURL(path) + "?mode=ro"
	switch size, err := sizeOf(path + "-wal"); {
	case err != nil:
		return nil, nil, err
	case size == 0:
		name += "&immutable=1"
	}
	db, err := sql.Open("sqlite", name)
	if err != nil {
		return nil, nil, explain("look at the database", err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if row, err = readCheck(ctx, db, path); row == nil || err != nil {
		return nil, nil, err
	}
	data, err = peekKeys(ctx, db)
	return row, data, err
}

func readCheck(ctx context.Context, db *sql.DB, path string) ([]byte, error) {
	var id, objects int
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return nil, explain("look at the database", err)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%'").Scan(&objects); err != nil {
		return nil, explain("look at the database", err)
	}
	switch {
	case id == 0 && objects == 0:
		return nil, nil // a first start that did not get far
	case id != applicationID:
		return nil, fmt.Errorf("vault: %s is some other program's database: give Tenuto a file of its own", path)
	}
	var row []byte
	err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", vault.MetaCheck).Scan(&row)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, mustBeNew(ctx, db, path)
	}
	if err != nil {
		return nil, explain("look at the database", err)
	}
	return row, nil
}

// mustBeNew is for a database without its check row: a first start that did not get far either, or ErrDamaged.
func mustBeNew(ctx context.Context, db *sql.DB, path string) error {
	var used bool
	if err := db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM people) OR EXISTS (SELECT 1 FROM grants)").Scan(&used); err != nil {
		return explain("look at the database", err)
	}
	if used {
		return fmt.Errorf("%w: %s has lost the row that proves its key: put the file back from your backup", vault.ErrDamaged, path)
	}
	return nil
}

func sizeOf(path string) (int64, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("vault: %w", err)
	}
	return info.Size(), nil
}

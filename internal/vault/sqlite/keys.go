package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	selectKeys = `
SELECT number, id, sealed, created, resealed FROM keys ORDER BY number`

	insertKey = `
INSERT INTO keys (number, id, sealed, created) VALUES (?, ?, ?, ?)
ON CONFLICT DO NOTHING`

	rewrapKey = `
UPDATE keys SET sealed = ? WHERE number = ? AND sealed = ?`

	markResealed = `
UPDATE keys SET resealed = ? WHERE number = ? AND resealed = 0`

	deleteKey = `
DELETE FROM keys WHERE number = ? AND number < (SELECT max(number) FROM keys)`

	replaceMeta = `
UPDATE meta SET value = ? WHERE name = ? AND value = ?`
)

// Keys implements vault.KeyTables.
func (t *tables) Keys(ctx context.Context) ([]vault.KeyRow, time.Time, error) {
	list, err := read(ctx, t.readers, "read keys", func(c *conn) (list []vault.KeyRow, err error) {
		err = c.query(func(rows *sql.Rows) error {
			row, err := scanKey(rows)
			list = append(list, row)
			return err
		}, selectKeys)
		return list, err
	})
	return list, at(millis(t.now())), err
}

func scanKey(rows *sql.Rows) (row vault.KeyRow, err error) {
	var created, resealed int64
	err = rows.Scan(&row.Number, &row.ID, &row.Sealed, &created, &resealed)
	row.Created, row.Resealed = at(created), at(resealed)
	return row, err
}

// peekKeys reads the keys of a database that may not have their table yet.
func peekKeys(ctx context.Context, db *sql.DB) (list []vault.KeyRow, err error) {
	var has bool
	if err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'keys')`).Scan(&has); err != nil || !has {
		return nil, explain("look at the database", err)
	}
	rows, err := db.QueryContext(ctx, selectKeys)
	if err != nil {
		return nil, explain("look at the database", err)
	}
	defer rows.Close()
	for rows.Next() {
		row, err := scanKey(rows)
		if err != nil {
			return nil, explain("look at the database", err)
		}
		list = append(list, row)
	}
	return list, explain("look at the database", rows.Err())
}

// InsertKey implements vault.KeyTables.
func (t *tables) InsertKey(ctx context.Context, row vault.KeyRow) (bool, error) {
	return change(ctx, t.writer, "insert key", func(c *conn) (bool, error) {
		return c.changed(insertKey, row.Number, row.ID, row.Sealed, millis(t.now()))
	})
}

// RewrapKey implements vault.KeyTables.
func (t *tables) RewrapKey(ctx context.Context, number int, was, sealed []byte) (bool, error) {
	return change(ctx, t.writer, "seal key anew", func(c *conn) (bool, error) {
		return c.changed(rewrapKey, sealed, number, was)
	})
}

// MarkResealed implements vault.KeyTables.
func (t *tables) MarkResealed(ctx context.Context, number int) error {
	_, err := change(ctx, t.writer, "mark key", func(c *conn) (int64, error) {
		return c.exec(markResealed, millis(t.now()), number)
	})
	return err
}

// DeleteKey implements vault.KeyTables.
func (t *tables) DeleteKey(ctx context.Context, number int) error {
	_, err := change(ctx, t.writer, "delete key", func(c *conn) (int64, error) {
		return c.exec(deleteKey, number)
	})
	return err
}

// ReplaceMeta implements vault.KeyTables.
func (t *tables) ReplaceMeta(ctx context.Context, name string, was, value []byte) (bool, error) {
	return change(ctx, t.writer, "replace meta", func(c *conn) (bool, error) {
		return c.changed(replaceMeta, value, name, was)
	})
}

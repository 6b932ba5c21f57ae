package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	// selectKeys has a row even if there is no key: the time.
	selectKeys = `
SELECT ` + now + `, k.number, k.id, k.sealed, k.created, k.resealed
FROM (VALUES (1)) clock LEFT JOIN keys k ON true ORDER BY k.number`

	insertKey = `
INSERT INTO keys (number, id, sealed, created) VALUES ($2, $3, $4, ` + now + `)
ON CONFLICT DO NOTHING`

	rewrapKey = `
UPDATE keys SET sealed = $1 WHERE number = $2 AND sealed = $3`

	markResealed = `
UPDATE keys SET resealed = ` + now + ` WHERE number = $2 AND resealed = 0`

	deleteKey = `
DELETE FROM keys WHERE number = $1 AND number < (SELECT max(number) FROM keys)`

	replaceMeta = `
UPDATE meta SET value = $1 WHERE name = $2 AND value = $3`
)

// Keys implements vault.KeyTables.
func (t *tables) Keys(ctx context.Context) ([]vault.KeyRow, time.Time, error) {
	var now int64
	list, err := read(ctx, t.pool, "read keys", func(c *conn) ([]vault.KeyRow, error) { return readKeys(c, t.clock(), &now) })
	return list, at(now), err
}

func readKeys(c *conn, clock, now *int64) (list []vault.KeyRow, err error) {
	err = c.query(func(rows pgx.Rows) error {
		var row vault.KeyRow
		var number, id, created, resealed *int64
		if err := rows.Scan(now, &number, &id, &row.Sealed, &created, &resealed); err != nil || number == nil {
			return err
		}
		row.Number, row.ID, row.Created, row.Resealed = int(*number), uint32(*id), at(*created), at(*resealed)
		list = append(list, row)
		return nil
	}, selectKeys, clock)
	return list, err
}

// peekKeys reads the keys of a database that may not have their table yet.
func peekKeys(c *conn) ([]vault.KeyRow, error) {
	var now int64
	list, err := readKeys(c, nil, &now)
	if codeOf(err) == undefinedTable {
		return nil, nil
	}
	return list, err
}

// InsertKey implements vault.KeyTables.
func (t *tables) InsertKey(ctx context.Context, row vault.KeyRow) (bool, error) {
	return changeOne(ctx, t.pool, "insert key", func(c *conn) (bool, error) {
		return c.changed(insertKey, t.clock(), row.Number, row.ID, row.Sealed)
	})
}

// RewrapKey implements vault.KeyTables.
func (t *tables) RewrapKey(ctx context.Context, number int, was, sealed []byte) (bool, error) {
	return changeOne(ctx, t.pool, "seal key anew", func(c *conn) (bool, error) {
		return c.changed(rewrapKey, sealed, number, was)
	})
}

// MarkResealed implements vault.KeyTables.
func (t *tables) MarkResealed(ctx context.Context, number int) error {
	_, err := changeOne(ctx, t.pool, "mark key", func(c *conn) (int64, error) {
		return c.exec(markResealed, t.clock(), number)
	})
	return err
}

// DeleteKey implements vault.KeyTables.
func (t *tables) DeleteKey(ctx context.Context, number int) error {
	_, err := changeOne(ctx, t.pool, "delete key", func(c *conn) (int64, error) {
		return c.exec(deleteKey, number)
	})
	return err
}

// ReplaceMeta implements vault.KeyTables.
func (t *tables) ReplaceMeta(ctx context.Context, name string, was, value []byte) (bool, error) {
	return changeOne(ctx, t.pool, "replace meta", func(c *conn) (bool, error) {
		return c.changed(replaceMeta, value, name, was)
	})
}

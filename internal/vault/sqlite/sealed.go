package sqlite

import (
	"context"
	"database/sql"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Each finds its rows by the primary key: EXPLAIN says so in plans_test.go.
const (
	grantsAfter   = ` FROM grants WHERE (app, key) > (?, ?) ORDER BY app, key LIMIT ?`
	peopleAfter   = ` FROM people WHERE (app, user_id) > (?, ?) ORDER BY app, user_id LIMIT ?`
	sessionsAfter = ` FROM sessions WHERE id > ? ORDER BY id LIMIT ?`

	sealedGrants   = `SELECT app, key, NULL, version, sealed` + grantsAfter
	sealedPeople   = `SELECT app, user_id, NULL, '', profile` + peopleAfter
	sealedSessions = `SELECT app, handle, id, '', device` + sessionsAfter

	headsOfGrants   = `SELECT app, key, NULL, '', substr(sealed, 1, 5)` + grantsAfter
	headsOfPeople   = `SELECT app, user_id, NULL, '', substr(profile, 1, 5)` + peopleAfter
	headsOfSessions = `SELECT app, handle, id, '', substr(device, 1, 5)` + sessionsAfter

	replaceGrant   = `UPDATE grants SET sealed = ? WHERE app = ? AND key = ? AND version = ? AND sealed = ?`
	replaceProfile = `UPDATE people SET profile = ? WHERE app = ? AND user_id = ? AND profile = ?`
	replaceDevice  = `UPDATE sessions SET device = ? WHERE id = ? AND device = ?`
)

// SealedRows implements vault.KeyTables.
func (t *tables) SealedRows(ctx context.Context, table vault.SealedTable, after vault.SealedRow, limit int) ([]vault.SealedRow, error) {
	return t.sealed(ctx, [...]statement{sealedGrants, sealedPeople, sealedSessions}[table], table, after, limit)
}

// SealedHeads implements vault.KeyTables.
func (t *tables) SealedHeads(ctx context.Context, table vault.SealedTable, after vault.SealedRow, limit int) ([]vault.SealedRow, error) {
	return t.sealed(ctx, [...]statement{headsOfGrants, headsOfPeople, headsOfSessions}[table], table, after, limit)
}

func (t *tables) sealed(ctx context.Context, query statement, table vault.SealedTable, after vault.SealedRow, limit int) ([]vault.SealedRow, error) {
	args := []any{after.App, after.Key, limit}
	if table == vault.SealedSessions {
		args = []any{append([]byte{}, after.ID...), limit} // a nil would be NULL
	}
	return read(ctx, t.readers, "read sealed rows", func(c *conn) (list []vault.SealedRow, err error) {
		err = c.query(func(rows *sql.Rows) error {
			var row vault.SealedRow
			err := rows.Scan(&row.App, &row.Key, &row.ID, &row.Version, &row.Sealed)
			list = append(list, row)
			return err
		}, query, args...)
		return list, err
	})
}

// ReplaceSealed implements vault.KeyTables.
func (t *tables) ReplaceSealed(ctx context.Context, table vault.SealedTable, rows []vault.SealedRow) (int, error) {
	return change(ctx, t.writer, "seal anew", func(c *conn) (n int, err error) {
		for _, row := range rows {
			done, err := replaceSealed(c, table, row)
			if err != nil {
				return 0, err
			}
			if done {
				n++
			}
		}
		return n, nil
	})
}

func replaceSealed(c *conn, table vault.SealedTable, row vault.SealedRow) (bool, error) {
	switch table {
	case vault.SealedGrants:
		return c.changed(replaceGrant, row.Next, row.App, row.Key, row.Version, row.Sealed)
	case vault.SealedPeople:
		return c.changed(replaceProfile, row.Next, row.App, row.Key, row.Sealed)
	default:
		return c.changed(replaceDevice, row.Next, row.ID, row.Sealed)
	}
}

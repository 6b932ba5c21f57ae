package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Each finds its rows by the primary key: EXPLAIN says so in plans_test.go.
const (
	grantsAfter   = ` FROM grants WHERE (app, key) > ($1, $2) ORDER BY app, key LIMIT $3`
	peopleAfter   = ` FROM people WHERE (app, user_id) > ($1, $2) ORDER BY app, user_id LIMIT $3`
	sessionsAfter = ` FROM sessions WHERE id > $1 ORDER BY id LIMIT $2`

	sealedGrants   = `SELECT app, key, NULL::bytea, version, sealed` + grantsAfter
	sealedPeople   = `SELECT app, user_id, NULL::bytea, '', profile` + peopleAfter
	sealedSessions = `SELECT app, handle, id, '', device` + sessionsAfter

	headsOfGrants   = `SELECT app, key, NULL::bytea, '', substr(sealed, 1, 5)` + grantsAfter
	headsOfPeople   = `SELECT app, user_id, NULL::bytea, '', substr(profile, 1, 5)` + peopleAfter
	headsOfSessions = `SELECT app, handle, id, '', substr(device, 1, 5)` + sessionsAfter

	replaceGrant   = `UPDATE grants SET sealed = $1 WHERE app = $2 AND key = $3 AND version = $4 AND sealed = $5`
	replaceProfile = `UPDATE people SET profile = $1 WHERE app = $2 AND user_id = $3 AND profile = $4`
	replaceDevice  = `UPDATE sessions SET device = $1 WHERE id = $2 AND device = $3`

	// selectDevicesLocked locks in the order in which the sweep does.
	selectDevicesLocked = `
SELECT 1 FROM sessions WHERE id = ANY ($1) ORDER BY expires, id FOR UPDATE`
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
	return read(ctx, t.pool, "read sealed rows", func(c *conn) (list []vault.SealedRow, err error) {
		err = c.query(func(rows pgx.Rows) error {
			var row vault.SealedRow
			err := rows.Scan(&row.App, &row.Key, &row.ID, &row.Version, &row.Sealed)
			list = append(list, row)
			return err
		}, query, args...)
		return list, err
	})
}

// ReplaceSealed implements vault.KeyTables. All statements travel at once, and lock in the order of the primary key;
// sessions are locked before.
func (t *tables) ReplaceSealed(ctx context.Context, table vault.SealedTable, rows []vault.SealedRow) (int, error) {
	return change(ctx, t.pool, "seal anew", func(c *conn) (n int, err error) {
		if table == vault.SealedSessions {
			if err := lockDevices(c, rows); err != nil {
				return 0, err
			}
		}
		var batch pgx.Batch
		for _, row := range rows {
			queueReplace(&batch, table, row)
		}
		results := c.on.(pgx.Tx).SendBatch(ctx, &batch)
		defer results.Close() //nolint:errcheck // the error that counts is returned below
		for range rows {
			tag, err := results.Exec()
			if err != nil {
				return 0, err
			}
			n += int(tag.RowsAffected())
		}
		return n, results.Close()
	})
}

func lockDevices(c *conn, rows []vault.SealedRow) error {
	var ids [][]byte
	for _, row := range rows {
		ids = append(ids, row.ID)
	}
	_, err := c.exec(selectDevicesLocked, ids)
	return err
}

func queueReplace(batch *pgx.Batch, table vault.SealedTable, row vault.SealedRow) {
	switch table {
	case vault.SealedGrants:
		batch.Queue(replaceGrant, row.Next, row.App, row.Key, row.Version, row.Sealed)
	case vault.SealedPeople:
		batch.Queue(replaceProfile, row.Next, row.App, row.Key, row.Sealed)
	default:
		batch.Queue(replaceDevice, row.Next, row.ID, row.Sealed)
	}
}

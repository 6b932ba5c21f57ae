package sqlite

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const selectGrant = `
SELECT version, sealed, scopes, authorized_at, dead, written FROM grants WHERE app = ? AND key = ?`

// Grant implements vault.Tables.
func (t *tables) Grant(ctx context.Context, app, key string) (*vault.GrantRow, time.Time, error) {
	row, err := read(ctx, t.readers, "read grant", func(c *conn) (*vault.GrantRow, error) {
		row := vault.GrantRow{App: app, Key: key}
		var authorized, written int64
		found, err := c.one(selectGrant, []any{app, key}, &row.Version, &row.Sealed, &row.Scopes, &authorized, &row.Dead, &written)
		if !found || err != nil {
			return nil, err
		}
		row.AuthorizedAt, row.Written = at(authorized), at(written)
		return &row, nil
	})
	return row, at(millis(t.now())), err
}

const insertGrant = `
INSERT INTO grants (app, key, version, sealed, scopes, authorized_at, dead, written) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING`

const selectForgotten = `
SELECT 1 FROM forgotten WHERE app = ? AND user_id = ?`

// InsertGrant implements vault.Tables.
func (t *tables) InsertGrant(ctx context.Context, row vault.GrantRow) (bool, error) {
	return change(ctx, t.writer, "insert grant", func(c *conn) (bool, error) {
		var one int
		forgotten, err := c.one(selectForgotten, []any{row.App, row.Key}, &one)
		if err != nil {
			return false, err
		}
		if forgotten {
			return false, vault.ErrNoPerson
		}
		return c.changed(insertGrant, row.App, row.Key, row.Version, row.Sealed, row.Scopes, millis(row.AuthorizedAt), row.Dead, millis(t.now()))
	})
}

const updateGrant = `
UPDATE grants SET version = ?, sealed = ?, scopes = ?, authorized_at = ?, dead = ?, written = ?
WHERE app = ? AND key = ? AND version = ?`

// UpdateGrant implements vault.Tables.
func (t *tables) UpdateGrant(ctx context.Context, row vault.GrantRow, version string) (bool, error) {
	return change(ctx, t.writer, "update grant", func(c *conn) (bool, error) {
		return c.changed(updateGrant, row.Version, row.Sealed, row.Scopes, millis(row.AuthorizedAt), row.Dead, millis(t.now()),
			row.App, row.Key, version)
	})
}

const deleteGrant = `
DELETE FROM grants WHERE app = ? AND key = ?`

// DeleteGrant implements vault.Tables.
func (t *tables) DeleteGrant(ctx context.Context, app, key string) error {
	_, err := change(ctx, t.writer, "delete grant", func(c *conn) (int64, error) {
		return c.exec(deleteGrant, app, key)
	})
	return err
}

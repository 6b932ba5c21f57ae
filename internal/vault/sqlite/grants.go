package sqlite

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

const selectGrant = `
SELECT version, sealed, written FROM grants WHERE app = ? AND key = ?`

// Grant implements vault.Tables.
func (t *tables) Grant(ctx context.Context, app, key string) (*vault.GrantRow, time.Time, error) {
	row, err := read(ctx, t.readers, "read grant", func(c *conn) (*vault.GrantRow, error) {
		row := vault.GrantRow{App: app, Key: key}
		var written int64
		found, err := c.one(selectGrant, []any{app, key}, &row.Version, &row.Sealed, &written)
		if !found || err != nil {
			return nil, err
		}
		row.Written = at(written)
		return &row, nil
	})
	return row, at(millis(t.now())), err
}

const insertGrant = `
INSERT INTO grants (app, key, version, sealed, written) VALUES (?, ?, ?, ?, ?)
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
		done, err := c.changed(insertGrant, row.App, row.Key, row.Version, row.Sealed, millis(t.now()))
		if !done || err != nil {
			return false, err
		}
		return true, showGrant(c, row)
	})
}

const updateGrant = `
UPDATE grants SET version = ?, sealed = ?, written = ? WHERE app = ? AND key = ? AND version = ?`

// UpdateGrant implements vault.Tables.
func (t *tables) UpdateGrant(ctx context.Context, row vault.GrantRow, version string) (bool, error) {
	return change(ctx, t.writer, "update grant", func(c *conn) (bool, error) {
		done, err := c.changed(updateGrant, row.Version, row.Sealed, millis(t.now()), row.App, row.Key, version)
		if !done || err != nil {
			return false, err
		}
		return true, showGrant(c, row)
	})
}

// personGrant seldom finds anything to write: a refresh changes the token and leaves the rest.
const personGrant = `
UPDATE people SET scopes = ?3, authorized_at = ?4, dead = ?5
WHERE app = ?1 AND user_id = ?2 AND (scopes <> ?3 OR authorized_at <> ?4 OR dead <> ?5)`

// showGrant tells the person's row, if there is one, how the grant is doing.
func showGrant(c *conn, row vault.GrantRow) error {
	_, err := c.exec(personGrant, row.App, row.Key, row.Scopes, millis(row.AuthorizedAt), row.Dead)
	return err
}

const deleteGrant = `
DELETE FROM grants WHERE app = ? AND key = ?`

// DeleteGrant implements vault.Tables.
func (t *tables) DeleteGrant(ctx context.Context, app, key string) error {
	_, err := change(ctx, t.writer, "delete grant", func(c *conn) (any, error) {
		if _, err := c.exec(deleteGrant, app, key); err != nil {
			return nil, err
		}
		return nil, showGrant(c, vault.GrantRow{App: app, Key: key, Dead: string(auth.ReasonNone)})
	})
	return err
}

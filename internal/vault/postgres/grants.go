package postgres

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// selectGrant has a row even if there is no grant: the time.
const selectGrant = `
SELECT ` + now + `, g.version, g.sealed, g.written
FROM (VALUES (1)) clock LEFT JOIN grants g ON g.app = $2 AND g.key = $3`

// Grant implements vault.Tables.
func (t *tables) Grant(ctx context.Context, app, key string) (*vault.GrantRow, time.Time, error) {
	var now int64
	row, err := read(ctx, t.pool, "read grant", func(c *conn) (*vault.GrantRow, error) {
		row := vault.GrantRow{App: app, Key: key}
		var version *string
		var written *int64
		_, err := c.one(selectGrant, []any{t.clock(), app, key}, &now, &version, &row.Sealed, &written)
		if err != nil || version == nil {
			return nil, err
		}
		row.Version, row.Written = *version, at(*written)
		return &row, nil
	})
	return row, at(now), err
}

const insertGrant = `
INSERT INTO grants (app, key, version, sealed, written) VALUES ($2, $3, $4, $5, ` + now + `)
ON CONFLICT DO NOTHING`

const selectForgotten = `
SELECT 1 FROM forgotten WHERE app = $1 AND user_id = $2`

// InsertGrant implements vault.Tables. Whoever deletes the person locks the person too: either we see the mark of the
// forgotten, or the deletion sees our row.
func (t *tables) InsertGrant(ctx context.Context, row vault.GrantRow) (bool, error) {
	return change(ctx, t.pool, "insert grant", func(c *conn) (bool, error) {
		if _, err := lockPerson(c, row.App, row.Key); err != nil {
			return false, err
		}
		var one int
		forgotten, err := c.one(selectForgotten, []any{row.App, row.Key}, &one)
		if err != nil {
			return false, err
		}
		if forgotten {
			return false, vault.ErrNoPerson
		}
		done, err := c.changed(insertGrant, t.clock(), row.App, row.Key, row.Version, row.Sealed)
		if !done || err != nil {
			return false, err
		}
		return true, showGrant(c, row)
	})
}

const (
	updateGrant = `
UPDATE grants SET version = $2, sealed = $3, written = ` + now + ` WHERE app = $4 AND key = $5 AND version = $6`

	// updateGrantOnly leaves alone a grant whose person would have to be told.
	updateGrantOnly = updateGrant + ` AND NOT EXISTS (
  SELECT 1 FROM people WHERE app = $4 AND user_id = $5 AND (scopes <> $7 OR authorized_at <> $8 OR dead <> $9))`
)

// UpdateGrant implements vault.Tables. A refresh changes the token and leaves the rest: one round trip. Otherwise the
// person's row comes first, as everywhere.
func (t *tables) UpdateGrant(ctx context.Context, row vault.GrantRow, version string) (bool, error) {
	done, err := changeOne(ctx, t.pool, "update grant", func(c *conn) (bool, error) {
		return c.changed(updateGrantOnly, t.clock(), row.Version, row.Sealed, row.App, row.Key, version,
			row.Scopes, millis(row.AuthorizedAt), row.Dead)
	})
	if done || err != nil {
		return done, err
	}
	return change(ctx, t.pool, "update grant", func(c *conn) (bool, error) {
		if _, err := lockPerson(c, row.App, row.Key); err != nil {
			return false, err
		}
		done, err := c.changed(updateGrant, t.clock(), row.Version, row.Sealed, row.App, row.Key, version)
		if !done || err != nil {
			return false, err
		}
		return true, showGrant(c, row)
	})
}

// personGrant seldom finds anything to write: a refresh changes the token and leaves the rest.
const personGrant = `
UPDATE people SET scopes = $3, authorized_at = $4, dead = $5
WHERE app = $1 AND user_id = $2 AND (scopes <> $3 OR authorized_at <> $4 OR dead <> $5)`

// showGrant tells the person's row, if there is one, how the grant is doing.
func showGrant(c *conn, row vault.GrantRow) error {
	_, err := c.exec(personGrant, row.App, row.Key, row.Scopes, millis(row.AuthorizedAt), row.Dead)
	return err
}

const deleteGrant = `
DELETE FROM grants WHERE app = $1 AND key = $2`

// DeleteGrant implements vault.Tables.
func (t *tables) DeleteGrant(ctx context.Context, app, key string) error {
	_, err := change(ctx, t.pool, "delete grant", func(c *conn) (any, error) {
		if _, err := lockPerson(c, app, key); err != nil {
			return nil, err
		}
		if _, err := c.exec(deleteGrant, app, key); err != nil {
			return nil, err
		}
		return nil, showGrant(c, vault.GrantRow{App: app, Key: key, Dead: string(auth.ReasonNone)})
	})
	return err
}

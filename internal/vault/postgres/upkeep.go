package postgres

import (
	"context"
	"time"
)

const (
	selectMeta = `SELECT value FROM meta WHERE name = $1`
	insertMeta = `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	probeMeta  = `
INSERT INTO meta (name, value) VALUES ('ping', convert_to((` + now + `)::text, 'UTF8'))
ON CONFLICT (name) DO UPDATE SET value = excluded.value`
)

// Meta implements vault.Tables.
func (t *tables) Meta(ctx context.Context, name string) ([]byte, error) {
	return read(ctx, t.pool, "read meta", func(c *conn) (value []byte, err error) {
		_, err = c.one(selectMeta, []any{name}, &value)
		return value, err
	})
}

// CreateMeta implements vault.Tables.
func (t *tables) CreateMeta(ctx context.Context, name string, value []byte) error {
	_, err := changeOne(ctx, t.pool, "write meta", func(c *conn) (int64, error) {
		return c.exec(insertMeta, name, value)
	})
	return err
}

const insertSpent = `INSERT INTO spent_states (app, state, until) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`

// InsertSpent implements vault.Tables.
func (t *tables) InsertSpent(ctx context.Context, app string, state []byte, until time.Time) (bool, error) {
	return changeOne(ctx, t.pool, "insert spent state", func(c *conn) (bool, error) {
		return c.changed(insertSpent, app, state, millis(until))
	})
}

// sweepAtOnce bounds what one transaction deletes, so that nobody waits long behind it.
const sweepAtOnce = 500

// sweeps delete by index, a part at a time, locking in the order of the index.
var sweeps = []string{
	`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires <= $1 ORDER BY expires, id LIMIT $2 FOR UPDATE)`,
	`DELETE FROM spent_states WHERE (app, state) IN (SELECT app, state FROM spent_states WHERE until <= $1 ORDER BY until, app, state LIMIT $2 FOR UPDATE)`,
	`DELETE FROM forgotten WHERE (app, user_id) IN (SELECT app, user_id FROM forgotten WHERE until <= $1 ORDER BY until, app, user_id LIMIT $2 FOR UPDATE)`,
}

// Sweep implements vault.Tables.
func (t *tables) Sweep(ctx context.Context, now time.Time) error {
	for _, statement := range sweeps {
		for {
			n, err := changeOne(ctx, t.pool, "sweep", func(c *conn) (int64, error) {
				return c.exec(statement, millis(now), sweepAtOnce)
			})
			if err != nil {
				return err
			}
			if n < sweepAtOnce {
				break
			}
		}
	}
	return nil
}

// Ping implements vault.Tables: a read, then a write that is committed.
func (t *tables) Ping(ctx context.Context) error {
	if _, err := t.Meta(ctx, "ping"); err != nil {
		return err
	}
	_, err := changeOne(ctx, t.pool, "write probe", func(c *conn) (int64, error) {
		return c.exec(probeMeta, t.clock())
	})
	return err
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Meta implements vault.Tables.
func (t *tables) Meta(ctx context.Context, name string) ([]byte, error) {
	return read(ctx, t.readers, "read meta", func(c *conn) (value []byte, err error) {
		_, err = c.one(`SELECT value FROM meta WHERE name = ?`, []any{name}, &value)
		return value, err
	})
}

// CreateMeta implements vault.Tables.
func (t *tables) CreateMeta(ctx context.Context, name string, value []byte) error {
	_, err := change(ctx, t.writer, "write meta", func(c *conn) (int64, error) {
		return c.exec(`INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING`, name, value)
	})
	return err
}

// InsertSpent implements vault.Tables.
func (t *tables) InsertSpent(ctx context.Context, app string, state []byte, until time.Time) (bool, error) {
	return change(ctx, t.writer, "insert spent state", func(c *conn) (bool, error) {
		return c.changed(`INSERT INTO spent_states (app, state, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`, app, state, millis(until))
	})
}

const (
	insertUpkeep = `
INSERT INTO upkeep (name, owner, until, done) VALUES (?, '', 0, 0)
ON CONFLICT DO NOTHING`

	// A time that lies too far ahead was written before the clock was set back, and counts for nothing. Nobody but
	// us can be at work here: who else has taken it is a dead predecessor.
	takeUpkeep = `
UPDATE upkeep SET owner = ?2, until = ?3 + ?4
WHERE name = ?1 AND (done + ?5 <= ?3 OR done > ?3)`

	holdUpkeep = `
UPDATE upkeep SET until = ?3 + ?4 WHERE name = ?1 AND owner = ?2`

	endUpkeep = `
UPDATE upkeep SET owner = '', until = 0, done = CASE WHEN ?4 THEN ?3 ELSE done END WHERE name = ?1 AND owner = ?2`
)

// TakeUpkeep implements vault.Tables.
func (t *tables) TakeUpkeep(ctx context.Context, name, owner string, hold, every time.Duration) (bool, error) {
	return change(ctx, t.writer, "take upkeep", func(c *conn) (bool, error) {
		if _, err := c.exec(insertUpkeep, name); err != nil {
			return false, err
		}
		return c.changed(takeUpkeep, name, owner, millis(t.now()), hold.Milliseconds(), every.Milliseconds())
	})
}

// HoldUpkeep implements vault.Tables.
func (t *tables) HoldUpkeep(ctx context.Context, name, owner string, hold time.Duration) (bool, error) {
	return change(ctx, t.writer, "hold upkeep", func(c *conn) (bool, error) {
		return c.changed(holdUpkeep, name, owner, millis(t.now()), hold.Milliseconds())
	})
}

// EndUpkeep implements vault.Tables.
func (t *tables) EndUpkeep(ctx context.Context, name, owner string, done bool) error {
	_, err := change(ctx, t.writer, "end upkeep", func(c *conn) (int64, error) {
		return c.exec(endUpkeep, name, owner, millis(t.now()), done)
	})
	return err
}

// sweepAtOnce bounds what one transaction deletes, so that nobody waits long behind it.
const sweepAtOnce = 500

// sweeps delete by index, a part at a time.
var sweeps = []statement{
	`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires <= ? LIMIT ?)`,
	`DELETE FROM spent_states WHERE (app, state) IN (SELECT app, state FROM spent_states WHERE until <= ? LIMIT ?)`,
	`DELETE FROM forgotten WHERE (app, user_id) IN (SELECT app, user_id FROM forgotten WHERE until <= ? LIMIT ?)`,
}

// Sweep implements vault.Tables. Afterwards it empties the WAL, where what was deleted may still be read.
func (t *tables) Sweep(ctx context.Context, now time.Time) error {
	ended := min(millis(now), millis(t.now()))
	for _, statement := range sweeps {
		for {
			n, err := change(ctx, t.writer, "sweep", func(c *conn) (int64, error) {
				return c.exec(statement, ended, sweepAtOnce)
			})
			if err != nil {
				return err
			}
			if n < sweepAtOnce {
				break
			}
		}
	}
	return t.writer.checkpoint(ctx)
}

// Ping implements vault.Tables: a read, then a write that is committed.
func (t *tables) Ping(ctx context.Context) error {
	if _, err := t.Meta(ctx, "ping"); err != nil {
		return err
	}
	_, err := change(ctx, t.writer, "write probe", func(c *conn) (int64, error) {
		return c.exec(`INSERT INTO meta (name, value) VALUES ('ping', ?1) ON CONFLICT DO UPDATE SET value = ?1`,
			fmt.Appendf(nil, "%d", millis(t.now())))
	})
	return err
}

// checkpoint moves the WAL into the database and empties it. A reader that is in the way, a backup say, delays that
// until the next time: writers wait no longer than a moment for it.
func (w *writer) checkpoint(ctx context.Context) error {
	return w.do(&write{ctx: ctx, between: true, run: func(c *conn) error {
		_, err := emptyWAL(c, `PRAGMA wal_checkpoint(TRUNCATE)`)
		_ = keepReserve(w.path) // there may be no room again yet
		return explain("checkpoint", err)
	}})
}

// emptyWAL reports whether nobody was in the way.
func emptyWAL(c *conn, how statement) (done bool, err error) {
	nothing := func(*sql.Rows) error { return nil }
	if err := c.query(nothing, `PRAGMA busy_timeout = 100`); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, c.query(nothing, `PRAGMA busy_timeout = `+busyTimeout)) }()
	var busy, inWAL, moved int
	_, err = c.one(how, nil, &busy, &inWAL, &moved)
	return err == nil && busy == 0, err
}

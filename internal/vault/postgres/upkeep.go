package postgres

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
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

const (
	insertUpkeep = `
INSERT INTO upkeep (name, owner, until, done) VALUES ($1, '', 0, 0)
ON CONFLICT DO NOTHING`

	// A time that lies too far ahead was written before the clock was set back, and counts for nothing.
	takeUpkeep = `
UPDATE upkeep SET owner = $3, until = ` + now + ` + $4
WHERE name = $2 AND (done + $5 <= ` + now + ` OR done > ` + now + `)
AND (until <= ` + now + ` OR until > ` + now + ` + $4 OR owner = $3)`

	holdUpkeep = `
UPDATE upkeep SET until = ` + now + ` + $4 WHERE name = $2 AND owner = $3`

	endUpkeep = `
UPDATE upkeep SET owner = '', until = 0, done = CASE WHEN $4 THEN ` + now + ` ELSE done END WHERE name = $2 AND owner = $3`
)

// TakeUpkeep implements vault.Tables.
func (t *tables) TakeUpkeep(ctx context.Context, name, owner string, hold, every time.Duration) (bool, error) {
	return change(ctx, t.pool, "take upkeep", func(c *conn) (bool, error) {
		if _, err := c.exec(insertUpkeep, name); err != nil {
			return false, err
		}
		return c.changed(takeUpkeep, t.clock(), name, owner, hold.Milliseconds(), every.Milliseconds())
	})
}

// HoldUpkeep implements vault.Tables.
func (t *tables) HoldUpkeep(ctx context.Context, name, owner string, hold time.Duration) (bool, error) {
	return changeOne(ctx, t.pool, "hold upkeep", func(c *conn) (bool, error) {
		return c.changed(holdUpkeep, t.clock(), name, owner, hold.Milliseconds())
	})
}

// EndUpkeep implements vault.Tables.
func (t *tables) EndUpkeep(ctx context.Context, name, owner string, done bool) error {
	_, err := changeOne(ctx, t.pool, "end upkeep", func(c *conn) (int64, error) {
		return c.exec(endUpkeep, t.clock(), name, owner, done)
	})
	return err
}

// sweepAtOnce bounds what one transaction deletes, so that nobody waits long behind it.
const sweepAtOnce = 500

// ended is the time of the process that sweeps, or the database's if that is earlier: a clock that runs ahead ends
// nothing. A subquery, for PostgreSQL looks into an index only for what is the same for all rows.
const ended = `(SELECT least($3::bigint, ` + now + `))`

// sweeps delete by index, a part at a time, locking in the order of the index.
var sweeps = []statement{
	`DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires <= ` + ended + ` ORDER BY expires, id LIMIT $2 FOR UPDATE)`,
	`DELETE FROM spent_states WHERE (app, state) IN (SELECT app, state FROM spent_states WHERE until <= ` + ended + ` ORDER BY until, app, state LIMIT $2 FOR UPDATE)`,
	`DELETE FROM forgotten WHERE (app, user_id) IN (SELECT app, user_id FROM forgotten WHERE until <= ` + ended + ` ORDER BY until, app, user_id LIMIT $2 FOR UPDATE)`,
}

// Sweep implements vault.Tables.
func (t *tables) Sweep(ctx context.Context, now time.Time) error {
	for _, statement := range sweeps {
		for {
			n, err := changeOne(ctx, t.pool, "sweep", func(c *conn) (int64, error) {
				return c.exec(statement, t.clock(), sweepAtOnce, millis(now))
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

// Ping implements vault.Tables: a read, then a write that is committed. ErrOutdated once a newer program has made the
// tables unfit for this one. It says at once if the database is away.
func (t *tables) Ping(ctx context.Context) error {
	t = &tables{pool: t.pool.impatient(), now: t.now}
	oldest, err := t.Meta(ctx, vault.MetaOldest)
	if err != nil {
		return err
	}
	if err := vault.CheckVersion(oldest, latestStep()); err != nil {
		return err
	}
	_, err = changeOne(ctx, t.pool, "write probe", func(c *conn) (int64, error) {
		return c.exec(probeMeta, t.clock())
	})
	return err
}

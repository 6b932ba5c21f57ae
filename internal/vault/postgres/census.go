package postgres

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// All of these read one index and nothing else: EXPLAIN says so in census_test.go.
const (
	grantsFrom = `
FROM people WHERE app = $1 AND dead = $2 AND (authorized_at, user_id) > ($3, $4) AND authorized_at < $5`

	lastGrant   = `SELECT authorized_at, user_id` + grantsFrom + ` ORDER BY authorized_at, user_id LIMIT 1 OFFSET $6`
	countGrants = `SELECT count(*)` + grantsFrom

	nextState = `
SELECT dead FROM people WHERE app = $1 AND dead > $2 ORDER BY dead LIMIT 1`

	sessionsFrom = `
FROM sessions WHERE app = $1 AND (expires, id) > ($2, $3)`

	lastSession  = `SELECT expires, id` + sessionsFrom + ` ORDER BY expires, id LIMIT 1 OFFSET $4`
	countAllFrom = `SELECT count(*)` + sessionsFrom
)

// CountGrants implements vault.Tables.
func (t *tables) CountGrants(ctx context.Context, app, state string, place vault.GrantPlace, before time.Time, most int) (n int, next vault.GrantPlace, more bool, err error) {
	n, err = read(ctx, t.pool, "count grants", func(c *conn) (n int, err error) {
		args := []any{app, state, millis(place.AuthorizedAt), place.UserID, millis(before)}
		var last int64
		if more, err = c.one(lastGrant, append(args, most-1), &last, &next.UserID); more || err != nil {
			next.AuthorizedAt = at(last)
			return most, err
		}
		_, err = c.one(countGrants, args, &n)
		return n, err
	})
	return n, next, more, err
}

// NextState implements vault.Tables.
func (t *tables) NextState(ctx context.Context, app, state string) (string, error) {
	return read(ctx, t.pool, "find states", func(c *conn) (next string, err error) {
		_, err = c.one(nextState, []any{app, state}, &next)
		return next, err
	})
}

// CountSessions implements vault.Tables.
func (t *tables) CountSessions(ctx context.Context, app string, place vault.SessionPlace, most int) (n int, next vault.SessionPlace, more bool, err error) {
	n, err = read(ctx, t.pool, "count sessions", func(c *conn) (n int, err error) {
		args := []any{app, millis(place.Expires), append([]byte{}, place.ID...)} // a nil would be NULL
		var last int64
		if more, err = c.one(lastSession, append(args, most-1), &last, &next.ID); more || err != nil {
			next.Expires = at(last)
			return most, err
		}
		_, err = c.one(countAllFrom, args, &n)
		return n, err
	})
	return n, next, more, err
}

const putCensus = `
INSERT INTO census (app, result, put) VALUES ($2, $3, ` + now + `)
ON CONFLICT (app) DO UPDATE SET result = excluded.result, put = excluded.put`

// PutCensus implements vault.Tables.
func (t *tables) PutCensus(ctx context.Context, app string, result []byte) error {
	_, err := changeOne(ctx, t.pool, "write census", func(c *conn) (int64, error) {
		return c.exec(putCensus, t.clock(), app, result)
	})
	return err
}

const selectCensus = `
SELECT result, put FROM census WHERE app = $1`

// Census implements vault.Tables.
func (t *tables) Census(ctx context.Context, app string) (result []byte, put time.Time, err error) {
	var taken int64
	_, err = read(ctx, t.pool, "read census", func(c *conn) (bool, error) {
		return c.one(selectCensus, []any{app}, &result, &taken)
	})
	return result, at(taken), err
}

package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	evictSessions = `
DELETE FROM sessions WHERE id IN (
  SELECT id FROM sessions WHERE app = $2 AND user_id = $3
  ORDER BY expires > ` + now + ` DESC, seen DESC, created DESC OFFSET $4)`

	insertSession = `
INSERT INTO sessions (id, app, user_id, handle, device, created, seen, expires)
SELECT $2, $3, $4, $5, $6, c.created, c.created, $7
FROM (SELECT greatest(` + now + `, 1 + coalesce(max(created), 0)) AS created FROM sessions WHERE app = $3 AND user_id = $4) c`

	// selectSessionsLocked locks in the order in which the sweep does.
	selectSessionsLocked = `
SELECT 1 FROM sessions WHERE app = $1 AND user_id = $2 ORDER BY expires, id FOR UPDATE`
)

// lockSessions is called with the person locked, before several sessions are changed.
func lockSessions(c *conn, app, userID string) error {
	_, err := c.exec(selectSessionsLocked, app, userID)
	return err
}

// InsertSession implements vault.Tables.
func (t *tables) InsertSession(ctx context.Context, row vault.SessionRow, keep int) (bool, error) {
	return change(ctx, t.pool, "insert session", func(c *conn) (bool, error) {
		found, err := lockPerson(c, row.App, row.UserID)
		if !found || err != nil {
			return false, err
		}
		if err := lockSessions(c, row.App, row.UserID); err != nil {
			return false, err
		}
		if _, err := c.exec(evictSessions, t.clock(), row.App, row.UserID, keep-1); err != nil {
			return false, err
		}
		return c.changed(insertSession, t.clock(), row.ID, row.App, row.UserID, row.Handle, row.Device, millis(row.Expires))
	})
}

const (
	selectSession = `
SELECT s.user_id, s.handle, s.device, s.created, s.seen, s.expires, p.profile, p.scopes, p.authorized_at, p.dead
FROM sessions s JOIN people p ON p.app = s.app AND p.user_id = s.user_id`

	sessionByID      = selectSession + ` WHERE s.id = $1 AND s.app = $2 AND s.expires > $3`
	sessionsOfPerson = selectSession + ` WHERE s.app = $1 AND s.user_id = $2 AND s.expires > $3 ORDER BY s.created DESC`
	countSessions    = `SELECT count(*) FROM sessions WHERE app = $2 AND user_id = $3 AND expires > ` + now
	touchSession     = `UPDATE sessions SET seen = $1, expires = $2 WHERE id = $3 AND app = $4 AND expires > $1`
	personOfSession  = `SELECT user_id FROM sessions WHERE id = $1 AND app = $2`
	deleteSession    = `DELETE FROM sessions WHERE id = $1 AND app = $2 RETURNING user_id`
	deleteSessionOf  = `DELETE FROM sessions WHERE app = $1 AND user_id = $2 AND handle = $3`
	deleteSessions   = `DELETE FROM sessions WHERE app = $1 AND user_id = $2`
)

// Session implements vault.Tables.
func (t *tables) Session(ctx context.Context, app string, id []byte, now time.Time) (*vault.SessionRow, error) {
	return read(ctx, t.pool, "read session", func(c *conn) (row *vault.SessionRow, err error) {
		err = c.first(func(rows pgx.Rows) (err error) {
			row, err = scanSession(rows, app)
			return err
		}, sessionByID, id, app, millis(now))
		return row, err
	})
}

// Sessions implements vault.Tables.
func (t *tables) Sessions(ctx context.Context, app, userID string, now time.Time) ([]vault.SessionRow, error) {
	return read(ctx, t.pool, "read sessions", func(c *conn) (list []vault.SessionRow, err error) {
		err = c.query(func(rows pgx.Rows) error {
			row, err := scanSession(rows, app)
			if err == nil {
				list = append(list, *row)
			}
			return err
		}, sessionsOfPerson, app, userID, millis(now))
		return list, err
	})
}

func scanSession(rows pgx.Rows, app string) (*vault.SessionRow, error) {
	row := vault.SessionRow{App: app}
	var created, seen, expires, authorized int64
	err := rows.Scan(&row.UserID, &row.Handle, &row.Device, &created, &seen, &expires, &row.Profile,
		&row.Scopes, &authorized, &row.Dead)
	row.Created, row.Seen, row.Expires, row.AuthorizedAt = at(created), at(seen), at(expires), at(authorized)
	return &row, err
}

// TouchSession implements vault.Tables.
func (t *tables) TouchSession(ctx context.Context, app string, id []byte, seen, expires time.Time) error {
	_, err := changeOne(ctx, t.pool, "touch session", func(c *conn) (int64, error) {
		return c.exec(touchSession, millis(seen), millis(expires), id, app)
	})
	return err
}

// DeleteSession implements vault.Tables. The person is locked so that of two sessions that end together one is the
// last; should the session go over to another person meanwhile, it begins anew.
func (t *tables) DeleteSession(ctx context.Context, app string, id []byte) (string, int, error) {
	type ended struct {
		userID string
		left   int
	}
	end, err := change(ctx, t.pool, "delete session", func(c *conn) (end ended, err error) {
		var userID string
		found, err := c.one(personOfSession, []any{id, app}, &userID)
		if !found || err != nil {
			return end, err
		}
		if _, err := lockPerson(c, app, userID); err != nil {
			return end, err
		}
		found, err = c.one(deleteSession, []any{id, app}, &end.userID)
		if !found || err != nil {
			return end, err
		}
		if end.userID != userID {
			return end, errMoved
		}
		end.left, err = t.countSessions(c, app, userID)
		return end, err
	})
	return end.userID, end.left, err
}

// DeleteSessionOf implements vault.Tables.
func (t *tables) DeleteSessionOf(ctx context.Context, app, userID, handle string) (int, error) {
	return change(ctx, t.pool, "delete session", func(c *conn) (int, error) {
		if _, err := lockPerson(c, app, userID); err != nil {
			return 0, err
		}
		if _, err := c.exec(deleteSessionOf, app, userID, handle); err != nil {
			return 0, err
		}
		return t.countSessions(c, app, userID)
	})
}

func (t *tables) countSessions(c *conn, app, userID string) (n int, err error) {
	_, err = c.one(countSessions, []any{t.clock(), app, userID}, &n)
	return n, err
}

// DeleteSessions implements vault.Tables.
func (t *tables) DeleteSessions(ctx context.Context, app, userID string) (int, error) {
	return change(ctx, t.pool, "delete sessions", func(c *conn) (int, error) {
		if _, err := lockPerson(c, app, userID); err != nil {
			return 0, err
		}
		if err := lockSessions(c, app, userID); err != nil {
			return 0, err
		}
		n, err := c.exec(deleteSessions, app, userID)
		return int(n), err
	})
}

package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	evictSessions = `
DELETE FROM sessions WHERE id IN (
  SELECT id FROM sessions WHERE app = ?1 AND user_id = ?2
  ORDER BY expires > ?3 DESC, seen DESC, created DESC LIMIT -1 OFFSET ?4)`

	insertSession = `
INSERT INTO sessions (id, app, user_id, handle, device, created, seen, expires)
SELECT ?1, ?2, ?3, ?4, ?5, c.created, c.created, ?7
FROM people p, (SELECT max(?6, 1 + coalesce(max(created), 0)) AS created FROM sessions WHERE app = ?2 AND user_id = ?3) c
WHERE p.app = ?2 AND p.user_id = ?3`
)

// InsertSession implements vault.Tables.
func (t *tables) InsertSession(ctx context.Context, row vault.SessionRow, keep int) (bool, error) {
	return change(ctx, t.writer, "insert session", func(c *conn) (bool, error) {
		now := millis(t.now())
		if _, err := c.exec(evictSessions, row.App, row.UserID, now, keep-1); err != nil {
			return false, err
		}
		return c.changed(insertSession, row.ID, row.App, row.UserID, row.Handle, row.Device, now, millis(row.Expires))
	})
}

const (
	selectSession = `
SELECT s.user_id, s.handle, s.device, s.created, s.seen, s.expires, p.profile, p.scopes, p.authorized_at, p.dead
FROM sessions s JOIN people p ON p.app = s.app AND p.user_id = s.user_id`

	sessionByID      = selectSession + ` WHERE s.id = ? AND s.app = ? AND s.expires > ?`
	sessionsOfPerson = selectSession + ` WHERE s.app = ? AND s.user_id = ? AND s.expires > ? ORDER BY s.created DESC`
	countSessions    = `SELECT count(*) FROM sessions WHERE app = ? AND user_id = ? AND expires > ?`
	touchSession     = `UPDATE sessions SET seen = ?, expires = ? WHERE id = ? AND app = ? AND expires > ?`
	deleteSession    = `DELETE FROM sessions WHERE id = ? AND app = ? RETURNING user_id`
	deleteSessionOf  = `DELETE FROM sessions WHERE app = ? AND user_id = ? AND handle = ?`
	deleteSessions   = `DELETE FROM sessions WHERE app = ? AND user_id = ?`
)

// Session implements vault.Tables.
func (t *tables) Session(ctx context.Context, app string, id []byte, now time.Time) (*vault.SessionRow, error) {
	return read(ctx, t.readers, "read session", func(c *conn) (row *vault.SessionRow, err error) {
		err = c.first(func(rows *sql.Rows) (err error) {
			row, err = scanSession(rows, app)
			return err
		}, sessionByID, id, app, millis(now))
		return row, err
	})
}

// Sessions implements vault.Tables.
func (t *tables) Sessions(ctx context.Context, app, userID string, now time.Time) ([]vault.SessionRow, error) {
	return read(ctx, t.readers, "read sessions", func(c *conn) (list []vault.SessionRow, err error) {
		err = c.query(func(rows *sql.Rows) error {
			row, err := scanSession(rows, app)
			if err == nil {
				list = append(list, *row)
			}
			return err
		}, sessionsOfPerson, app, userID, millis(now))
		return list, err
	})
}

func scanSession(rows *sql.Rows, app string) (*vault.SessionRow, error) {
	row := vault.SessionRow{App: app}
	var created, seen, expires, authorized int64
	err := rows.Scan(&row.UserID, &row.Handle, &row.Device, &created, &seen, &expires, &row.Profile,
		&row.Scopes, &authorized, &row.Dead)
	row.Created, row.Seen, row.Expires, row.AuthorizedAt = at(created), at(seen), at(expires), at(authorized)
	return &row, err
}

// TouchSession implements vault.Tables.
func (t *tables) TouchSession(ctx context.Context, app string, id []byte, seen, expires time.Time) error {
	_, err := change(ctx, t.writer, "touch session", func(c *conn) (int64, error) {
		return c.exec(touchSession, millis(seen), millis(expires), id, app, millis(seen))
	})
	return err
}

// DeleteSession implements vault.Tables.
func (t *tables) DeleteSession(ctx context.Context, app string, id []byte) (string, int, error) {
	type ended struct {
		userID string
		left   int
	}
	end, err := change(ctx, t.writer, "delete session", func(c *conn) (end ended, err error) {
		found, err := c.one(deleteSession, []any{id, app}, &end.userID)
		if found && err == nil {
			end.left, err = t.countSessions(c, app, end.userID)
		}
		return end, err
	})
	return end.userID, end.left, err
}

// DeleteSessionOf implements vault.Tables.
func (t *tables) DeleteSessionOf(ctx context.Context, app, userID, handle string) (int, error) {
	return change(ctx, t.writer, "delete session", func(c *conn) (int, error) {
		if _, err := c.exec(deleteSessionOf, app, userID, handle); err != nil {
			return 0, err
		}
		return t.countSessions(c, app, userID)
	})
}

func (t *tables) countSessions(c *conn, app, userID string) (n int, err error) {
	_, err = c.one(countSessions, []any{app, userID, millis(t.now())}, &n)
	return n, err
}

// DeleteSessions implements vault.Tables.
func (t *tables) DeleteSessions(ctx context.Context, app, userID string) (int, error) {
	return change(ctx, t.writer, "delete sessions", func(c *conn) (int, error) {
		n, err := c.exec(deleteSessions, app, userID)
		return int(n), err
	})
}

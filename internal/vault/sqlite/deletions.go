package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	deletePerson = `
DELETE FROM people WHERE app = ? AND user_id = ?`

	insertForgotten = `
INSERT INTO forgotten (app, user_id, at, until) VALUES (?, ?, ?, ?)
ON CONFLICT DO UPDATE SET at = excluded.at, until = excluded.until`
)

// forget deletes all that there is of a person, and remembers since when.
func forget(c *conn, app, userID string, when time.Time) error {
	for _, statement := range []statement{deleteSessions, deleteGrant, deletePerson} {
		if _, err := c.exec(statement, app, userID); err != nil {
			return err
		}
	}
	_, err := c.exec(insertForgotten, app, userID, millis(when), millis(when.Add(vault.DeletionsKept)))
	return err
}

const selectDeletions = `
SELECT at, app, user_id FROM forgotten WHERE (at, app, user_id) > (?, ?, ?) ORDER BY at, app, user_id LIMIT ?`

// Deletions implements vault.Tables.
func (t *tables) Deletions(ctx context.Context, after vault.Deletion, limit int) ([]vault.Deletion, error) {
	return read(ctx, t.readers, "read deletions", func(c *conn) (list []vault.Deletion, err error) {
		err = c.query(func(rows *sql.Rows) error {
			var d vault.Deletion
			var when int64
			err := rows.Scan(&when, &d.App, &d.UserID)
			d.At = at(when)
			list = append(list, d)
			return err
		}, selectDeletions, millis(after.At), after.App, after.UserID, limit)
		return list, err
	})
}

const selectTraces = `
SELECT EXISTS (SELECT 1 FROM people WHERE app = ?1 AND user_id = ?2) OR EXISTS (SELECT 1 FROM grants WHERE app = ?1 AND key = ?2),
  EXISTS (SELECT 1 FROM forgotten WHERE app = ?1 AND user_id = ?2)`

// DeleteAgain implements vault.Tables.
func (t *tables) DeleteAgain(ctx context.Context, list []vault.Deletion) (int, error) {
	found := 0
	todo, err := read(ctx, t.readers, "look for the deleted", func(c *conn) (todo []vault.Deletion, err error) {
		for _, d := range list {
			var there, known bool
			if _, err := c.one(selectTraces, []any{d.App, d.UserID}, &there, &known); err != nil {
				return nil, err
			}
			if there {
				found++
			}
			if there || !known {
				todo = append(todo, d)
			}
		}
		return todo, nil
	})
	if err != nil || len(todo) == 0 {
		return 0, err
	}
	_, err = change(ctx, t.writer, "delete again", func(c *conn) (any, error) {
		for _, d := range todo {
			if err := forget(c, d.App, d.UserID, d.At); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	return found, err
}

const deleteAllSessions = `
DELETE FROM sessions WHERE id IN (SELECT id FROM sessions LIMIT ?)`

// DeleteAllSessions implements vault.Tables.
func (t *tables) DeleteAllSessions(ctx context.Context, limit int) (int, error) {
	return change(ctx, t.writer, "delete all sessions", func(c *conn) (int, error) {
		n, err := c.exec(deleteAllSessions, limit)
		return int(n), err
	})
}

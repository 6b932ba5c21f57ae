package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	deletePerson = `
DELETE FROM people WHERE app = $1 AND user_id = $2`

	insertForgotten = `
INSERT INTO forgotten (app, user_id, at, until) SELECT $2, $3, since, since + $4 FROM (SELECT ` + now + ` AS since) n
ON CONFLICT (app, user_id) DO UPDATE SET at = excluded.at, until = excluded.until`
)

// forget deletes all that there is of a person, and remembers since when, in milliseconds; nil is now. It is called
// with the person locked.
func forget(c *conn, app, userID string, when *int64) error {
	if _, err := c.exec(deleteGrant, app, userID); err != nil {
		return err
	}
	if err := lockSessions(c, app, userID); err != nil {
		return err
	}
	for _, statement := range []statement{deleteSessions, deletePerson} {
		if _, err := c.exec(statement, app, userID); err != nil {
			return err
		}
	}
	_, err := c.exec(insertForgotten, when, app, userID, vault.DeletionsKept.Milliseconds())
	return err
}

const selectDeletions = `
SELECT at, app, user_id FROM forgotten WHERE (at, app, user_id) > ($1, $2, $3) ORDER BY at, app, user_id LIMIT $4`

// Deletions implements vault.Tables.
func (t *tables) Deletions(ctx context.Context, after vault.Deletion, limit int) ([]vault.Deletion, error) {
	return read(ctx, t.pool, "read deletions", func(c *conn) (list []vault.Deletion, err error) {
		err = c.query(func(rows pgx.Rows) error {
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
SELECT n, there, known FROM (
  SELECT n,
    EXISTS (SELECT 1 FROM people p WHERE p.app = l.app AND p.user_id = l.user_id) OR EXISTS (SELECT 1 FROM grants g WHERE g.app = l.app AND g.key = l.user_id) AS there,
    EXISTS (SELECT 1 FROM forgotten f WHERE f.app = l.app AND f.user_id = l.user_id) AS known
  FROM unnest($1::bigint[], $2::text[], $3::text[]) AS l (n, app, user_id)) traces
WHERE there OR NOT known`

// DeleteAgain implements vault.Tables. Each person's deletion is a transaction of its own: nobody waits for a whole list.
func (t *tables) DeleteAgain(ctx context.Context, list []vault.Deletion) (int, error) {
	found, todo, err := t.traces(ctx, list)
	if err != nil {
		return 0, err
	}
	for _, d := range todo {
		_, err := change(ctx, t.pool, "delete again", func(c *conn) (any, error) {
			if _, err := lockPerson(c, d.App, d.UserID); err != nil {
				return nil, err
			}
			when := millis(d.At)
			return nil, forget(c, d.App, d.UserID, &when)
		})
		if err != nil {
			return 0, err
		}
	}
	return found, nil
}

// traces are those on the list of whom something is there, which are counted, and those whom the database
// does not know to be forgotten.
func (t *tables) traces(ctx context.Context, list []vault.Deletion) (found int, todo []vault.Deletion, err error) {
	var numbers []int64
	var apps, users []string
	for i, d := range list {
		numbers, apps, users = append(numbers, int64(i)), append(apps, d.App), append(users, d.UserID)
	}
	todo, err = read(ctx, t.pool, "look for the deleted", func(c *conn) (todo []vault.Deletion, err error) {
		found = 0 // asked again after a connection was lost
		err = c.query(func(rows pgx.Rows) error {
			var n int64
			var there, known bool
			err := rows.Scan(&n, &there, &known)
			if there {
				found++
			}
			todo = append(todo, list[n])
			return err
		}, selectTraces, numbers, apps, users)
		return todo, err
	})
	return found, todo, err
}

const deleteAllSessions = `
DELETE FROM sessions WHERE id IN (SELECT id FROM sessions ORDER BY expires, id LIMIT $1 FOR UPDATE)`

// DeleteAllSessions implements vault.Tables, locking in the order of the sweep.
func (t *tables) DeleteAllSessions(ctx context.Context, limit int) (int, error) {
	return changeOne(ctx, t.pool, "delete all sessions", func(c *conn) (int, error) {
		n, err := c.exec(deleteAllSessions, limit)
		return int(n), err
	})
}

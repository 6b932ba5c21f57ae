package sqlite

import (
	"context"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const selectPerson = `
SELECT user_id FROM people WHERE app = ? AND account = ?`

// PersonOf implements vault.Tables.
func (t *tables) PersonOf(ctx context.Context, app string, account []byte) (string, error) {
	return read(ctx, t.readers, "find person", func(c *conn) (userID string, err error) {
		_, err = c.one(selectPerson, []any{app, account}, &userID)
		return userID, err
	})
}

const insertPerson = `
INSERT INTO people (app, user_id, account, profile, created) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING`

// InsertPerson implements vault.Tables.
func (t *tables) InsertPerson(ctx context.Context, row vault.PersonRow) (bool, error) {
	return change(ctx, t.writer, "insert person", func(c *conn) (bool, error) {
		return c.changed(insertPerson, row.App, row.UserID, row.Account, row.Profile, millis(t.now()))
	})
}

const updatePerson = `
UPDATE OR IGNORE people SET account = ?, profile = ? WHERE app = ? AND user_id = ? AND account = ?`

// UpdatePerson implements vault.Tables.
func (t *tables) UpdatePerson(ctx context.Context, row vault.PersonRow, was []byte) (bool, error) {
	return change(ctx, t.writer, "update person", func(c *conn) (bool, error) {
		return c.changed(updatePerson, row.Account, row.Profile, row.App, row.UserID, was)
	})
}

const moveSessions = `
UPDATE sessions SET user_id = ?3 WHERE app = ?1 AND user_id = ?2 AND EXISTS (SELECT 1 FROM people WHERE app = ?1 AND user_id = ?3)`

// MergePerson implements vault.Tables.
func (t *tables) MergePerson(ctx context.Context, app, from, into string) error {
	_, err := change(ctx, t.writer, "merge person", func(c *conn) (any, error) {
		if _, err := c.exec(moveSessions, app, from, into); err != nil {
			return nil, err
		}
		return nil, forget(c, app, from, t.now())
	})
	return err
}

// DeletePerson implements vault.Tables.
func (t *tables) DeletePerson(ctx context.Context, app, userID string) error {
	_, err := change(ctx, t.writer, "delete person", func(c *conn) (any, error) {
		return nil, forget(c, app, userID, t.now())
	})
	return err
}

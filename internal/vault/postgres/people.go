package postgres

import (
	"context"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const selectPerson = `
SELECT user_id FROM people WHERE app = $1 AND account = $2`

// PersonOf implements vault.Tables.
func (t *tables) PersonOf(ctx context.Context, app string, account []byte) (string, error) {
	return read(ctx, t.pool, "find person", func(c *conn) (userID string, err error) {
		_, err = c.one(selectPerson, []any{app, account}, &userID)
		return userID, err
	})
}

const insertPerson = `
INSERT INTO people (app, user_id, account, profile, created) VALUES ($2, $3, $4, $5, ` + now + `)
ON CONFLICT DO NOTHING`

// InsertPerson implements vault.Tables.
func (t *tables) InsertPerson(ctx context.Context, row vault.PersonRow) (bool, error) {
	return changeOne(ctx, t.pool, "insert person", func(c *conn) (bool, error) {
		return c.changed(insertPerson, t.clock(), row.App, row.UserID, row.Account, row.Profile)
	})
}

const updatePerson = `
UPDATE people SET account = $1, profile = $2 WHERE app = $3 AND user_id = $4 AND account = $5`

// UpdatePerson implements vault.Tables.
func (t *tables) UpdatePerson(ctx context.Context, row vault.PersonRow, was []byte) (bool, error) {
	return changeOne(ctx, t.pool, "update person", func(c *conn) (bool, error) {
		done, err := c.changed(updatePerson, row.Account, row.Profile, row.App, row.UserID, was)
		if codeOf(err) == uniqueViolation {
			return false, nil // the account is another's
		}
		return done, err
	})
}

const (
	selectPersonLocked = `
SELECT 1 FROM people WHERE app = $1 AND user_id = $2 FOR UPDATE`

	selectPeopleLocked = `
SELECT 1 FROM people WHERE app = $1 AND user_id IN ($2, $3) ORDER BY user_id FOR UPDATE`
)

// lockPerson waits for whoever changes what belongs to the person and keeps others from it until the transaction
// ends. False if there is no such person.
func lockPerson(c *conn, app, userID string) (bool, error) {
	var one int
	return c.one(selectPersonLocked, []any{app, userID}, &one)
}

const moveSessions = `
UPDATE sessions SET user_id = $3 WHERE app = $1 AND user_id = $2 AND EXISTS (SELECT 1 FROM people WHERE app = $1 AND user_id = $3)`

// MergePerson implements vault.Tables.
func (t *tables) MergePerson(ctx context.Context, app, from, into string) error {
	_, err := change(ctx, t.pool, "merge person", func(c *conn) (any, error) {
		if _, err := c.exec(selectPeopleLocked, app, from, into); err != nil {
			return nil, err
		}
		if err := lockSessions(c, app, from); err != nil {
			return nil, err
		}
		if _, err := c.exec(moveSessions, app, from, into); err != nil {
			return nil, err
		}
		return nil, forget(c, app, from, t.clock())
	})
	return err
}

// DeletePerson implements vault.Tables.
func (t *tables) DeletePerson(ctx context.Context, app, userID string) error {
	_, err := change(ctx, t.pool, "delete person", func(c *conn) (any, error) {
		if _, err := lockPerson(c, app, userID); err != nil {
			return nil, err
		}
		return nil, forget(c, app, userID, t.clock())
	})
	return err
}

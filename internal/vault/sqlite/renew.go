package sqlite

import (
	"context"
	"time"
)

const prolongSessions = `
UPDATE sessions SET expires = min(seen + ?4, ?5)
WHERE app = ?1 AND user_id = ?2 AND expires > ?3 AND expires < min(seen + ?4, ?5)`

// ProlongSessions implements vault.Tables.
func (t *tables) ProlongSessions(ctx context.Context, app, userID string, now time.Time, idle time.Duration, until int64) error {
	_, err := change(ctx, t.writer, "prolong sessions", func(c *conn) (int64, error) {
		return c.exec(prolongSessions, app, userID, millis(now), idle.Milliseconds(), until)
	})
	return err
}

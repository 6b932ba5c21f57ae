package sqlite

import (
	"context"
	"time"
)

const livingSession = `
SELECT 1 FROM sessions WHERE id = ? AND app = ? AND expires > ?`

// LivingSessions implements vault.LivingTables.
func (t *tables) LivingSessions(ctx context.Context, app string, ids [][]byte, now time.Time) ([][]byte, error) {
	return read(ctx, t.readers, "read living sessions", func(c *conn) (living [][]byte, err error) {
		var one int
		for _, id := range ids {
			found, err := c.one(livingSession, []any{id, app, millis(now)}, &one)
			if err != nil {
				return nil, err
			}
			if found {
				living = append(living, id)
			}
		}
		return living, nil
	})
}

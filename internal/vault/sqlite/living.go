package sqlite

import (
	"context"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const livingSession = `
SELECT p.scopes, p.authorized_at, p.dead
FROM sessions s JOIN people p ON p.app = s.app AND p.user_id = s.user_id
WHERE s.id = ? AND s.app = ? AND s.expires > ?`

// LivingSessions implements vault.LivingTables.
func (t *tables) LivingSessions(ctx context.Context, app string, ids [][]byte, now time.Time) ([]vault.LivingRow, error) {
	return read(ctx, t.readers, "read living sessions", func(c *conn) (living []vault.LivingRow, err error) {
		for _, id := range ids {
			row, authorized := vault.LivingRow{ID: id}, int64(0)
			found, err := c.one(livingSession, []any{id, app, millis(now)}, &row.Scopes, &authorized, &row.Dead)
			if err != nil {
				return nil, err
			}
			if row.AuthorizedAt = at(authorized); found {
				living = append(living, row)
			}
		}
		return living, nil
	})
}

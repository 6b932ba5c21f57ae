package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

const livingSessions = `
SELECT id FROM sessions WHERE id = ANY ($1) AND app = $2 AND expires > $3`

// LivingSessions implements vault.LivingTables.
func (t *tables) LivingSessions(ctx context.Context, app string, ids [][]byte, now time.Time) ([][]byte, error) {
	return read(ctx, t.pool, "read living sessions", func(c *conn) (living [][]byte, err error) {
		err = c.query(func(rows pgx.Rows) error {
			var id []byte
			err := rows.Scan(&id)
			living = append(living, id)
			return err
		}, livingSessions, ids, app, millis(now))
		return living, err
	})
}

package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// livingSessions looks for each by its key. With "id = ANY ($1)", a plain join or all conditions in one place
// PostgreSQL may rather compare every session there is, as long as it has not counted them.
const livingSessions = `
SELECT asked.id
FROM unnest($1::bytea[]) asked (id)
CROSS JOIN LATERAL (SELECT app, expires FROM sessions WHERE sessions.id = asked.id LIMIT 1) found
WHERE found.app = $2 AND found.expires > $3`

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

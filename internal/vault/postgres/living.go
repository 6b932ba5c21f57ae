package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// livingSessions looks for each by its key. With "id = ANY ($1)", a plain join or all conditions in one place
// PostgreSQL may rather compare every session there is, as long as it has not counted them.
const livingSessions = `
SELECT asked.id, p.scopes, p.authorized_at, p.dead
FROM unnest($1::bytea[]) asked (id)
CROSS JOIN LATERAL (SELECT app, user_id, expires FROM sessions WHERE sessions.id = asked.id LIMIT 1) s
CROSS JOIN LATERAL (
  SELECT scopes, authorized_at, dead FROM people WHERE people.app = s.app AND people.user_id = s.user_id LIMIT 1) p
WHERE s.app = $2 AND s.expires > $3`

// LivingSessions implements vault.LivingTables.
func (t *tables) LivingSessions(ctx context.Context, app string, ids [][]byte, now time.Time) ([]vault.LivingRow, error) {
	return read(ctx, t.pool, "read living sessions", func(c *conn) (living []vault.LivingRow, err error) {
		err = c.query(func(rows pgx.Rows) error {
			var row vault.LivingRow
			var authorized int64
			err := rows.Scan(&row.ID, &row.Scopes, &authorized, &row.Dead)
			row.AuthorizedAt = at(authorized)
			living = append(living, row)
			return err
		}, livingSessions, ids, app, millis(now))
		return living, err
	})
}

package postgres

import (
	"context"
	"time"
)

const (
	// selectShared has a row even if there is no value: the time.
	selectShared = `
SELECT ` + now + `, coalesce(s.value, '')
FROM (VALUES (1)) clock LEFT JOIN shared s ON s.app = $2 AND s.name = $3`

	insertShared = `
INSERT INTO shared (app, name, value) VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING`

	updateShared = `
UPDATE shared SET value = $1 WHERE app = $2 AND name = $3 AND value = $4`
)

// Shared implements vault.BudgetTables.
func (t *tables) Shared(ctx context.Context, app, name string) (string, time.Time, error) {
	var now int64
	value, err := read(ctx, t.pool, "read "+name, func(c *conn) (value string, err error) {
		_, err = c.one(selectShared, []any{t.clock(), app, name}, &now, &value)
		return value, err
	})
	return value, at(now), err
}

// SwapShared implements vault.BudgetTables.
func (t *tables) SwapShared(ctx context.Context, app, name, was, value string) (bool, error) {
	return changeOne(ctx, t.pool, "write "+name, func(c *conn) (bool, error) {
		if was == "" {
			return c.changed(insertShared, app, name, value)
		}
		return c.changed(updateShared, value, app, name, was)
	})
}

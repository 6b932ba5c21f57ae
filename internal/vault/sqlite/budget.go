package sqlite

import (
	"context"
	"time"
)

const (
	selectShared = `
SELECT value FROM shared WHERE app = ? AND name = ?`

	insertShared = `
INSERT INTO shared (app, name, value) VALUES (?, ?, ?)
ON CONFLICT DO NOTHING`

	updateShared = `
UPDATE shared SET value = ? WHERE app = ? AND name = ? AND value = ?`
)

// Shared implements vault.BudgetTables.
func (t *tables) Shared(ctx context.Context, app, name string) (string, time.Time, error) {
	value, err := read(ctx, t.readers, "read "+name, func(c *conn) (value string, err error) {
		_, err = c.one(selectShared, []any{app, name}, &value)
		return value, err
	})
	return value, at(millis(t.now())), err
}

// SwapShared implements vault.BudgetTables.
func (t *tables) SwapShared(ctx context.Context, app, name, was, value string) (bool, error) {
	return change(ctx, t.writer, "write "+name, func(c *conn) (bool, error) {
		if was == "" {
			return c.changed(insertShared, app, name, value)
		}
		return c.changed(updateShared, value, app, name, was)
	})
}

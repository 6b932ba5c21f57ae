package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// read runs a query, one round trip, on a connection of the pool. Reading twice does no harm: a connection that was
// lost is replaced, and the query asked again.
func read[T any](ctx context.Context, pool *pgxpool.Pool, doing string, run func(*conn) (T, error)) (result T, err error) {
	err = again(ctx, func(err error) bool { return repeatable(err) || lost(err) }, func() error {
		return pool.AcquireFunc(ctx, func(c *pgxpool.Conn) (err error) {
			result, err = run(&conn{ctx, c})
			return err
		})
	})
	return result, explain(ctx, doing, err)
}

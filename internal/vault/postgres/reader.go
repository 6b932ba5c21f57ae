package postgres

import "context"

// read runs a query, one round trip, on a connection of the pool. Reading twice does no harm: a connection that was
// lost is replaced, and the query asked again.
func read[T any](ctx context.Context, pool pool, doing string, run func(*conn) (T, error)) (result T, err error) {
	err = pool.again(ctx, rereadable, func() error {
		c, err := pool.lend(ctx)
		if err != nil {
			return err
		}
		defer c.Release()
		result, err = run(&conn{ctx, c})
		return err
	})
	return result, explain(ctx, doing, err)
}

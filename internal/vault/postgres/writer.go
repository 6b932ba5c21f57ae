package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// change runs one caller's statements in a transaction and returns when they are on disk. Each statement sees what
// others committed before it began (READ COMMITTED): what must not change between two of them is locked by the first.
// run may be called again, after a rollback, and must not keep what it did before. An error other than the context's
// means that nothing was written, unless the connection was lost with the commit under way: then nobody knows.
func change[T any](ctx context.Context, pool pool, doing string, run func(*conn) (T, error)) (T, error) {
	return written(ctx, pool, doing, func(c *pgxpool.Conn) (result T, err error) {
		tx, err := c.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted})
		if err != nil {
			return result, undone{err}
		}
		result, err = run(&conn{ctx, tx})
		if err != nil {
			_ = tx.Rollback(ctx) // fails only with the connection, which takes the transaction along
			return result, undone{err}
		}
		failpoint.Hit(failpoint.BeforeCommit)
		err = tx.Commit(ctx)
		failpoint.Hit(failpoint.AfterCommit)
		return result, err
	})
}

// undone is an error from before the commit was sent: nothing was written, whatever became of the connection.
type undone struct{ error }

func (u undone) Unwrap() error { return u.error }

// changeOne is change for a single statement, which is a transaction of its own: one round trip instead of three.
func changeOne[T any](ctx context.Context, pool pool, doing string, run func(*conn) (T, error)) (T, error) {
	return written(ctx, pool, doing, func(c *pgxpool.Conn) (T, error) { return run(&conn{ctx, c}) })
}

func written[T any](ctx context.Context, pool pool, doing string, run func(*pgxpool.Conn) (T, error)) (T, error) {
	var result, none T
	err := pool.again(ctx, repeatable, func() error {
		c, err := pool.lend(ctx)
		if err != nil {
			return err
		}
		defer c.Release()
		result, err = run(c)
		return err
	})
	if err != nil {
		return none, explain(ctx, doing, err)
	}
	return result, nil
}

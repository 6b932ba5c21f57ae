package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// statement is SQL. An untyped constant is one without a conversion, a string that was put together is not, and there
// are no conversions: vaulttest.Statements looks.
type statement string

// conn is one connection, lent by read, change or changeOne. For one goroutine at a time.
// pgx prepares each query once for a connection; queries are constants, so they are few.
type conn struct {
	ctx context.Context // of the call it is lent for: ends a statement
	on  querier         // the connection, or a transaction on it
}

type querier interface {
	Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, query string, args ...any) (pgx.Rows, error)
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(query statement, args ...any) (int64, error) {
	tag, err := c.on.Exec(c.ctx, string(query), args...)
	return tag.RowsAffected(), err
}

// changed is exec for statements that change a row or none.
func (c *conn) changed(query statement, args ...any) (bool, error) {
	n, err := c.exec(query, args...)
	return n > 0, err
}

// query calls scan for each row.
func (c *conn) query(scan func(pgx.Rows) error, query statement, args ...any) error {
	return c.rows(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return nil
	}, query, args)
}

// first calls scan for the first row, if there is one, and does not look for more.
func (c *conn) first(scan func(pgx.Rows) error, query statement, args ...any) error {
	return c.rows(func(rows pgx.Rows) error {
		if rows.Next() {
			return scan(rows)
		}
		return nil
	}, query, args)
}

// one is first into dest; false if there is no row.
func (c *conn) one(query statement, args []any, dest ...any) (found bool, err error) {
	err = c.first(func(rows pgx.Rows) error {
		found = true
		return rows.Scan(dest...)
	}, query, args...)
	return found && err == nil, err
}

func (c *conn) rows(use func(pgx.Rows) error, query statement, args []any) error {
	rows, err := c.on.Query(c.ctx, string(query), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := use(rows); err != nil {
		return err
	}
	rows.Close() // reads to the end: what fails later fails here
	return rows.Err()
}

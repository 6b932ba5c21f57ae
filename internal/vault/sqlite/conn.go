package sqlite

import (
	"context"
	"database/sql"
	"errors"
)

// statement is SQL. An untyped constant is one without a conversion, a string that was put together is not, and there
// are no conversions: vaulttest.Statements looks.
type statement string

// conn is one connection and the statements prepared on it. For one goroutine at a time.
//
// Its methods take no context: a statement here takes microseconds, and SQLite's way of interrupting one costs more
// than letting it finish. Contexts end the waiting for a connection instead.
type conn struct {
	raw      *sql.Conn
	prepared map[statement]*sql.Stmt
}

func newConn(ctx context.Context, db *sql.DB, settings []setting) (*conn, error) {
	raw, err := db.Conn(ctx)
	if err != nil {
		return nil, explain("open the database", err)
	}
	if err := readBack(ctx, raw, settings); err != nil {
		return nil, errors.Join(err, raw.Close())
	}
	return &conn{raw: raw, prepared: map[statement]*sql.Stmt{}}, nil
}

// prepare prepares each query once; queries are constants, so they are few.
func (c *conn) prepare(query statement) (*sql.Stmt, error) {
	if s := c.prepared[query]; s != nil {
		return s, nil
	}
	s, err := c.raw.PrepareContext(context.Background(), string(query))
	if err != nil {
		return nil, err
	}
	c.prepared[query] = s
	return s, nil
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(query statement, args ...any) (int64, error) {
	s, err := c.prepare(query) //nolint:sqlclosecheck // c keeps it and closes it
	if err != nil {
		return 0, err
	}
	result, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// changed is exec for statements that change a row or none.
func (c *conn) changed(query statement, args ...any) (bool, error) {
	n, err := c.exec(query, args...)
	return n > 0, err
}

// query calls scan for each row.
func (c *conn) query(scan func(*sql.Rows) error, query statement, args ...any) error {
	return c.rows(func(rows *sql.Rows) error {
		for rows.Next() {
			if err := scan(rows); err != nil {
				return err
			}
		}
		return nil
	}, query, args)
}

// first calls scan for the first row, if there is one, and does not look for more.
func (c *conn) first(scan func(*sql.Rows) error, query statement, args ...any) error {
	return c.rows(func(rows *sql.Rows) error {
		if rows.Next() {
			return scan(rows)
		}
		return nil
	}, query, args)
}

// one is first into dest; false if there is no row.
func (c *conn) one(query statement, args []any, dest ...any) (found bool, err error) {
	err = c.first(func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	}, query, args...)
	return found, err
}

func (c *conn) rows(use func(*sql.Rows) error, query statement, args []any) error {
	s, err := c.prepare(query) //nolint:sqlclosecheck // c keeps it and closes it
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if err := use(rows); err != nil {
		return err
	}
	return rows.Err()
}

func (c *conn) close() (err error) {
	for _, s := range c.prepared {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, c.raw.Close())
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// maxReaders is how many reads run at once. They never wait for the writer, nor it for them.
const maxReaders = 8

// readers is the pool of reading connections.
type readers struct {
	db     *sql.DB
	free   chan *conn
	closed chan struct{}
}

func openReaders(ctx context.Context, path string) (*readers, error) {
	db, err := sql.Open("sqlite", source(path, "ro", forReader))
	if err != nil {
		return nil, explain("open the database", err)
	}
	r := &readers{db: db, free: make(chan *conn, maxReaders), closed: make(chan struct{})}
	for range maxReaders {
		c, err := newConn(ctx, db, forReader)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		r.free <- c
	}
	return r, nil
}

// read runs a query on a connection of its own. ctx ends the waiting for one.
func read[T any](ctx context.Context, r *readers, doing string, run func(*conn) (T, error)) (result T, err error) {
	if err := ctx.Err(); err != nil {
		return result, err
	}
	select {
	case <-r.closed:
		return result, vault.ErrClosed
	default:
	}
	select {
	case c := <-r.free:
		defer func() { r.free <- c }()
		result, err = run(c)
		return result, explain(doing, err)
	case <-r.closed:
		return result, vault.ErrClosed
	case <-ctx.Done():
		return result, ctx.Err()
	}
}

// close waits for reads under way.
func (r *readers) close() (err error) {
	close(r.closed)
	for range maxReaders {
		c := <-r.free
		err = errors.Join(err, c.close())
	}
	return errors.Join(err, r.db.Close())
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// maxReaders is how many reads run at once. They never wait for the writer, nor it for them.
const maxReaders = 8

// readers is the pool of reading connections.
type readers struct {
	db     *sql.DB
	turns  chan struct{} // holds one for each reader at work
	closed chan struct{}

	mu   sync.Mutex
	free []*conn // the one used last is taken first: its cache is warm

	waits waits
}

func openReaders(ctx context.Context, path string) (*readers, error) {
	db, err := sql.Open("sqlite", source(path, "ro", forReader))
	if err != nil {
		return nil, explain("open the database", err)
	}
	r := &readers{db: db, turns: make(chan struct{}, maxReaders), closed: make(chan struct{})}
	for range maxReaders {
		c, err := newConn(ctx, db, forReader)
		if err != nil {
			return nil, errors.Join(err, db.Close())
		}
		r.free = append(r.free, c)
	}
	return r, nil
}

// read runs a query on a connection of its own. ctx ends the waiting for one.
func read[T any](ctx context.Context, r *readers, doing string, run func(*conn) (T, error)) (result T, err error) {
	c, err := r.take(ctx)
	if err != nil {
		return result, err
	}
	defer r.give(c)
	result, err = run(c)
	return result, explain(doing, err)
}

func (r *readers) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case <-r.closed:
		return nil, vault.ErrClosed
	default:
	}
	select {
	case r.turns <- struct{}{}:
	default:
		if err := r.queue(ctx); err != nil {
			return nil, err
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.free) - 1
	c := r.free[last]
	r.free = r.free[:last]
	return c, nil
}

// queue waits for a turn.
func (r *readers) queue(ctx context.Context) error {
	defer r.waits.over(time.Now())
	select {
	case r.turns <- struct{}{}:
		return nil
	case <-r.closed:
		return vault.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (r *readers) give(c *conn) {
	r.mu.Lock()
	r.free = append(r.free, c)
	r.mu.Unlock()
	<-r.turns
}

// close waits for reads under way. It keeps the turns: none begins after it.
func (r *readers) close() (err error) {
	close(r.closed)
	for range maxReaders {
		r.turns <- struct{}{}
	}
	for _, c := range r.free {
		err = errors.Join(err, c.close())
	}
	return errors.Join(err, r.db.Close())
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// maxBatch is how many writes share a commit at most.
const maxBatch = 128

// writer is the one goroutine that writes. It takes what has queued up while it was busy, runs it in one
// transaction, and answers after the commit: many callers share the wait for the disk.
type writer struct {
	path    string
	db      *sql.DB
	conn    *conn
	stopped chan struct{}
	files   anchors // set before the first write

	busy  atomic.Bool // with a batch
	waits waits
	tried time.Time // when room was to be made; the writer's own

	mu     sync.RWMutex // held to send, so that close does not close queue under a sender
	closed bool
	queue  chan *write
}

// write is one caller's work: run may be called again, after a rollback, and must not keep what it did before.
type write struct {
	ctx     context.Context
	run     func(*conn) error
	between bool       // between transactions, not in one
	done    chan error // holds one: the caller may have left
	queued  time.Time  // if the writer was busy with others
}

func openWriter(ctx context.Context, path string) (*writer, error) {
	db, err := sql.Open("sqlite", source(path, "rw", forWriter))
	if err != nil {
		return nil, explain("open the database", err)
	}
	db.SetMaxOpenConns(1)
	if err := migrate(ctx, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	conn, err := newConn(ctx, db, forWriter)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w := &writer{path: path, db: db, conn: conn, queue: make(chan *write, maxBatch), stopped: make(chan struct{})}
	go w.loop()
	return w, nil
}

// change runs one caller's statements in a transaction, which it may share with others', and returns when they are
// on disk. If ctx ends before, they may be written all the same.
func change[T any](ctx context.Context, w *writer, doing string, run func(*conn) (T, error)) (T, error) {
	var result, none T // result belongs to the writer until it answers
	err := w.do(&write{ctx: ctx, run: func(c *conn) (err error) {
		result, err = run(c)
		return explain(doing, err)
	}})
	if err != nil {
		return none, err
	}
	return result, nil
}

func (w *writer) do(job *write) error {
	job.done = make(chan error, 1)
	if err := w.send(job); err != nil {
		return err
	}
	select {
	case err := <-job.done:
		return err
	case <-job.ctx.Done():
		return job.ctx.Err()
	}
}

func (w *writer) send(job *write) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return vault.ErrClosed
	}
	if w.busy.Load() {
		job.queued = time.Now()
	}
	select {
	case w.queue <- job:
		return nil
	case <-job.ctx.Done():
		return job.ctx.Err()
	}
}

func (w *writer) loop() {
	defer close(w.stopped)
	batch := make([]*write, 0, maxBatch)
	for job := range w.queue {
		w.busy.Store(true)
		batch = w.drain(append(batch[:0], job))
		w.count(batch)
		w.commit(batch)
		w.busy.Store(false)
		clear(batch) // the callers' memory is theirs again
	}
}

// drain adds what waits in the queue, without waiting for more.
func (w *writer) drain(batch []*write) []*write {
	for len(batch) < maxBatch {
		select {
		case job, open := <-w.queue:
			if !open {
				return batch
			}
			batch = append(batch, job)
		default:
			return batch
		}
	}
	return batch
}

// count notes how long those have waited whose turn it is.
func (w *writer) count(batch []*write) {
	for _, job := range batch {
		if !job.queued.IsZero() {
			w.waits.over(job.queued)
		}
	}
}

// commit runs a batch and answers everybody in it. One that fails must not fail its neighbours, so then each is
// done again, alone. That is rare: a lost compare-and-swap is not a failure.
func (w *writer) commit(batch []*write) {
	live := batch[:0]
	for _, job := range batch {
		if err := job.ctx.Err(); err != nil {
			job.done <- err // left before we began
			continue
		}
		if job.between {
			job.done <- job.run(w.conn)
			continue
		}
		live = append(live, job)
	}
	err := w.transaction(live)
	if err != nil && len(live) > 1 {
		for i, job := range live {
			job.done <- w.transaction(live[i : i+1])
		}
		return
	}
	for _, job := range live {
		job.done <- err
	}
}

func (w *writer) transaction(batch []*write) (err error) {
	if len(batch) == 0 {
		return nil
	}
	if err = w.attempt(batch); errors.Is(err, vault.ErrFull) && w.makeRoom() {
		err = w.attempt(batch)
	}
	return err
}

// roomEvery is how often it is tried to make room: while nothing helps, others are not to wait for it.
const roomEvery = time.Second

const restartWAL = `PRAGMA wal_checkpoint(RESTART)`

// makeRoom empties the WAL, with the help of the reserve: it may be what fills the disk, and SQLite empties it after a
// commit, of which there is none then. Its room on the disk stays ours. False if that could not be done.
func (w *writer) makeRoom() bool {
	if !w.tried.IsZero() && time.Since(w.tried) < roomEvery {
		return false
	}
	w.tried = time.Now()
	done, err := emptyWAL(w.conn, restartWAL)
	if errors.Is(explain("make room", err), vault.ErrFull) && giveReserve(w.path) == nil {
		done, err = emptyWAL(w.conn, restartWAL)
		_ = keepReserve(w.path) // as much as there is room for, else later
	}
	return done && err == nil
}

func (w *writer) attempt(batch []*write) (err error) {
	if _, err := w.conn.exec("BEGIN IMMEDIATE"); err != nil {
		return explain("begin", err)
	}
	defer func() {
		if err != nil {
			_, _ = w.conn.exec("ROLLBACK") // fails only if SQLite has rolled back itself
		}
	}()
	for _, job := range batch {
		if err := job.run(w.conn); err != nil {
			return err
		}
	}
	if err := w.files.hold(); err != nil {
		return err
	}
	failpoint.Hit(failpoint.BeforeCommit)
	_, err = w.conn.exec("COMMIT")
	failpoint.Hit(failpoint.AfterCommit)
	return explain("commit", err)
}

// close finishes what is queued. Where somebody else's files are in the place of ours it leaves SQLite as it is: it would
// remove their WAL.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	<-w.stopped
	if err := w.files.hold(); err != nil {
		return err
	}
	return errors.Join(w.conn.close(), w.db.Close())
}

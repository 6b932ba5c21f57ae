package postgres

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const (
	tries      = 5                    // where the database has settled something against us
	pauseFirst = 5 * time.Millisecond // before the second try; each further one twice as long
	pauseLast  = 250 * time.Millisecond
)

// errMoved begins a transaction anew: what it read first has changed since.
var errMoved = errors.New("changed by somebody else all the time")

// again does something until it works, or fails in a way that another try does not mend. A conflict is tried a few
// times; a database that is away or full for as long as the pool is patient, but not longer than ctx: its error then
// says what is wrong, and not that there was no time.
func (p pool) again(ctx context.Context, mends func(error) bool, do func() error) (err error) {
	begun, conflicts, pause := time.Now(), 0, pauseFirst
	for n := 1; ; n++ {
		if err = do(); err == nil || ctx.Err() != nil || !mends(err) {
			return err
		}
		if !away(err) {
			conflicts++
		}
		wait := pause + rand.N(pause)
		pause = min(2*pause, pauseLast)
		deadline, ends := ctx.Deadline()
		if conflicts >= tries || n >= tries && time.Since(begun) >= p.patience || ends && time.Until(deadline) <= wait {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// repeatable reports whether nothing was done and another try may succeed: the database settled a conflict against
// us, or there was no connection, or it was lost before the commit. 40003, "nobody knows whether it was done", is not
// among them. Nor is what pgconn.SafeToRetry says: it is true for a COMMIT that was sent and never answered (pgx 5.12).
func repeatable(err error) bool {
	switch codeOf(err) {
	case serializationFailure, deadlockDetected, lockNotAvailable:
		return true
	}
	_, before := errors.AsType[undone](err)
	return errors.Is(err, errMoved) || before && away(err)
}

// rereadable is the same for what only reads: that can be asked again whatever became of the connection.
func rereadable(err error) bool { return repeatable(err) || away(err) }

// away reports whether the database is not there, or not there for us: the connection broke, the server is going down
// or coming up, or it has no connection left.
func away(err error) bool {
	if _, refused := errors.AsType[*pgconn.ConnectError](err); refused && codeOf(err) == tooManyConnections {
		return true
	}
	return lost(err)
}

package postgres

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// pool is the connections to the database, and how long a caller waits for one while the database is away.
type pool struct {
	*pgxpool.Pool
	*door
	patience time.Duration
}

// patience is for a database that restarts, or has no connection left at the moment. Whoever has less time than that
// hears of it sooner.
const patience = 5 * time.Second

func openPool(ctx context.Context, config *pgxpool.Config) (pool, error) {
	door := new(door)
	config.BeforeConnect = door.knock
	p, err := pgxpool.NewWithConfig(ctx, config)
	return pool{p, door, patience}, err
}

// impatient is the same pool for those who ask whether the database is there.
func (p pool) impatient() pool {
	p.patience = 0
	return p
}

// lend is a connection; one of those there are, or a new one. An error is from before anything was done.
func (p pool) lend(ctx context.Context) (*pgxpool.Conn, error) {
	c, err := p.Acquire(ctx)
	if err != nil {
		return nil, undone{p.heard(err)}
	}
	return c, nil
}

// door is where new connections are opened. After one was refused it stays shut for a moment: a server that is full,
// or has just come back, is not helped by everybody who knocks. Connections that there are can be lent meanwhile.
type door struct {
	mu      sync.Mutex
	opens   time.Time
	why     error // what it was shut for
	refused atomic.Int64
}

const shutFor = 100 * time.Millisecond

// knock is called before a connection is opened.
func (d *door) knock(context.Context, *pgx.ConnConfig) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if time.Now().Before(d.opens) {
		return shut{d.why}
	}
	return nil
}

// heard takes in why there is no connection.
func (d *door) heard(err error) error {
	if closed, again := errors.AsType[shut](err); again {
		return closed.error
	}
	if _, refused := errors.AsType[*pgconn.ConnectError](err); refused {
		d.refused.Add(1)
		d.mu.Lock()
		d.opens, d.why = time.Now().Add(shutFor), err
		d.mu.Unlock()
	}
	return err
}

// shut is an earlier refusal that still counts.
type shut struct{ error }

func (s shut) Unwrap() error { return s.error }

// Pools implements vault.PoolTables.
func (t *tables) Pools() []vault.Pool {
	s := t.pool.Stat()
	return []vault.Pool{{
		Name: vault.PoolAll, Most: int(s.MaxConns()), InUse: int(s.AcquiredConns()), Idle: int(s.IdleConns()), Opening: int(s.ConstructingConns()),
		Waits: s.EmptyAcquireCount() + s.CanceledAcquireCount(), Waited: s.EmptyAcquireWaitTime(), Refused: t.pool.refused.Load(),
	}}
}

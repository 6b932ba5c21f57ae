// Package postgres is the vault in a PostgreSQL database that any number of servers share: together they are one
// server. A database that speaks PostgreSQL's protocol and SQL does too, a distributed one for instance.
//
// Statements are those of package sqlite, written out for PostgreSQL beside them: same files, same names, same
// migration numbers. There writes happen one after the other; here they do not. So every method that changes what
// belongs to a person in more than one statement locks the person's row first (lockPerson), then touches grants, then
// sessions: nobody waits in a circle. There are no advisory locks, no triggers, and no transaction that waits for
// anything but the database.
package postgres

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Option changes how a database is opened.
type Option func(*options)

type options struct {
	now             func() time.Time
	allowUnverified bool
	patience        *time.Duration // nil: the usual
}

// WithClock sets what the database takes for now; without it the database's own clock. For tests that turn it.
func WithClock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// AllowUnverified accepts a connection to another machine that is not encrypted, or to a server that does not prove
// who it is: whoever sits on the way may then read and change everything. See tls.go.
func AllowUnverified() Option { return func(o *options) { o.allowUnverified = true } }

// Open opens the vault in the database at url (postgres://user@host/name), sealed under keys. Before it writes it
// makes sure that keys are the database's keys (vault.ErrWrongKey, vault.ErrKeyMissing); then it makes or updates the
// tables, once, however many servers start. Other errors: ErrURL, ErrInsecure, ErrUnreachable, ErrRefused,
// ErrNoDatabase, ErrOldServer, ErrCrowded, ErrNoTables, ErrElsewhere, vault.ErrOutdated.
func Open(ctx context.Context, url string, keys *vault.KeyRing, opts ...Option) (*vault.DB, error) {
	o := optionsOf(opts)
	config, err := configure(url, o.allowUnverified)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, config, keys); err != nil {
		return nil, err
	}
	pool, err := openPool(ctx, config)
	if err != nil {
		return nil, explain(ctx, "open the database", err)
	}
	if o.patience != nil {
		pool.patience = *o.patience
	}
	t := &tables{pool: pool, now: o.now}
	db, err := vault.New(ctx, t, keys)
	if err != nil {
		pool.Close()
		return nil, err
	}
	return db, nil
}

func optionsOf(opts []Option) (o options) {
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// prepare looks whether keys open the database, and only then brings its tables up to date.
func prepare(ctx context.Context, config *pgxpool.Config, keys *vault.KeyRing) error {
	row, data, err := peek(ctx, config.ConnConfig)
	if err != nil {
		return err
	}
	if row != nil {
		if err := vault.CheckKeys(keys, row, data...); err != nil {
			return fmt.Errorf("the database %s: %w", config.ConnConfig.Database, err)
		}
	}
	_, err = migrate(ctx, config.ConnConfig)
	return err
}

// tables is the vault.Tables of PostgreSQL.
type tables struct {
	pool    pool
	now     func() time.Time // nil: the database's clock
	closing sync.Once
}

var _ vault.Tables = (*tables)(nil)

// Exclusive implements vault.Tables: any number of servers share the database.
func (t *tables) Exclusive() bool { return false }

// Close implements vault.Tables.
func (t *tables) Close() error {
	t.closing.Do(t.pool.Close)
	return nil
}

// now is the database's clock in milliseconds, or $1 where a test turns it. Statements that need the time have it
// for their first argument: t.clock().
const now = `coalesce($1::bigint, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`

// clock is the argument for now.
func (t *tables) clock() *int64 {
	if t.now == nil {
		return nil
	}
	ms := millis(t.now())
	return &ms
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

package postgres

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var embedded embed.FS

// ErrNoTables: the tables are missing or older than this program, and the account may not make them.
var ErrNoTables = errors.New("vault: the database's tables are not up to date")

// lockTable holds one row: which starting server is migrating. It is goose's lock that needs no advisory locks, which
// distributed databases do not have. A server that dies holding it delays the others for half a minute.
const lockTable = "goose_lock"

// migrate brings the tables up to date, each step in a transaction, once however many servers start together. There
// is no way back. An account that may not make tables is fine as long as they are up to date.
func migrate(ctx context.Context, config *pgx.ConnConfig) error {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	patient := config.Copy()
	for _, name := range []string{"statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"} {
		delete(patient.RuntimeParams, name)
	}
	db := stdlib.OpenDB(*patient)
	defer db.Close()
	locker, err := lock.NewPostgresTableLocker(lock.WithTableName(lockTable), lock.WithTableLockTimeout(time.Second, 120))
	if err != nil {
		return fmt.Errorf("vault: migrations: %w", err)
	}
	steps, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLocker(locker))
	if err != nil {
		return fmt.Errorf("vault: migrations: %w", err)
	}
	sources := steps.ListSources()
	knows := sources[len(sources)-1].Version
	has, err := tablesVersion(ctx, config)
	if err != nil {
		return err
	}
	if has > knows {
		return fmt.Errorf("vault: the database was made by a newer Tenuto (its tables have version %d, this one knows %d): use that one", has, knows)
	}
	if has == knows {
		return nil
	}
	if _, err := steps.Up(ctx); err != nil {
		err = explain(ctx, "migrate", err)
		if errors.Is(err, ErrForbidden) {
			return fmt.Errorf("%w: they have version %d, this Tenuto wants %d: %w", ErrNoTables, has, knows, err)
		}
		return err
	}
	return nil
}

const selectVersion = `
SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`

// tablesVersion is the number of the last migration that was made; 0 if there was none.
func tablesVersion(ctx context.Context, config *pgx.ConnConfig) (version int64, err error) {
	raw, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return 0, explain(ctx, "open the database", err)
	}
	defer raw.Close(context.WithoutCancel(ctx))
	c := &conn{ctx, raw}
	_, err = c.one(selectVersion, nil, &version)
	if codeOf(err) == undefinedTable {
		return 0, nil
	}
	return version, explain(ctx, "read the tables' version", err)
}

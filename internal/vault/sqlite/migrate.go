package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

//go:embed migrations
var embedded embed.FS

// migrate makes the steps that are missing, each in a transaction. There is no way back. Steps that we do not know
// are a newer program's, and no reason not to go on, unless they say so: see ../version.go.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	steps, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("vault: migrations: %w", err)
	}
	known := steps.ListSources()
	if err := checkVersion(ctx, db, known[len(known)-1].Version); err != nil {
		return err
	}
	failpoint.Hit(failpoint.BeforeMigration)
	if _, err := steps.Up(ctx); err != nil {
		return explain("migrate", err)
	}
	failpoint.Hit(failpoint.AfterMigration)
	return nil
}

// checkVersion looks whether a newer program has made the tables unfit for this one.
func checkVersion(ctx context.Context, db *sql.DB, knows int64) error {
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'").Scan(&tables); err != nil {
		return explain("read the tables' version", err)
	}
	if tables == 0 {
		return nil
	}
	var oldest []byte
	err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", vault.MetaOldest).Scan(&oldest)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return explain("read the tables' version", err)
	}
	return vault.CheckVersion(oldest, knows)
}

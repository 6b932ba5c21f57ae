package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

//go:embed migrations
var embedded embed.FS

// migrate brings the tables up to date, each step in a transaction. There is no way back, and a database that a
// newer Tenuto made is refused.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return err
	}
	steps, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("vault: migrations: %w", err)
	}
	has, knows, err := steps.GetVersions(ctx)
	if err != nil {
		return explain("read the tables' version", err)
	}
	if has > knows {
		return fmt.Errorf("vault: the database was made by a newer Tenuto (its tables have version %d, this one knows %d): use that one", has, knows)
	}
	failpoint.Hit(failpoint.BeforeMigration)
	if _, err := steps.Up(ctx); err != nil {
		return explain("migrate", err)
	}
	failpoint.Hit(failpoint.AfterMigration)
	return nil
}

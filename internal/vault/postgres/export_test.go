package postgres

import (
	"context"
	"io/fs"
	"time"
)

// WithPatience sets how long calls wait for a database that is away.
func WithPatience(d time.Duration) Option { return func(o *options) { o.patience = &d } }

// Steps are the files of all steps.
func Steps() (fs.FS, error) { return fs.Sub(embedded, "migrations") }

// MigrateWith is Migrate of a program that has other steps.
func MigrateWith(ctx context.Context, url string, files fs.FS) (int, error) {
	config, err := configure(url, false)
	if err != nil {
		return 0, err
	}
	return migrateWith(ctx, config.ConnConfig, files)
}

package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// deletionsDir is where a data directory lists who has disconnected.
const deletionsDir = "deletions"

// keepDeletions keeps who has disconnected on a list beside the database, and deletes whoever is on it from a
// database that has come back from a backup. It is done before anybody is served.
func keepDeletions(ctx context.Context, db *vault.DB, dir string, log *slog.Logger) error {
	path := filepath.Join(dir, deletionsDir)
	done, err := db.KeepDeletions(ctx, vault.NewDeletions(path))
	if err != nil {
		return advise(fmt.Errorf("%s: %w", path, err), "the server does not start before it knows who has disconnected")
	}
	if done.Again > 0 {
		log.Warn("deleted again", "people", done.Again, "listed", done.Listed)
	}
	if done.Unreadable > 0 {
		log.Warn("deletions unreadable", "lines", done.Unreadable, "in", path)
	}
	return nil
}

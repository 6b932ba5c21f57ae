package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

func TestCensus(t *testing.T) {
	t.Parallel()
	vaulttest.Census(t, func(now func() time.Time) *vault.DB { return open(t, t.TempDir(), sqlite.WithClock(now)) })
}

func TestUpkeep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vaulttest.Upkeep(t, func(now func() time.Time) *vault.DB { return open(t, dir, sqlite.WithClock(now)) })
}

func TestRenew(t *testing.T) {
	t.Parallel()
	vaulttest.Renew(t, func(now func() time.Time) *vault.DB { return open(t, t.TempDir(), sqlite.WithClock(now)) })
}

// TestUpkeepTakenOver: a process that stood still, and whose work is somebody else's now, hears it.
func TestUpkeepTakenOver(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db, err := sqlite.OpenDir(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		ran, err := db.Upkeep(t.Context(), "work", time.Hour, func(ctx context.Context) error {
			time.Sleep(5 * time.Minute) // longer than a hold, which is prolonged
			if err := ctx.Err(); err != nil {
				t.Errorf("five minutes of work ended with %v", err)
			}
			execute(t, raw(t, dir), `UPDATE upkeep SET owner = 'another'`)
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Minute):
				return errors.New("nobody said anything")
			}
		})
		if !ran || !errors.Is(err, vault.ErrTakenOver) {
			t.Errorf("Upkeep that was taken over = %v, %v, want ErrTakenOver", ran, err)
		}
	})
}

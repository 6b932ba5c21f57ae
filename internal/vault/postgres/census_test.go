package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// reopening opens one database again and again.
func reopening(t *testing.T) func(now func() time.Time) *vault.DB {
	url, keys := pgtest.Database(t), vault.NewKeyRing()
	return func(now func() time.Time) *vault.DB {
		db, err := postgres.Open(context.Background(), url, keys, postgres.WithClock(now))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
}

func TestCensus(t *testing.T) {
	t.Parallel()
	vaulttest.Census(t, reopening(t))
}

func TestUpkeep(t *testing.T) {
	t.Parallel()
	vaulttest.Upkeep(t, reopening(t))
}

func TestRenew(t *testing.T) {
	t.Parallel()
	vaulttest.Renew(t, reopening(t))
}

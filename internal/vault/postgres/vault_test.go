package postgres_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

const app = "app-one"

// fresh is an empty database for the suite.
func fresh(t *testing.T) vaulttest.Database {
	url := pgtest.Database(t)
	return vaulttest.Database{
		Open: func(keys *vault.KeyRing, now func() time.Time) (*vault.DB, error) {
			return postgres.Open(context.Background(), url, keys, postgres.WithClock(now))
		},
		Exec:  func(statement string) { t.Helper(); execute(t, url, statement) },
		Bytes: "BYTEA",
	}
}

func execute(t *testing.T, url, statements string) {
	t.Helper()
	if err := pgtest.Shared(t).Exec(t.Context(), url, statements); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func TestVault(t *testing.T) {
	t.Parallel()
	vaulttest.Vault(t, fresh)
}

func TestVaultOfTomorrow(t *testing.T) {
	t.Parallel()
	vaulttest.Vault(t, vaulttest.Tomorrow(fresh))
}

func TestReq_VS06_Keys(t *testing.T) {
	t.Parallel()
	vaulttest.Keys(t, true, fresh)
}

// TestStore: each handle is another server's.
func TestStore(t *testing.T) {
	t.Parallel()
	var databases sync.Map
	keys := vault.NewKeyRing()
	authtest.RunStore(t, func(t *testing.T) auth.Store {
		url, ok := databases.Load(t)
		if !ok {
			url = pgtest.Database(t)
			databases.Store(t, url)
		}
		return open(t, url.(string), keys).Grants(app)
	})
}

// open opens the vault until the test ends.
func open(t testing.TB, url string, keys *vault.KeyRing, opts ...postgres.Option) *vault.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, keys, opts...)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v, want nil", err)
		}
	})
	return db
}

package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

func TestReq_VS06_Keys(t *testing.T) {
	t.Parallel()
	vaulttest.Keys(t, true, func(t *testing.T) vaulttest.KeysDatabase {
		url := pgtest.Database(t)
		return vaulttest.KeysDatabase{
			Open: func(keys *vault.KeyRing, now func() time.Time) (*vault.DB, error) {
				return postgres.Open(context.Background(), url, keys, postgres.WithClock(now))
			},
			Exec: func(statement string) {
				t.Helper()
				c, err := pgx.Connect(t.Context(), url)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close(t.Context())
				if _, err := c.Exec(t.Context(), statement); err != nil {
					t.Fatalf("%s: %v", statement, err)
				}
			},
		}
	})
}

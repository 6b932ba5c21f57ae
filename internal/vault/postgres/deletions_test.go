package postgres_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

func TestReq_LO06_Deletions(t *testing.T) {
	t.Parallel()
	vaulttest.Deletions(t, func() *vault.DB {
		db, err := postgres.Open(t.Context(), pgtest.Database(t), vault.NewKeyRing())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	})
}

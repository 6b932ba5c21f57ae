package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

func TestReq_VS06_Keys(t *testing.T) {
	t.Parallel()
	vaulttest.Keys(t, false, func(t *testing.T) vaulttest.KeysDatabase {
		dir := t.TempDir()
		return vaulttest.KeysDatabase{
			Open: func(keys *vault.KeyRing, now func() time.Time) (*vault.DB, error) {
				return sqlite.Open(context.Background(), filepath.Join(dir, sqlite.DatabaseFile), keys, sqlite.WithClock(now))
			},
			Exec: func(statement string) {
				t.Helper()
				_, err := raw(t, dir).Exec(statement)
				try(t, err)
			},
		}
	})
}

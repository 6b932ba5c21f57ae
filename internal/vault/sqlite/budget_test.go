package sqlite_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

func TestBudget(t *testing.T) {
	t.Parallel()
	vaulttest.Budget(t, func(now func() time.Time, n int) []*vault.DB {
		return slices.Repeat([]*vault.DB{open(t, t.TempDir(), sqlite.WithClock(now))}, n)
	})
}

func TestLiving(t *testing.T) {
	t.Parallel()
	vaulttest.Living(t, func() *vault.DB { return open(t, t.TempDir()) })
}

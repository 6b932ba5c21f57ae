package postgres_test

import (
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

func TestBudget(t *testing.T) {
	t.Parallel()
	vaulttest.Budget(t, func(now func() time.Time, n int) (replicas []*vault.DB) {
		open := reopening(t)
		for range n {
			replicas = append(replicas, open(now))
		}
		return replicas
	})
}

func TestLiving(t *testing.T) {
	t.Parallel()
	vaulttest.Living(t, func() *vault.DB { return reopening(t)(time.Now) })
}

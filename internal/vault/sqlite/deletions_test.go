package sqlite_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

func TestReq_LO06_Deletions(t *testing.T) {
	t.Parallel()
	vaulttest.Deletions(t, func() *vault.DB { return open(t, t.TempDir()) })
}

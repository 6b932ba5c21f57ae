package sqlite_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// BenchmarkReseal is a rotation of the data key, with its rests.
func BenchmarkReseal(b *testing.B) {
	vaulttest.Reseal(b, open(b, b.TempDir()), func() {})
}

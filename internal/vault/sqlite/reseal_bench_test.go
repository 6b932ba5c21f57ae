package sqlite_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// BenchmarkReseal brings 30,000 people, with a grant, a profile and a session each, under a new key, and counts them.
func BenchmarkReseal(b *testing.B) {
	const people = 30_000
	db := open(b, b.TempDir())
	vaulttest.Populate(b, db, people)
	if _, err := db.Reseal(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.Run("reseal", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.RotateKey(b.Context()); err != nil {
				b.Fatal(err)
			}
			if done, err := db.Reseal(b.Context()); err != nil || done.Rows != 3*people {
				b.Fatalf("Reseal = %+v, %v", done, err)
			}
		}
		b.ReportMetric(3*people*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			if status, err := db.KeyStatus(b.Context(), true); err != nil || status.Left() != 0 {
				b.Fatalf("KeyStatus = %+v, %v", status, err)
			}
		}
		b.ReportMetric(3*people*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

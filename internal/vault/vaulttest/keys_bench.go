package vaulttest

import (
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Reseal brings 100,000 rows under a new key, and counts them. wait lets a new key settle.
func Reseal(b *testing.B, db *vault.DB, wait func()) {
	const people, rows = 33_334, 100_002 // a grant, a profile and a session each
	Populate(b, db, people)
	b.Run("reseal", func(b *testing.B) {
		for b.Loop() {
			if _, err := db.RotateKey(b.Context()); err != nil {
				b.Fatal(err)
			}
			wait()
			if done, err := db.Reseal(b.Context()); err != nil || done.Rows != rows {
				b.Fatalf("Reseal = %+v, %v, want %d rows", done, err, rows)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			if status, err := db.KeyStatus(b.Context(), true); err != nil || status.Left() != 0 {
				b.Fatalf("KeyStatus = %+v, %v, want no row left", status, err)
			}
		}
		b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	})
}

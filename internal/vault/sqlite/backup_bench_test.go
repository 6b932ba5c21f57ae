package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// BenchmarkBackup and BenchmarkRestore are the figures of docs/backup.md: how long it takes to copy a vault of so
// many grants, and until a server could start on the copy.
func BenchmarkBackup(b *testing.B) {
	for _, people := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			dir := b.TempDir()
			vaulttest.Populate(b, open(b, dir), people)
			for b.Loop() {
				to := filepath.Join(b.TempDir(), "copy.db")
				backup(b, dir, to)
				info, err := os.Stat(to)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(info.Size())/1e6, "MB")
			}
		})
	}
}

func BenchmarkRestore(b *testing.B) {
	for _, people := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(people), func(b *testing.B) {
			dir, to := b.TempDir(), filepath.Join(b.TempDir(), "copy.db")
			vaulttest.Populate(b, open(b, dir), people)
			backup(b, dir, to)
			for b.Loop() {
				path := filepath.Join(b.TempDir(), sqlite.DatabaseFile)
				if _, err := sqlite.Restore(b.Context(), to, path, keysOf(b, dir), false, func(db *vault.DB) error {
					_, err := db.EndAllSessions(b.Context(), nil)
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

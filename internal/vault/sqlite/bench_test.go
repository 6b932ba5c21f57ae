package sqlite_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// BenchmarkRead compares Session with what any server must do: one indexed read of a session row, bare.
func BenchmarkRead(b *testing.B) {
	dir := b.TempDir()
	db := open(b, dir)
	ids := vaulttest.Populate(b, db, 10_000)
	b.Run("session", func(b *testing.B) { vaulttest.ReadSessions(b, db, ids) })
	b.Run("bare", func(b *testing.B) {
		disk, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseFile)+"?mode=ro")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { disk.Close() })
		query, err := disk.Prepare("SELECT user_id, handle, created, seen, expires FROM sessions WHERE id = ?")
		if err != nil {
			b.Fatal(err)
		}
		defer query.Close()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			id := sha256.Sum256([]byte(ids[i%len(ids)]))
			var user, handle string
			var created, seen, expires int64
			if err := query.QueryRowContext(context.Background(), id[:]).Scan(&user, &handle, &created, &seen, &expires); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSwap is the durable write of a refreshed grant; with 16 callers they share commits.
func BenchmarkSwap(b *testing.B) {
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) { vaulttest.Swap(b, open(b, b.TempDir()), callers) })
	}
}

// BenchmarkSize reports what one person takes on disk: person, grant and session with their indexes.
func BenchmarkSize(b *testing.B) {
	for _, people := range []int{1_000, 10_000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			for b.Loop() {
				dir := b.TempDir()
				db := open(b, dir)
				vaulttest.Populate(b, db, people)
				if err := db.Sweep(context.Background(), time.Now()); err != nil { // empties the WAL
					b.Fatal(err)
				}
				info, err := os.Stat(filepath.Join(dir, sqlite.DatabaseFile))
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(info.Size())/float64(people), "bytes/person")
			}
		})
	}
}

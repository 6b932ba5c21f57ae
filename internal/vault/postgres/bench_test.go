package postgres_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// BenchmarkRead compares Session with what any server must do: one indexed read of a session row, bare.
func BenchmarkRead(b *testing.B) {
	url := pgtest.Database(b)
	db := open(b, url, vault.NewKeyRing())
	ids := vaulttest.Populate(b, db, 10_000)
	b.Run("session", func(b *testing.B) { vaulttest.ReadSessions(b, db, ids) })
	b.Run("bare", func(b *testing.B) {
		pool, err := pgxpool.New(context.Background(), url)
		if err != nil {
			b.Fatal(err)
		}
		defer pool.Close()
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			id := sha256.Sum256([]byte(ids[i%len(ids)]))
			var user, handle string
			var created, seen, expires int64
			if err := pool.QueryRow(context.Background(), "SELECT user_id, handle, created, seen, expires FROM sessions WHERE id = $1", id[:]).
				Scan(&user, &handle, &created, &seen, &expires); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkSwap is the durable write of a refreshed grant, on a server that waits for its disk.
func BenchmarkSwap(b *testing.B) {
	server := pgtest.Start(b, pgtest.Options{Durable: true})
	for _, callers := range []int{1, 16} {
		b.Run(fmt.Sprintf("callers=%d", callers), func(b *testing.B) {
			url, err := server.Database(b.Context())
			if err != nil {
				b.Fatal(err)
			}
			vaulttest.Swap(b, open(b, url, vault.NewKeyRing()), callers)
		})
	}
}

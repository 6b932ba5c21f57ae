package postgres_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// BenchmarkReseal is a rotation of the data key, with its rests.
func BenchmarkReseal(b *testing.B) {
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	db, err := postgres.Open(context.Background(), pgtest.Database(b), vault.NewKeyRing(), postgres.WithClock(clock))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	vaulttest.Reseal(b, db, func() { ahead.Add(int64(time.Minute)) })
}

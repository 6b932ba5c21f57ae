package sqlite

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// TestPools: how many connections are at work, and how often and how long one was waited for.
func TestPools(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	pools := func() (reads, writes vault.Pool) {
		both := tb.Pools()
		return both[0], both[1]
	}
	reads, writes := pools()
	if want := (vault.Pool{Name: vault.PoolReads, Most: maxReaders, Idle: maxReaders}); reads != want {
		t.Errorf("Pools = %+v, want %+v", reads, want)
	}
	if want := (vault.Pool{Name: vault.PoolWrites, Most: 1, Idle: 1}); writes != want {
		t.Errorf("Pools = %+v, want %+v", writes, want)
	}

	var taken []*conn
	for range maxReaders {
		c, err := tb.readers.take(t.Context())
		try(t, err)
		taken = append(taken, c)
	}
	for tries := 0; reads.Waits == 0 && tries < 100; tries++ { // time may be over before the waiting begins
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		if _, err := tb.Meta(ctx, "x"); err == nil {
			t.Error("read while all readers are busy = nil")
		}
		cancel()
		reads, _ = pools()
	}
	if reads.Waits == 0 || reads.Waited == 0 || reads.InUse != maxReaders || reads.Idle != 0 {
		t.Errorf("Pools while all readers are busy = %+v, want them in use and waited for", reads)
	}
	for _, c := range taken {
		tb.readers.give(c)
	}

	release := hold(t, tb.writer)
	var inserts sync.WaitGroup
	for n := range 3 {
		inserts.Go(func() {
			if err := insertMeta(t.Context(), tb.writer, fmt.Sprint(n), nil); err != nil {
				t.Error(err)
			}
		})
	}
	queued(t, tb.writer, 3)
	if _, writes = pools(); writes.InUse != 1 || writes.Idle != 0 {
		t.Errorf("Pools during a write = %+v, want it in use", writes)
	}
	release()
	inserts.Wait()
	if _, writes = pools(); writes.Waits != 3 || writes.Waited == 0 {
		t.Errorf("Pools after three writes that waited = %+v", writes)
	}
	for deadline := time.Now().Add(10 * time.Second); writes.InUse != 0; _, writes = pools() {
		if time.Now().After(deadline) {
			t.Fatalf("Pools = %+v, want the writer idle", writes)
		}
	}
	if reads, _ = pools(); reads.InUse != 0 || reads.Idle != maxReaders {
		t.Errorf("Pools afterwards = %+v, want all readers idle", reads)
	}
}

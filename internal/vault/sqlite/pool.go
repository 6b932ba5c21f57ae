package sqlite

import (
	"sync/atomic"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// waits counts those who had to wait, and how long.
type waits struct{ n, nanoseconds atomic.Int64 }

// over is the end of a wait.
func (w *waits) over(since time.Time) {
	w.n.Add(1)
	w.nanoseconds.Add(int64(time.Since(since)))
}

// Pools implements vault.PoolTables.
func (t *tables) Pools() []vault.Pool {
	r, w := t.readers, t.writer
	r.mu.Lock()
	free := len(r.free)
	r.mu.Unlock()
	writing := 0
	if w.busy.Load() {
		writing = 1
	}
	return []vault.Pool{
		{Name: vault.PoolReads, Most: maxReaders, InUse: maxReaders - free, Idle: free, Waits: r.waits.n.Load(), Waited: time.Duration(r.waits.nanoseconds.Load())},
		{Name: vault.PoolWrites, Most: 1, InUse: writing, Idle: 1 - writing, Waits: w.waits.n.Load(), Waited: time.Duration(w.waits.nanoseconds.Load())},
	}
}

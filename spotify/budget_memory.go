package spotify

import (
	"context"
	"sync"
	"time"
)

// MemoryBudget is a Budget for several governors of one process, and for tests. It is also the
// pattern for a Budget in a database. The zero value allows nothing: use NewMemoryBudget.
type MemoryBudget struct {
	mu        sync.Mutex
	perWindow int
	taken     []time.Time // when permits were taken, in order, as far as their places are not free
	pauses    map[string]time.Time
}

// NewMemoryBudget is a Budget of perWindow calls in 30 seconds.
func NewMemoryBudget(perWindow int) *MemoryBudget {
	return &MemoryBudget{perWindow: perWindow, pauses: map[string]time.Time{}}
}

// Take takes up to n permits.
func (b *MemoryBudget) Take(_ context.Context, n int) (granted int, wait time.Duration, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	for len(b.taken) > 0 && now.Sub(b.taken[0]) >= windowLength+permitLife {
		b.taken = b.taken[1:]
	}
	granted = min(n, b.perWindow-len(b.taken))
	if granted <= 0 {
		if len(b.taken) == 0 {
			return 0, windowLength, nil
		}
		return 0, b.taken[0].Add(windowLength + permitLife).Sub(now), nil
	}
	for range granted {
		b.taken = append(b.taken, now)
	}
	return granted, 0, nil
}

// Pause remembers a cool-down.
func (b *MemoryBudget) Pause(_ context.Context, reason string, until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.pauses == nil {
		b.pauses = map[string]time.Time{}
	}
	if until.After(b.pauses[reason]) {
		b.pauses[reason] = until
	}
	return nil
}

// Paused is the cool-down that is running.
func (b *MemoryBudget) Paused(context.Context) (reason string, until time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, reason := range []string{BudgetQuota, BudgetRate} {
		if until := b.pauses[reason]; until.After(time.Now()) {
			return reason, until, nil
		}
	}
	return "", time.Time{}, nil
}

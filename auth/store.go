package auth

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// Store is a register per key with compare-and-swap, and no more: lease, generation, verdict
// and spare refresh tokens live inside the Record, where one implementation reads and writes
// them. All methods are safe for concurrent use, by any number of processes, and
// linearizable per key. Keys are any non-empty text. A context that has ended ends the call
// with its error. authtest.RunStore is the whole contract as tests.
type Store interface {
	// Load returns the record under key, or ErrNotFound. A store with a clock of its own
	// sets Written and Now by it, so that the replicas' clocks need not agree. The record is
	// the caller's: it shares nothing with the store that could be changed.
	Load(ctx context.Context, key string) (*Record, error)

	// Swap writes next if the stored record's Version is version ("": there is none), else
	// ErrConflict. Any other error may mean that it was written: the caller loads and looks,
	// for no Version is ever used twice.
	Swap(ctx context.Context, key, version string, next *Record) error

	// Delete removes the record. Absent is not an error.
	Delete(ctx context.Context, key string) error
}

const (
	swapTries = 3
	swapPause = 50 * time.Millisecond
)

// swap writes next, already stamped, over version, and reports whether it did. An error that
// leaves this open is settled by looking whether the random version arrived; what did not
// arrive is tried again, for that can at worst lose against itself. An error means that after
// all this nobody knows.
func swap(ctx context.Context, store Store, key, version string, next *Record) (bool, error) {
	var unsettled error
	for try := range swapTries {
		if try > 0 {
			if err := sleep(ctx, jitter(swapPause<<try)); err != nil {
				return false, unsettled
			}
		}
		err := store.Swap(ctx, key, version, next)
		if err == nil {
			return true, nil
		}
		stored, now := storedVersion(ctx, store, key)
		switch {
		case now == nil && stored == next.Version:
			return true, nil
		case errors.Is(err, ErrConflict) && now == nil, now == nil && stored != version:
			return false, nil
		}
		unsettled = err
	}
	return false, unsettled
}

// storedVersion is the version under key; "" if there is no record.
func storedVersion(ctx context.Context, store Store, key string) (string, error) {
	rec, err := store.Load(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return rec.Version, nil
}

// sleep waits for d or for the end of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// jitter is d, up to a quarter more or less, so that replicas do not march in step.
func jitter(d time.Duration) time.Duration {
	return d*3/4 + rand.N(d/2+1)
}

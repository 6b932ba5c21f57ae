package server

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

func TestReadyReasons(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range []struct {
		err  error
		want string
	}{
		{nil, "ready"},
		{vault.ErrFull, "database_full"},
		{fmt.Errorf("%w: write probe: %w", vault.ErrStore, vault.ErrReadOnly), "database_read_only"},
		{vault.ErrDamaged, "database_damaged"},
		{fmt.Errorf("%w: %w", vault.ErrOpen, vault.ErrKeyMissing), "key_missing"},
		{vault.ErrWrongKey, "key_missing"},
		{vault.ErrOutdated, "database_newer"},
		{context.DeadlineExceeded, "database_slow"},
		{vault.ErrClosed, "database_unreachable"},
		{errors.New("connection refused"), "database_unreachable"},
	} {
		got := answerFor(c.err)
		if got.Reason != c.want || got.Ready != (c.err == nil) || (got.Detail == "") != got.Ready {
			t.Errorf("answerFor(%v) = %+v, want %s", c.err, got, c.want)
		}
		seen[got.Reason] = true
	}
	for _, complaint := range dbComplaints {
		if !seen[complaint.answer.Reason] {
			t.Errorf("%s is not under test", complaint.answer.Reason)
		}
	}
}

// TestReadinessAsksSeldom: however many ask, the database is asked once a second, and one that hangs holds
// nobody for longer than that.
func TestReadinessAsksSeldom(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		probes, takes := 0, 100*time.Millisecond
		d := &readiness{heard: func(readyAnswer, time.Duration, error) {}, probe: func(ctx context.Context) error {
			mu.Lock()
			probes++
			takes := takes
			mu.Unlock()
			select {
			case <-time.After(takes):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}}
		everybody := func(want string) {
			var wg sync.WaitGroup
			for range 50 {
				wg.Go(func() {
					begun := time.Now()
					if got := d.check(t.Context()); got.Reason != want || time.Since(begun) > time.Second {
						t.Errorf("check = %s after %v, want %s within a second", got.Reason, time.Since(begun), want)
					}
				})
			}
			wg.Wait()
		}
		for range 50 { // ten seconds of balancers that ask every 200 ms
			everybody("ready")
			time.Sleep(200 * time.Millisecond)
		}
		if probes < 9 || probes > 11 {
			t.Errorf("%d probes in ten seconds, want about ten", probes)
		}
		mu.Lock()
		takes = time.Hour
		mu.Unlock()
		time.Sleep(time.Second)
		everybody("database_slow")

		// Who cannot wait so long leaves, and the probe goes on for the others.
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if got := d.check(ctx); got.Reason != "database_slow" {
			t.Errorf("check for 300 ms = %s, want database_slow", got.Reason)
		}
		synctest.Wait()
		time.Sleep(2 * time.Second)
	})
}

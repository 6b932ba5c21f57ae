package sqlite_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// TestUpkeep: work is done when it is due, once, and again if it failed.
func TestUpkeep(t *testing.T) {
	t.Parallel()
	clock := newHand()
	dir := t.TempDir()
	db := open(t, dir, sqlite.WithClock(clock.Now))
	broken := errors.New("broken")
	runs := 0
	run := func(result error) func(context.Context) error {
		return func(context.Context) error { runs++; return result }
	}
	for _, step := range []struct {
		after  time.Duration
		result error
		ran    bool
		why    string
	}{
		{0, broken, true, "the first time"},
		{0, nil, true, "it failed before"},
		{9 * time.Minute, nil, false, "it was done nine minutes ago"},
		{time.Minute, nil, true, "ten minutes are over"},
		{-time.Hour, nil, true, "the clock was set back"},
		{time.Minute, nil, false, "it was done a minute ago"},
	} {
		clock.turn(step.after)
		before := runs
		ran, err := db.Upkeep(t.Context(), "work", 10*time.Minute, run(step.result))
		if ran != step.ran || runs-before > 1 || (runs > before) != ran || !errors.Is(err, step.result) {
			t.Errorf("Upkeep, %s = %v, %v after %d runs, want %v", step.why, ran, err, runs-before, step.ran)
		}
	}
	nested := false
	if _, err := db.Upkeep(t.Context(), "other work", time.Minute, func(ctx context.Context) (err error) {
		nested, err = db.Upkeep(ctx, "other work", time.Minute, run(nil))
		return err
	}); err != nil || nested {
		t.Errorf("Upkeep during the same work = %v, %v, want not to run", nested, err)
	}
	// Another process's lease is a dead one's: this file has one process at a time.
	at, closed, died := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := db.Upkeep(context.Background(), "last work", time.Hour, func(context.Context) error {
			close(at)
			<-closed
			return nil
		})
		died <- err
	}()
	<-at
	closeDB(t, db)
	close(closed)
	if err := <-died; !errors.Is(err, vault.ErrClosed) {
		t.Errorf("Upkeep that ends after its database = %v, want ErrClosed", err)
	}
	db = open(t, dir, sqlite.WithClock(clock.Now))
	if ran, err := db.Upkeep(t.Context(), "last work", time.Hour, run(nil)); !ran || err != nil {
		t.Errorf("Upkeep of what a dead process had begun = %v, %v, want true", ran, err)
	}
}

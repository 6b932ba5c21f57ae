package vaulttest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Upkeep: work is done when it is due, once, by whoever comes, and again if it failed or its process died. open
// opens the same vault, whose database goes by now, once more; where only one process can have it open, Upkeep has
// closed the one before.
func Upkeep(t *testing.T, open func(now func() time.Time) *vault.DB) {
	clock := &hand{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	db := open(clock.Now)
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

	// A process dies at work.
	working, closed, died := make(chan struct{}), make(chan struct{}), make(chan error)
	go func() {
		_, err := db.Upkeep(context.Background(), "last work", time.Hour, func(context.Context) error {
			close(working)
			<-closed
			return nil
		})
		died <- err
	}()
	<-working
	if !db.Exclusive() {
		whileAtWork(t, clock, open(clock.Now), run(nil))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	close(closed)
	if err := <-died; err == nil {
		t.Error("Upkeep that ends after its database = nil, want an error")
	}
	db = open(clock.Now)
	if !db.Exclusive() {
		clock.turn(2 * time.Minute)
	}
	if ran, err := db.Upkeep(t.Context(), "last work", time.Hour, run(nil)); !ran || err != nil {
		t.Errorf("Upkeep of what a dead process had begun = %v, %v, want true", ran, err)
	}
}

// whileAtWork: another process leaves the work alone, for as long as the first may be alive.
func whileAtWork(t *testing.T, clock *hand, other *vault.DB, work func(context.Context) error) {
	t.Helper()
	for _, after := range []time.Duration{0, 30 * time.Second} {
		clock.turn(after)
		if ran, err := other.Upkeep(t.Context(), "last work", time.Hour, work); ran || err != nil {
			t.Errorf("Upkeep that another process is at = %v, %v, want false", ran, err)
		}
	}
}

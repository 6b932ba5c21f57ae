package spotify_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// counting counts how often a Budget is asked, and fails when told.
type counting struct {
	spotify.Budget
	mu   sync.Mutex
	asks int
	down bool
	slow time.Duration
}

func (c *counting) Take(ctx context.Context, n int) (int, time.Duration, error) {
	c.mu.Lock()
	down, slow := c.down, c.slow
	c.asks++
	c.mu.Unlock()
	select {
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	case <-time.After(slow):
	}
	if down {
		return 0, 0, errors.New("the database is gone")
	}
	return c.Budget.Take(ctx, n)
}

// processes are clients of people of one app that know of each other only through budget.
func processes(t *testing.T, world *emulator.Emulator, budget spotify.Budget, n int) (clients []*spotify.Client) {
	t.Helper()
	for range n {
		clients = append(clients, clientOf(t, world, "alice", far(world, 50*time.Millisecond), patient, uncached,
			spotify.WithGovernor(spotify.NewGovernor(0, budget))))
	}
	return clients
}

// Three processes keep to one window, and do not ask the Budget for each call.
func TestProcessesShareABudget(t *testing.T) {
	t.Parallel()
	inWindow(t, 60, func(t *testing.T, world *emulator.Emulator) {
		budget := &counting{Budget: spotify.NewMemoryBudget(60)}
		var all sync.WaitGroup
		began := time.Now()
		clients := processes(t, world, budget, 3)
		for _, client := range clients {
			all.Go(func() { together(t, client, 100) })
		}
		all.Wait()
		if n := refusals(world); n != 0 {
			t.Errorf("%d calls were refused", n)
		}
		if took := time.Since(began); took > 5*33*time.Second { // places are free after 32 s
			t.Errorf("300 calls in windows of 60 took %v", took)
		}
		if budget.asks > 100 {
			t.Errorf("300 calls asked the Budget %d times", budget.asks)
		}
		for _, client := range clients { // nobody knows a limit here: all that is waited for is the Budget's
			if got := client.Governor().Usage().Operations[playing]; got.Waits == 0 || got.BudgetWaits != got.Waits || got.BudgetWaited != got.Waited {
				t.Errorf("Usage() = %+v, want all waits to be for the Budget", got)
			}
		}
	})
}

func TestProcessesPauseTogether(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault emulator.Fault
		want  error
	}{
		"rate":  {emulator.Fault{Operation: playing, Status: 429, RetryAfter: time.Hour}, spotify.ErrRateLimited},
		"quota": {emulator.Fault{Operation: playing, Quota: true, RetryAfter: time.Hour}, spotify.ErrQuotaExceeded},
	} {
		inWindow(t, 0, func(t *testing.T, world *emulator.Emulator) {
			budget := spotify.NewMemoryBudget(60)
			both := processes(t, world, budget, 2)
			world.Fail(c.fault)
			if err := look(t, both[0].With(spotify.WithMaxWait(0))); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
			if reason, until, err := budget.Paused(t.Context()); reason != name || time.Until(until) != time.Hour || err != nil {
				t.Errorf("%s: Paused = %q, %v, %v when the call has failed: this process may end now", name, reason, until, err)
			}
			time.Sleep(time.Minute)
			err := look(t, both[1].With(spotify.WithMaxWait(0)))
			failed, _ := errors.AsType[*spotify.Error](err)
			if !errors.Is(err, c.want) || failed.Status != 0 || time.Until(failed.RetryAt) != 59*time.Minute {
				t.Errorf("%s: the other process: got %v, want %v from what the first heard", name, err, c.want)
			}
			if n := len(world.Ledger().Of(playing)); n != 1 {
				t.Errorf("%s: %d requests, want 1", name, n)
			}
		})
	}
}

// Who waits for nothing does not wait for what other processes have heard, however short.
func TestShortPausesOfOthers(t *testing.T) {
	t.Parallel()
	inWindow(t, 0, func(t *testing.T, world *emulator.Emulator) {
		budget := spotify.NewMemoryBudget(60)
		client := processes(t, world, budget, 1)[0].With(spotify.WithMaxWait(0))
		if err := budget.Pause(t.Context(), spotify.BudgetRate, time.Now().Add(2*time.Second)); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if err := look(t, client); !errors.Is(err, spotify.ErrRateLimited) || time.Since(began) != 0 {
			t.Errorf("never wait: %v after %v, want ErrRateLimited at once", err, time.Since(began))
		}
	})
}

// Losing a Budget loses nothing but politeness.
func TestLosingABudget(t *testing.T) {
	t.Parallel()
	for name, budget := range map[string]*counting{
		"down": {Budget: spotify.NewMemoryBudget(1000), down: true}, "slow": {Budget: spotify.NewMemoryBudget(1000), slow: time.Hour},
	} {
		inWindow(t, 0, func(t *testing.T, world *emulator.Emulator) {
			client := processes(t, world, budget, 1)[0].With(spotify.WithMaxWait(0))
			began := time.Now()
			for i := range 10 {
				if err := look(t, client); err != nil {
					t.Errorf("%s: call %d: %v", name, i, err)
				}
			}
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("%s: ten calls took %v", name, took)
			}
			if budget.asks != 1 {
				t.Errorf("%s: asked %d times within five seconds", name, budget.asks)
			}
			time.Sleep(6 * time.Second)
			budget.mu.Lock()
			budget.down, budget.slow = false, 0
			budget.mu.Unlock()
			if err := look(t, client); err != nil || budget.asks != 2 {
				t.Errorf("%s: back again: %v, asked %d times", name, err, budget.asks)
			}
		})
	}
}

// An exhausted Budget is a wait like any other.
func TestAnExhaustedBudget(t *testing.T) {
	t.Parallel()
	inWindow(t, 0, func(t *testing.T, world *emulator.Emulator) {
		budget := spotify.NewMemoryBudget(1)
		both := processes(t, world, budget, 2)
		together(t, both[0], 1)
		began := time.Now()
		hurried := both[1].With(spotify.WithMaxWait(10 * time.Second))
		err := look(t, hurried)
		if err == nil {
			t.Fatal("more than the Budget has")
		}
		failed, _ := errors.AsType[*spotify.Error](err)
		if !errors.Is(err, spotify.ErrRateLimited) || time.Since(began) > 10*time.Second || time.Until(failed.RetryAt).Round(time.Second) > 32*time.Second {
			t.Errorf("got %v after %v", err, time.Since(began))
		}
		began = time.Now()
		if err := look(t, both[1]); err != nil || time.Since(began) > 33*time.Second {
			t.Errorf("the patient one: %v after %v", err, time.Since(began))
		}
	})
}

// The zero value allows nothing, and remembers pauses all the same.
func TestZeroMemoryBudget(t *testing.T) {
	t.Parallel()
	var budget spotify.MemoryBudget
	until := time.Now().Add(time.Hour)
	if err := budget.Pause(t.Context(), spotify.BudgetRate, until); err != nil {
		t.Error(err)
	}
	if reason, at, err := budget.Paused(t.Context()); reason != spotify.BudgetRate || !at.Equal(until) || err != nil {
		t.Errorf("Paused = %q, %v, %v, want the pause", reason, at, err)
	}
	if granted, wait, err := budget.Take(t.Context(), 1); granted != 0 || wait <= 0 || err != nil {
		t.Errorf("Take = %d, %v, %v, want nothing", granted, wait, err)
	}
}

package vaulttest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

const budgetApp = "budget app"

// What a vault lends auth to share between processes.
var (
	_ auth.Cooldown = (*vault.Cooldown)(nil)
	_ auth.Register = (*vault.Verdicts)(nil)
)

// Budget: all who share a database keep to one number of calls in 30 seconds by its clock, and heed what Spotify
// told one of them. open opens n vaults on one empty database, whose time is now; where only one process can
// have it open, n times the same.
func Budget(t *testing.T, open func(now func() time.Time, n int) []*vault.DB) {
	t.Run("one window", func(t *testing.T) { oneWindow(t, open) })
	t.Run("all at once", func(t *testing.T) { allAtOnce(t, open) })
	t.Run("no number", func(t *testing.T) { noNumber(t, open) })
	t.Run("pauses", func(t *testing.T) { pausesAreShared(t, open) })
	t.Run("a crowd of refusals", func(t *testing.T) { crowdOfRefusals(t, open) })
	t.Run("verdicts", func(t *testing.T) { verdictsAreShared(t, open) })
}

// oneWindow: however the takers take turns, no 32 seconds have more than the budget, and none is left unused long.
func oneWindow(t *testing.T, open func(func() time.Time, int) []*vault.DB) {
	const perWindow = 50
	clock := newHand()
	replicas := open(clock.Now, 3)
	begin, total := clock.Now(), 0
	var taken []time.Time
	for step := range 1200 { // two minutes
		budget := replicas[step%3].Budget(budgetApp, perWindow)
		granted, wait, err := budget.Take(t.Context(), 1+step%7)
		if err != nil {
			t.Fatal(err)
		}
		if granted > 1+step%7 || granted < 0 || (granted == 0) != (wait > 0) || wait > 33*time.Second {
			t.Fatalf("Take(%d) = %d, %v", 1+step%7, granted, wait)
		}
		for range granted {
			taken = append(taken, clock.Now())
		}
		for len(taken) > 0 && clock.Now().Sub(taken[0]) >= 32*time.Second {
			taken = taken[1:]
		}
		if len(taken) > perWindow {
			t.Fatalf("%d permits in 32 s, want %d at most", len(taken), perWindow)
		}
		total += granted
		clock.turn(100 * time.Millisecond)
	}
	if windows := clock.Now().Sub(begin) / (33 * time.Second); total < int(windows)*perWindow {
		t.Errorf("%d permits in %v, want %d at least", total, clock.Now().Sub(begin), int(windows)*perWindow)
	}
	if granted, _, err := replicas[1].Budget("another app", perWindow).Take(t.Context(), perWindow); granted != perWindow/2 || err != nil {
		t.Errorf("another app's Take(%d) = %d, %v, want half of what is left", perWindow, granted, err)
	}
	if granted, wait, err := replicas[0].Budget(budgetApp, 1).Take(t.Context(), 1); granted != 0 || wait <= 0 || err != nil {
		t.Errorf("Take after the number was lowered = %d, %v, %v, want to wait", granted, wait, err)
	}
}

// allAtOnce: takers who come in the same moment get what there is, and not one more.
func allAtOnce(t *testing.T, open func(func() time.Time, int) []*vault.DB) {
	const perWindow, takers = 200, 8
	clock := newHand()
	replicas := open(clock.Now, 4)
	var all sync.WaitGroup
	var mu sync.Mutex
	total := 0
	for i := range takers {
		budget := replicas[i%len(replicas)].Budget(budgetApp, perWindow)
		all.Go(func() {
			for tries := range 10_000 {
				granted, wait, err := budget.Take(t.Context(), 3)
				if err != nil {
					t.Errorf("taker %d, try %d: %v", i, tries, err)
					return
				}
				if wait > time.Second { // not just so many at once
					return
				}
				mu.Lock()
				total += granted
				mu.Unlock()
			}
			t.Errorf("taker %d never hears that nothing is left", i)
		})
	}
	all.Wait()
	if total != perWindow {
		t.Errorf("%d takers got %d permits, want %d", takers, total, perWindow)
	}
}

// noNumber: where nobody knows how many calls are too many, all are permitted.
func noNumber(t *testing.T, open func(func() time.Time, int) []*vault.DB) {
	budget := open(newHand().Now, 1)[0].Budget(budgetApp, 0)
	for range 3 {
		if granted, wait, err := budget.Take(t.Context(), 1000); granted != 1000 || wait != 0 || err != nil {
			t.Errorf("Take(1000) = %d, %v, %v, want all", granted, wait, err)
		}
	}
}

// pausesAreShared: in full, over a restart of all, whatever the clocks of those who heard it say.
func pausesAreShared(t *testing.T, open func(func() time.Time, int) []*vault.DB) {
	clock := newHand()
	replicas := open(clock.Now, 2)
	fast := func() time.Time { return clock.Now().Add(time.Hour) }
	slow := func() time.Time { return clock.Now().Add(-48 * time.Hour) }
	here, there := replicas[0].Cooldown(budgetApp, fast), replicas[1].Cooldown(budgetApp, slow)
	want := func(when, reason string, left time.Duration) {
		t.Helper()
		got, until, err := there.Paused(t.Context())
		if err != nil || got != reason {
			t.Errorf("%s: Paused() = %q, %v, %v, want %q", when, got, until, err, reason)
		}
		if reason == "" && !until.IsZero() {
			t.Errorf("%s: Paused() until %v, want the zero time", when, until)
		}
		if reason != "" && !until.Equal(slow().Add(left)) {
			t.Errorf("%s: %v are left, want %v", when, until.Sub(slow()), left)
		}
	}
	pause := func(reason string, d time.Duration) {
		t.Helper()
		if err := here.Pause(t.Context(), reason, fast().Add(d)); err != nil {
			t.Fatal(err)
		}
	}
	want("at first", "", 0)
	pause("rate limit", -time.Second)
	want("after one that is over", "", 0)
	pause("rate limit", 14*time.Hour)
	pause("rate limit", time.Hour)
	pause("other", 2*time.Hour)
	want("after shorter ones", "rate limit", 14*time.Hour)
	pause("quota", 30*time.Minute)
	want("the quota comes first", "quota", 30*time.Minute)
	clock.turn(30 * time.Minute)
	want("after the quota", "rate limit", 13*time.Hour+30*time.Minute)
	if reason, _, err := replicas[1].Budget(budgetApp, 0).Paused(t.Context()); reason != "" || err != nil {
		t.Errorf("the Web API's Paused() = %q, %v, want none: that was the accounts service", reason, err)
	}
	if reason, _, err := replicas[1].Cooldown("another app", nil).Paused(t.Context()); reason != "" || err != nil {
		t.Errorf("another app's Paused() = %q, %v, want none", reason, err)
	}
	clock.turn(13*time.Hour + 29*time.Minute)
	want("a minute before the end", "rate limit", time.Minute)
	clock.turn(time.Minute)
	want("at the end", "", 0)
	pause("rate limit", time.Hour)
	clock.turn(-24 * time.Hour)
	want("after the database's clock was set back by a day", "", 0)
	pause("rate limit", time.Minute)
	want("and Spotify has said it again", "rate limit", time.Minute)
}

// crowdOfRefusals: of those who hear it at the same time, the longest wait counts.
func crowdOfRefusals(t *testing.T, open func(func() time.Time, int) []*vault.DB) {
	clock := newHand()
	replicas := open(clock.Now, 4)
	var all sync.WaitGroup
	for i := range 60 {
		budget := replicas[i%len(replicas)].Budget(budgetApp, 0)
		all.Go(func() {
			if err := budget.Pause(t.Context(), fmt.Sprint("reason ", i%2), time.Now().Add(time.Duration(i)*time.Minute)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	reason, until, err := replicas[0].Budget(budgetApp, 0).Paused(t.Context())
	if left := time.Until(until); reason != "reason 1" || err != nil || left < 58*time.Minute || left > 59*time.Minute+2*time.Second {
		t.Errorf("Paused() = %q, %v left, %v, want the longest of all: 59 minutes", reason, left, err)
	}
}

// verdictsAreShared: what one replica writes the others read, each by itself for every app, and of those who write at
// once over the same text one does.
func verdictsAreShared(t *testing.T, open func(func() time.Time, int) []*vault.DB) {
	clock := newHand()
	replicas := open(clock.Now, 4)
	wants := func(app, want string) {
		t.Helper()
		for i, db := range replicas {
			text, now, err := db.Verdicts(app).Load(t.Context())
			if text != want || !now.Equal(clock.Now().Truncate(time.Millisecond)) || err != nil {
				t.Errorf("Load() of %s at replica %d = %q, %v, %v, want %q and the database's time", app, i, text, now, err, want)
			}
		}
	}
	wants(budgetApp, "")
	for round, was := range []string{"", "0", "1", "2"} {
		var all sync.WaitGroup
		var mu sync.Mutex
		won := 0
		for i := range 12 {
			all.Go(func() {
				did, err := replicas[i%len(replicas)].Verdicts(budgetApp).Swap(t.Context(), was, fmt.Sprint(round))
				if err != nil {
					t.Errorf("Swap(%q) = %v", was, err)
				}
				mu.Lock()
				defer mu.Unlock()
				if did {
					won++
				}
			})
		}
		all.Wait()
		if won != 1 {
			t.Errorf("%d of 12 replaced %q, want one", won, was)
		}
		wants(budgetApp, fmt.Sprint(round))
		clock.turn(time.Hour)
	}
	wants("another app", "")
	if won, err := replicas[0].Verdicts(budgetApp).Swap(t.Context(), "0", "late"); won || err != nil {
		t.Errorf("Swap of what was long ago = %v, %v, want false", won, err)
	}
	if reason, _, err := replicas[1].Cooldown(budgetApp, nil).Paused(t.Context()); reason != "" || err != nil {
		t.Errorf("Paused() = %q, %v, want none: verdicts are no pause", reason, err)
	}
}

package spotify

import (
	"context"
	"time"
)

// Budget is what several processes share that serve one app: give each process's governor the
// Budget of the app. Permits are taken in blocks, as many as the process is about to use, and
// not more often than necessary. A governor whose Budget fails goes on by what it knows itself
// and asks again five seconds later: losing a Budget loses nothing but politeness.
//
// All methods are safe for concurrent use and return soon: after two seconds ctx ends.
// MemoryBudget is one, and shows what is expected.
type Budget interface {
	// Take takes up to n permits, n being at least 1. A permit is for one call, sent within
	// two seconds; so its place is free again 32 seconds later. If none is left, granted is 0
	// and wait says when to ask again.
	Take(ctx context.Context, n int) (granted int, wait time.Duration, err error)

	// Pause tells all processes that Spotify forbids calls until then. reason is BudgetRate or
	// BudgetQuota. A shorter pause than one that is running changes nothing.
	Pause(ctx context.Context, reason string, until time.Time) error

	// Paused is the pause that is running, "" and the zero time if there is none. Of two it is
	// that of the quota.
	Paused(ctx context.Context) (reason string, until time.Time, err error)
}

// Why a Budget pauses.
const (
	BudgetRate  = "rate"  // too many calls in 30 seconds
	BudgetQuota = "quota" // QUOTA_EXCEEDED
)

const (
	permitLife   = 2 * time.Second // how long a permit may be kept
	budgetAnswer = 2 * time.Second // how long a Budget may take to answer
	budgetRest   = 5 * time.Second // how long a Budget that failed is left alone
	blockMost    = 50
)

// permits are what a governor holds of its Budget. All is under the governor's lock.
type permits struct {
	budget    Budget
	left      int
	until     time.Time // they are good for
	asking    bool
	used      int       // since it was last asked
	notBefore time.Time // there are none
	lostUntil time.Time // it failed, and is not asked
}

// atLeast is how long somebody waits who is ready to wait for d. Asking the Budget is no wait
// for Spotify's limits.
func (p *permits) atLeast(d time.Duration) time.Duration {
	if p == nil {
		return d
	}
	return max(d, budgetAnswer+time.Second)
}

// lacksPermit reports whether a turn that begins to wait now waits for the Budget alone: as far as this process knows
// there is a place for it, and for those before it.
func (g *Governor) lacksPermit(t *turn, now time.Time) bool {
	forbidden := now.Before(g.cooldown.quota) || now.Before(g.cooldown.rate) || now.Before(g.cooldown.resume)
	return g.permits != nil && !forbidden && g.window.hasRoom(t, now) && g.window.spare(now) > g.waiting.len()
}

// permitted takes a permit. If none is at hand it has the Budget asked, and the answer pumps.
func (g *Governor) permitted(now time.Time) bool {
	p := g.permits
	switch {
	case p == nil || now.Before(p.lostUntil):
		return true
	case p.left > 0 && now.Before(p.until):
		p.left--
		p.used++
		return true
	case !p.asking && !now.Before(p.notBefore):
		p.asking = true
		go g.ask(min(max(p.used, g.waiting.len(), 1), blockMost))
		p.used = 0
	}
	return false
}

// ask asks the Budget for n permits, and whether other processes have heard of a cool-down.
func (g *Governor) ask(n int) {
	ctx, cancel := context.WithTimeout(context.Background(), budgetAnswer)
	defer cancel()
	asked := time.Now()
	reason, until, err := g.permits.budget.Paused(ctx)
	var granted int
	var wait time.Duration
	if err == nil && !until.After(asked) {
		granted, wait, err = g.permits.budget.Take(ctx, n)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	p := g.permits
	p.asking = false
	switch {
	case err != nil:
		p.lostUntil = now.Add(budgetRest)
	case until.After(now):
		g.coolDown(now, reason == BudgetQuota, until)
		return
	case granted > 0:
		p.left, p.until = granted, asked.Add(permitLife)
	default:
		p.notBefore = now.Add(max(wait, 10*time.Millisecond))
	}
	g.pump(now)
}

// pause tells the other processes; if that fails they will find out by themselves.
func (p *permits) pause(quota bool, until time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), budgetAnswer)
	defer cancel()
	reason := BudgetRate
	if quota {
		reason = BudgetQuota
	}
	_ = p.budget.Pause(ctx, reason, until)
}

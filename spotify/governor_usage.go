package spotify

import (
	"time"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// Usage is what a governor has done and how it stands.
type Usage struct {
	Limit      int                  // calls in 30 seconds, as given or learned; 0: not known
	Used       int                  // places taken now: calls under way, and answered in the last 30 seconds
	Waiting    int                  // calls that wait for a place
	RetryAt    time.Time            // the end of the cool-down that is running; zero if there is none
	Quota      bool                 // it is a quota that is exceeded
	Operations map[Operation]Counts // of the operations that were called
}

// Counts is what happened to the calls of one operation.
type Counts struct {
	Requests      int           // HTTP attempts sent
	RateLimited   int           // of these, answered with 429
	QuotaExceeded int           // answered with 429 and QUOTA_EXCEEDED
	Cached        int           // calls answered by the cache without asking Spotify
	Shared        int           // calls answered by the request of another that was under way
	Waits         int           // attempts that had to wait for a place
	Waited        time.Duration // how long, all in all
	BudgetWaits   int           // of Waits, those that had a place here and waited for the Budget
	BudgetWaited  time.Duration // of Waited, the time these took
}

// tally counts one operation, under the governor's lock.
type tally struct{ Counts }

// waited counts a wait that is over.
func (t *tally) waited(d time.Duration, forBudget bool) {
	t.Waits++
	t.Waited += d
	if forBudget {
		t.BudgetWaits++
		t.BudgetWaited += d
	}
}

type counts map[*operations.Operation]*tally

// tallyOf is where an operation is counted.
func (g *Governor) tallyOf(op *operations.Operation) *tally {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.counts[op] == nil {
		g.counts[op] = new(tally)
	}
	return g.counts[op]
}

// add changes a tally.
func (g *Governor) add(count *int) {
	g.mu.Lock()
	*count++
	g.mu.Unlock()
}

// Usage is a copy of the governor's counts, for metrics and for the curious.
func (g *Governor) Usage() Usage {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.window.expire(now)
	usage := Usage{
		Limit: int(g.window.limit), Used: g.window.used(), Waiting: g.waiting.len(),
		Operations: make(map[Operation]Counts, len(g.counts)),
	}
	switch {
	case now.Before(g.cooldown.quota):
		usage.RetryAt, usage.Quota = g.cooldown.quota, true
	case now.Before(g.cooldown.rate):
		usage.RetryAt = g.cooldown.rate
	}
	for op, t := range g.counts {
		usage.Operations[Operation(op.Name())] = t.Counts
	}
	return usage
}

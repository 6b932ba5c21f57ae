package spotify

import (
	"context"
	"sync"
	"time"
)

// Governor paces all calls of one app, because Spotify counts them by app: so many in any 30
// seconds, whoever's tokens they carry. It
//
//   - keeps to a number of calls in 30 seconds; a call's place is free again 30 seconds after
//     its answer. Where the number is not known it starts without one, learns from each 429
//     how many were too many, and then probes upward;
//   - remembers cool-downs in full, for everybody: what Spotify forbids for 14 hours is not
//     sent for 14 hours, and fails at once where the wait is longer than WithMaxWait or than
//     the caller's context lasts;
//   - is fair: people (Token.Subject) take turns, and where there are several, nobody takes the
//     last places who holds half of them already. Calls of WithBackground wait until nobody else does, and leave a
//     fifth of the places to people who may yet come.
//
// All clients that As and With make of one share its governor. Safe for concurrent use.
// https://developer.spotify.com/documentation/web-api/concepts/rate-limits
type Governor struct {
	mu       sync.Mutex
	window   window
	cooldown cooldown
	waiting  queue
	permits  *permits // nil: this process is alone
	alarm    *time.Timer
	alarmAt  time.Time // zero: it is not set
	counts   counts
}

// NewGovernor makes a governor for perWindow calls in 30 seconds; 0, or less, to learn the
// number from Spotify's answers. budget is where several processes of one app meet; nil is
// this process alone.
func NewGovernor(perWindow int, budget Budget) *Governor {
	g := &Governor{window: newWindow(perWindow), counts: counts{}}
	if budget != nil {
		g.permits = &permits{budget: budget}
	}
	return g
}

// turn is a call that wants to be sent.
type turn struct {
	tally      *tally // of its operation
	subject    string
	background bool
	patience   time.Duration // how long it may wait

	asked  time.Time  // when it began to wait
	enough time.Time  // when its patience ends, and the Budget's time to answer
	ready  chan error // has one value when the waiting is over
}

// refusal is a turn that does not come, or not soon enough.
type refusal struct {
	kind    error
	retryAt time.Time
}

func (r *refusal) Error() string { return r.kind.Error() }

// admit waits for a turn to come, and says how long that took. The error is a *refusal, or
// that of ctx. After nil the call has a place, to be given back with answered or forgo.
func (g *Governor) admit(ctx context.Context, t *turn) (waited time.Duration, err error) {
	now := time.Now()
	g.mu.Lock()
	if g.waiting.len() == 0 && g.mayGo(t, now) {
		g.start(t)
		g.mu.Unlock()
		return 0, nil
	}
	if r := g.refuse(ctx, t, now); r != nil {
		g.mu.Unlock()
		return 0, r
	}
	t.asked, t.enough, t.ready = now, now.Add(g.permits.atLeast(t.patience)), make(chan error, 1)
	forBudget := g.lacksPermit(t, now)
	g.waiting.push(t)
	g.pump(now)
	g.mu.Unlock()
	err = g.wait(ctx, t)
	waited = time.Since(now)
	g.mu.Lock()
	t.tally.waited(waited, forBudget)
	g.mu.Unlock()
	return waited, err
}

// wait is over with the turn, with the caller's patience, or with ctx.
func (g *Governor) wait(ctx context.Context, t *turn) error {
	patience := time.NewTimer(time.Until(t.enough))
	defer patience.Stop()
	select {
	case err := <-t.ready:
		return err
	case <-ctx.Done():
	case <-patience.C:
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.waiting.remove(t) { // it came at the same moment
		return <-t.ready
	}
	g.pump(time.Now())
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &refusal{ErrRateLimited, g.opensAt(t, time.Now())}
}

// hopeless is the refusal of a turn that admit would refuse at once because of a cool-down:
// so that nothing needs to be done for it.
func (g *Governor) hopeless(ctx context.Context, t *turn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if now.Before(g.cooldown.rate) || now.Before(g.cooldown.quota) {
		return g.refuse(ctx, t, now)
	}
	return nil
}

// refuse is a refusal if the turn cannot come before the caller's patience or ctx ends.
func (g *Governor) refuse(ctx context.Context, t *turn, now time.Time) error {
	if until := g.cooldown.quota; now.Before(until) {
		return &refusal{ErrQuotaExceeded, until}
	}
	at := g.opensAt(t, now)
	deadline, limited := ctx.Deadline()
	if at.Sub(now) > t.patience || limited && !at.Before(deadline) && at.After(now) {
		return &refusal{ErrRateLimited, at}
	}
	return nil
}

// opensAt is when a turn that begins to wait now comes, as far as that can be told.
func (g *Governor) opensAt(t *turn, now time.Time) time.Time {
	at := latest(now, g.cooldown.rate, g.window.opensAt(t, g.waiting.before(t), now))
	if g.permits != nil {
		at = latest(at, g.permits.notBefore)
	}
	return at
}

// mayGo reports whether a turn has come. It may take a permit: the turn must be started then.
func (g *Governor) mayGo(t *turn, now time.Time) bool {
	return !now.Before(g.cooldown.quota) && !now.Before(g.cooldown.rate) && g.window.hasRoom(t, now) && g.permitted(now)
}

func (g *Governor) start(t *turn) {
	g.window.take(t.subject)
	t.tally.Requests++
}

// pump starts the turns that have come, and sets the alarm for the next. It is called after
// all that may let one come.
func (g *Governor) pump(now time.Time) {
	if now.Before(g.cooldown.resume) {
		g.wakeAt(now, g.cooldown.resume)
		return
	}
	for {
		t := g.waiting.pop(func(t *turn) bool { return g.mayGo(t, now) })
		if t == nil {
			break
		}
		g.start(t)
		t.ready <- nil
	}
	if g.waiting.len() > 0 {
		g.wakeAt(now, g.window.nextFree(now))
		if g.permits != nil {
			g.wakeAt(now, g.permits.notBefore)
		}
	}
}

// wakeAt pumps again at a time to come, unless the alarm is set for an earlier one.
func (g *Governor) wakeAt(now, at time.Time) {
	if !at.After(now) || g.waiting.len() == 0 || !g.alarmAt.IsZero() && !at.Before(g.alarmAt) {
		return
	}
	if g.alarm != nil {
		g.alarm.Stop()
	}
	g.alarmAt = at
	g.alarm = time.AfterFunc(at.Sub(now), func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.alarmAt = time.Time{}
		g.pump(time.Now())
	})
}

// answered gives back a place: it is free 30 seconds from now.
func (g *Governor) answered(t *turn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	g.window.answered(t.subject, now)
	g.pump(now)
}

// forgo gives back the place of a call that was not sent.
func (g *Governor) forgo(t *turn) {
	g.mu.Lock()
	defer g.mu.Unlock()
	t.tally.Requests--
	g.window.forgo(t.subject)
	g.pump(time.Now())
}

// limited remembers a 429 and gives back the place. Who waits and cannot wait so long hears
// it at once; the other processes have heard when it returns, for this one may end then.
func (g *Governor) limited(t *turn, quota bool, until time.Time) {
	g.refused(t, quota, until)
	if g.permits != nil {
		g.permits.pause(quota, until)
	}
}

func (g *Governor) refused(t *turn, quota bool, until time.Time) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if quota {
		t.tally.QuotaExceeded++
	} else {
		t.tally.RateLimited++
		g.window.tooMany(now)
	}
	g.window.forgo(t.subject)
	g.coolDown(now, quota, until)
}

func (g *Governor) coolDown(now time.Time, quota bool, until time.Time) {
	g.cooldown.begin(quota, until)
	g.waiting.refuse(func(t *turn) error {
		switch {
		case quota:
			return &refusal{ErrQuotaExceeded, g.cooldown.quota}
		case g.cooldown.rate.After(t.asked.Add(t.patience)):
			return &refusal{ErrRateLimited, g.cooldown.rate}
		}
		return nil
	})
	g.pump(now)
}

// spare is how many calls could be sent at once, now that nobody waits.
func (g *Governor) spare() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	if g.waiting.len() > 0 || now.Before(g.cooldown.rate) || now.Before(g.cooldown.quota) {
		return 0
	}
	return g.window.spare(now)
}

func latest(times ...time.Time) (last time.Time) {
	for _, t := range times {
		if t.After(last) {
			last = t
		}
	}
	return last
}

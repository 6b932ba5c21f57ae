package auth

import (
	"context"
	"errors"
	"sync"
	"time"
)

// RefreshRate changes how many refreshes a second this process begins at most (50; 0 lifts the
// limit). After a long stop all tokens are over at once, and Spotify counts requests by app: who
// is early is served at once, others wait their turn, up to 30 s; beyond that callers get an error
// that may pass. With many processes on one store divide it among them.
func RefreshRate(perSecond int) GrantsOption {
	return grantsOption(func(g *Grants) { g.pace = newPace(perSecond) })
}

const (
	refreshRate  = 50 // a second
	queueLongest = 30 * time.Second
)

var errQueue = errors.New("auth: more logins need a refresh at once than Grants begins in half a minute (RefreshRate): try again")

// pace gives each request its moment. Nil: there is no limit.
type pace struct {
	every time.Duration

	mu      sync.Mutex
	next    time.Time // when the next may begin
	waiting int
}

func newPace(perSecond int) *pace {
	if perSecond <= 0 {
		return nil
	}
	return &pace{every: time.Second / time.Duration(perSecond)}
}

// take is how long to wait for the next moment; none if that is longer than most.
func (p *pace) take(most time.Duration) (time.Duration, bool) {
	if p == nil {
		return 0, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.next.Before(now) {
		p.next = now
	}
	d := p.next.Sub(now)
	if d > most {
		return 0, false
	}
	p.next = p.next.Add(p.every)
	return d, true
}

// queue waits for this flight's moment. No lease is held meanwhile. What nobody waits for gives way.
func (f *flight) queue(ctx context.Context) error {
	p, most := f.grants.pace, queueLongest
	if f.why.early {
		most = p.slack()
	}
	d, ok := p.take(most)
	if !ok {
		return errQueue
	}
	if d == 0 {
		return nil
	}
	f.takesLong()
	p.wait(1)
	defer p.wait(-1)
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-f.grants.flights.ended:
		return errClosed
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// slack is how long something may wait that nobody waits for.
func (p *pace) slack() time.Duration {
	if p == nil {
		return 0
	}
	return 5 * p.every
}

func (p *pace) wait(n int) {
	p.mu.Lock()
	p.waiting += n
	p.mu.Unlock()
}

// queued is how many wait.
func (p *pace) queued() int {
	if p == nil {
		return 0
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.waiting
}

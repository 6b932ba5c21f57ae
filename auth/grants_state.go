package auth

import (
	"errors"
	"time"
)

// GrantsState is how the refreshes of one process are doing, for gauges.
type GrantsState struct {
	// Stopped is why refreshes are held back: OutcomeAppRefused, OutcomeThrottled, OutcomeDoubted, or
	// OutcomeFailed when they fail for everybody. "": they are not.
	Stopped Outcome
	Until   time.Time // from then on the next who asks finds out whether that is over; zero unless Stopped

	UnderWay int // refreshes under way, those in Queued included
	Queued   int // of them, waiting for their turn: see RefreshRate
	Unsaved  int // logins with an answer that the store does not have yet
}

// State is how the refreshes of this process are doing. It asks nobody and is cheap.
func (g *Grants) State() GrantsState {
	s := GrantsState{Queued: g.pace.queued()}
	s.UnderWay, s.Unsaved = g.flights.count()
	g.app.mu.Lock()
	defer g.app.mu.Unlock()
	r := g.app.rest
	if g.app.doubt.running() {
		r = g.app.silence
	}
	if r.err != nil {
		s.Stopped, s.Until = failure(r.err), r.endsWall
	}
	return s
}

// failure is the outcome of a request that ended with err.
func failure(err error) Outcome {
	switch {
	case errors.Is(err, errDoubted):
		return OutcomeDoubted
	case errors.Is(err, ErrApp):
		return OutcomeAppRefused
	case throttled(err):
		return OutcomeThrottled
	}
	return OutcomeFailed
}

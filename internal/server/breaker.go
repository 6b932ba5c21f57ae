package server

import (
	"sync"

	"github.com/tenuto-dev/tenuto/auth"
)

// holding is why package auth holds back the refreshes of the whole app: Spotify does not accept the
// app, wants it to wait, or refuses so many people that it cannot be true. It is told by how refreshes
// end; any answer about a person alone ends it.
type holding struct {
	mu    sync.Mutex
	cause auth.Outcome // "" while they go on
}

var holdingCauses = []auth.Outcome{auth.OutcomeAppRefused, auth.OutcomeDoubted, auth.OutcomeThrottled}

// refreshed counts a refresh, and says when those of the whole app are held back, and go on.
func (s *Server) refreshed(e auth.RefreshEvent) {
	s.metrics.refreshes.WithLabelValues(string(e.Outcome)).Inc()
	if e.Took > 0 {
		s.metrics.refresh.Observe(e.Took.Seconds())
	}
	was, now := s.holding.heard(e.Outcome)
	if was == now {
		return
	}
	for _, cause := range holdingCauses {
		open := 0.0
		if cause == now {
			open = 1
		}
		s.metrics.breaker.WithLabelValues(string(cause)).Set(open)
	}
	if now != "" {
		s.journal.write(eventHeldBack, nil, "cause", string(now))
	} else {
		s.journal.write(eventGoOn, nil)
	}
}

// heard takes in an outcome and says how things were before it and are now.
func (h *holding) heard(o auth.Outcome) (was, now auth.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was = h.cause
	switch o {
	case auth.OutcomeAppRefused, auth.OutcomeDoubted, auth.OutcomeThrottled:
		h.cause = o
	case auth.OutcomeFailed, auth.OutcomeRecovered, auth.OutcomeUnsaved: // says nothing about Spotify
	default:
		h.cause = ""
	}
	return was, h.cause
}

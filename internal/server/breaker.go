package server

import (
	"sync"

	"github.com/tenuto-dev/tenuto/auth"
)

// holding is why package auth holds back the refreshes of the whole app: Spotify does not accept the
// app, wants it to wait, or refuses so many people that it cannot be true.
type holding struct {
	mu    sync.Mutex
	cause auth.Outcome // "" while they go on
}

var holdingCauses = []auth.Outcome{auth.OutcomeAppRefused, auth.OutcomeDoubted, auth.OutcomeThrottled}

// refreshed counts a refresh.
func (s *Server) refreshed(e auth.RefreshEvent) {
	s.metrics.refreshes.WithLabelValues(string(e.Outcome)).Inc()
	if e.Took > 0 {
		s.metrics.refresh.Observe(e.Took.Seconds())
	}
	s.showHolding()
}

// showHolding says when the refreshes of the whole app are held back, and when they go on. That changes with how
// one of ours ends, and with what other replicas have heard.
func (s *Server) showHolding() {
	was, now := s.holding.becomes(s.grants.State().Stopped)
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

// becomes takes in why refreshes are held back, and says how things were before it and are now. That they fail for
// everybody is no other cause: whatever was true before may still be.
func (h *holding) becomes(cause auth.Outcome) (was, now auth.Outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was = h.cause
	if cause != auth.OutcomeFailed {
		h.cause = cause
	}
	return was, h.cause
}

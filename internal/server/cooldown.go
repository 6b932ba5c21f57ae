package server

import (
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

const (
	// obeyLongest is how long a Retry-After of the accounts service is obeyed, as in package auth.
	obeyLongest = time.Hour

	// shortWait is a cool-down that is over, or nearly, when somebody comes back from Spotify: what
	// is left of it is waited for there.
	shortWait = 10 * time.Second
)

// cooldown is until when the accounts service wants to be left alone, as it last said. What the Web
// API wants the client's governor knows.
type cooldown struct {
	mu    sync.Mutex
	last  *auth.Error
	until time.Time
}

// note takes in an error, and returns until when to wait if it is a 429 of the accounts service. The
// same error comes back for everybody until then: its wait counts from the first time.
func (c *cooldown) note(err error, now time.Time) time.Time {
	e, answered := errors.AsType[*auth.Error](err)
	if !answered || e.Status != http.StatusTooManyRequests {
		return time.Time{}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if e != c.last && !now.Before(c.until) {
		c.last, c.until = e, now.Add(min(max(e.RetryAfter, time.Second), obeyLongest))
	}
	return c.until
}

func (c *cooldown) ends() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.until
}

// coolUntil is when a login can be finished again, if Spotify has said that it will not be before:
// better known before somebody consents than after.
func (s *Server) coolUntil() time.Time {
	until := s.spotify.Governor().Usage().RetryAt
	if ends := s.cooldown.ends(); ends.After(until) {
		until = ends
	}
	if until.Sub(s.Now()) <= shortWait {
		return time.Time{}
	}
	return until
}

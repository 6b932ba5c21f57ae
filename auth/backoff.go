package auth

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	restFirst    = time.Second // after the first failure; doubled with each further one
	restLongest  = time.Minute
	restDoubting = 15 * time.Minute // while Spotify is not believed, for every request is a risk
	obeyLongest  = time.Hour        // a Retry-After is obeyed up to here
)

// rest is a pause after a failure, during which its error is the answer. The zero value is no
// pause. It is over as soon as either clock says so: a hand on the wall clock must not leave
// anyone waiting, and a wall clock that stands still neither.
type rest struct {
	err      error
	failures int
	lost     int       // how many of them left open what Spotify did
	ends     time.Time // on the monotonic clock
	endsWall time.Time // on Config.Now's
}

// after is the next rest, for one more failure.
func (r rest) after(err error, now time.Time) rest {
	longest := restLongest
	if errors.Is(err, errDoubted) {
		longest = restDoubting
	}
	d := jitter(min(restFirst<<min(r.failures, 10), longest))
	if e, ok := errors.AsType[*Error](err); ok {
		d = max(d, min(e.RetryAfter, obeyLongest))
	}
	if lost(err) {
		r.lost++
	}
	return rest{err: err, failures: r.failures + 1, lost: r.lost, ends: time.Now().Add(d), endsWall: now.Add(d)}
}

// over reports whether one may try again.
func (r rest) over(now time.Time) bool {
	return r.err == nil || !time.Now().Before(r.ends) || !now.Before(r.endsWall)
}

// breaker stops all requests of an app for a while: when Spotify does not accept the app
// itself, finds that it asks too often, or refuses so many people that it cannot be true.
// None of these says anything about a person.
type breaker struct {
	mu    sync.Mutex
	rest  rest
	doubt doubt
}

// admit lets a request pass, or returns the error that all share. Once a rest is over, one
// request tries and the others wait for what it hears.
func (b *breaker) admit(now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.rest.err == nil:
		return nil
	case !b.rest.over(now):
		return b.rest.err
	}
	b.rest.ends, b.rest.endsWall = time.Now().Add(requestTime), now.Add(requestTime)
	return nil
}

// heard takes in how a request ended, and gives back what is to be made of it: the same, or
// errDoubted.
func (b *breaker) heard(err error, now time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	e, answered := errors.AsType[*Error](err)
	switch err = b.doubt.weigh(err); {
	case errors.Is(err, ErrApp), errors.Is(err, errDoubted), answered && e.Status == http.StatusTooManyRequests:
		b.rest = b.rest.after(err, now)
	case err == nil, errors.Is(err, ErrReauthorize):
		b.rest = rest{}
	}
	return err
}

// lost reports whether err leaves open what Spotify did: the request may have arrived, and a
// new refresh token may have been on its way.
func lost(err error) bool {
	if e, answered := errors.AsType[*Error](err); answered {
		return e.Status == http.StatusOK // an answer that could not be read
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return false
	}
	return !errors.Is(err, ErrConfig) && !errors.Is(err, ErrExpired)
}

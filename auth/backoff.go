package auth

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	restFirst     = time.Second // after the first failure; doubled with each further one
	restLongest   = time.Minute
	outageRest    = 30 * time.Second // while everybody's requests fail
	outageCount   = 10               // failures in a row, whoever's, that make an outage
	obeyLongest   = time.Hour        // a Retry-After is obeyed up to here
	probeReserved = requestTime      // for the one request that finds out whether it is over
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
	return r.afterAtMost(err, now, restLongest)
}

func (r rest) afterAtMost(err error, now time.Time, longest time.Duration) rest {
	d := jitter(min(restFirst<<min(r.failures, 10), longest))
	if e, ok := errors.AsType[*Error](err); ok {
		d = max(d, min(e.RetryAfter, obeyLongest))
	}
	if lost(err) {
		r.lost++
	}
	next := restFor(err, d, now)
	next.failures, next.lost = r.failures+1, r.lost
	return next
}

func restFor(err error, d time.Duration, now time.Time) rest {
	return rest{err: err, ends: time.Now().Add(d), endsWall: now.Add(d)}
}

// longer is r, and d more.
func (r rest) longer(d time.Duration) rest {
	r.ends, r.endsWall = r.ends.Add(d), r.endsWall.Add(d)
	return r
}

// over reports whether one may try again.
func (r rest) over(now time.Time) bool {
	return r.err == nil || !time.Now().Before(r.ends) || !now.Before(r.endsWall)
}

// breaker stops all requests of an app for a while: when Spotify does not accept the app
// itself, finds that it asks too often, fails for everybody, or refuses so many people that it
// cannot be true. None of these says anything about a person.
type breaker struct {
	mu      sync.Mutex
	rest    rest
	failing int // requests in a row that were not answered
	doubt   doubt
	silence rest // in doubt, until somebody finds out whether it is over
}

// asker is what matters about a login that wants to ask.
type asker struct {
	again  bool // its new refresh token may be on its way
	probed int  // the number of the doubt that a request of its did not end
}

// resting is the error that all share while nobody may ask. An outage does not stop those who
// must ask again.
func (b *breaker) resting(now time.Time, who asker) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.silent(now, who):
		return errDoubted
	case b.rest.over(now), who.again && failure(b.rest.err) == OutcomeFailed:
		return nil
	}
	return b.rest.err
}

// silent reports whether there is doubt, and the next request not due, or not who's: were it always the same login
// that asks, and its refusal true, nobody would find out about the others.
func (b *breaker) silent(now time.Time, who asker) bool {
	silence := b.silence
	if who.probed == b.doubt.Number {
		silence = silence.longer(doubtYield)
	}
	return b.doubt.running() && !silence.over(now)
}

// admit lets a request pass, or returns the error that all share. Once a rest is over, one
// request tries and the others wait for what it hears. probe: it finds out whether a doubt is over.
func (b *breaker) admit(now time.Time, who asker) (probe bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.silent(now, who):
		return false, errDoubted
	case b.rest.err == nil, who.again && failure(b.rest.err) == OutcomeFailed:
	case !b.rest.over(now):
		return false, b.rest.err
	default:
		b.rest.ends, b.rest.endsWall = time.Now().Add(probeReserved), now.Add(probeReserved)
	}
	if probe = b.doubt.running(); probe {
		b.silence = restFor(errDoubted, probeReserved, now)
	}
	return probe, nil
}

// finding is what is to be made of how a request ended.
type finding struct {
	err    error // the same, or errDoubted
	shaky  bool  // a verdict that fell when Spotify was in trouble
	probed int   // the number of the doubt that it was to find out about, and did not end; 0: none
}

// heard takes in how a request ended. overdue: by our own calendar the consent is over. took: since it was sent.
func (b *breaker) heard(err error, overdue bool, took time.Duration, now time.Time) finding {
	if !asked(err) {
		return finding{err: err}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	common, probes := b.doubt.clock.time(now), b.doubt.Probes
	f := finding{err: b.doubt.weigh(err, overdue, common.Add(-took), common)}
	switch err = f.err; {
	case errors.Is(err, ErrApp), throttled(err):
		b.rest = b.rest.after(err, now)
	case errors.Is(err, errDoubted):
		b.rest, b.failing = rest{}, 0
		b.silence = restFor(err, b.doubt.Next.Sub(common), now)
		if b.doubt.Probes > probes {
			f.probed = b.doubt.Number
		}
	case err == nil, errors.Is(err, ErrReauthorize):
		b.rest, b.failing = rest{}, 0
		f.shaky = err != nil && b.doubt.shaky(common)
	default:
		b.doubt.troubled(common)
		if b.failing++; b.failing > outageCount {
			b.rest = b.rest.afterAtMost(err, now, outageRest)
		}
	}
	return f
}

// pauseUntil is when the rest that err began is over.
func (b *breaker) pauseUntil() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.rest.endsWall
}

// throttled reports whether err is Spotify's 429.
func throttled(err error) bool {
	e, answered := errors.AsType[*Error](err)
	return answered && e.Status == http.StatusTooManyRequests
}

// asked reports whether err is an answer of Spotify's or the lack of one; of some tokens it is known
// before anything is sent that they cannot be refreshed.
func asked(err error) bool {
	gone, verdict := errors.AsType[*ReauthorizeError](err)
	return !(verdict && gone.Reason == ReasonNone) && !errors.Is(err, ErrConfig) && !errors.Is(err, ErrExpired)
}

// fails reports whether err is Spotify's failure, or the network's, and not a mistake of ours.
func fails(err error) bool { return err != nil && asked(err) }

// lost reports whether err leaves open what Spotify did: the request may have arrived, and a
// new refresh token may have been on its way.
func lost(err error) bool {
	if e, answered := errors.AsType[*Error](err); answered {
		return e.Status == http.StatusOK // an answer that could not be read
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return false
	}
	return fails(err)
}

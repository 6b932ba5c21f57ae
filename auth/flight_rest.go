package auth

import (
	"context"
	"errors"
	"time"
)

// What a flight asks before it sends, and what it plans when that has failed.

// mayAsk is nil, or the remembered error while this login or the whole app rests. It waits for
// this flight's moment. probed is the record's.
func (f *flight) mayAsk(ctx context.Context, now time.Time, probed int) error {
	if f.grants.flights.closed() {
		return errClosed
	}
	f.mu.Lock()
	rest := f.rest
	f.mu.Unlock()
	if !rest.over(now) {
		return rest.err
	}
	who := asker{again: lost(rest.err) && rest.lost <= lostTries, probed: probed}
	for _, gate := range []func() error{
		func() error {
			f.grants.jury.look(ctx, pauseKnown)
			return f.grants.app.resting(now, who)
		},
		func() error { return f.grants.shared.check(ctx, now) },
		func() error { return f.queue(ctx) },
		func() error { f.grants.beWary(ctx); return nil },
		func() error { return f.grants.admit(ctx, who) },
	} {
		if err := gate(); err != nil {
			return err
		}
		if f.grants.flights.closed() { // meanwhile: a gate may take its time
			return errClosed
		}
	}
	return nil
}

// failed remembers err, so that nobody hammers. If the answer was lost on its way, the same
// refresh token is soon tried again even if nobody asks: a provider that rotates may accept it
// for some seconds more, and the login of whoever is still signed in somewhere hangs on it. For
// somebody who has logged out by then it brings no access token: see Record.claimed. generation is that
// of the token that was sent.
func (f *flight) failed(err error, generation int64) {
	if !fails(err) || errors.Is(err, ErrApp) || errors.Is(err, errDoubted) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest = f.rest.after(err, f.grants.now())
	if lost(err) && f.rest.lost <= lostTries {
		then := f.claimed
		f.later(errand{after: &then, lost: &generation}, time.Until(f.rest.ends))
	}
}

// later begins another flight after d, though nobody asks.
func (f *flight) later(why errand, d time.Duration) {
	l := f.login
	time.AfterFunc(d, func() {
		if !l.unasked(why) { // retired meanwhile
			l.grants.login(l.key).unasked(why)
		}
	})
}

package auth

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	patience  = time.Second            // then callers rather take the old token, while it lives
	pollFirst = 25 * time.Millisecond  // between looks at a record that somebody else refreshes
	pollLast  = 250 * time.Millisecond // ...growing to this
	saveTime  = 10 * time.Second       // for keeping a token that has come
	lostTries = 3                      // further requests nobody asked for, after an answer was lost
)

// flight is one refresh under way in this process: it acts on the decisions of refresh.go. It
// belongs to no caller; they wait for it, and leave when they like.
type flight struct {
	*login
	done  chan struct{}
	token *Token // once done
	err   error  // once done

	why     errand
	askers  int                   // those who wait; guarded by login.mu
	claimed moment                // when the lease was taken last
	old     atomic.Pointer[Token] // the token it is to replace
	hurry   chan struct{}         // closed when this takes longer
	hurried sync.Once
}

// errand is why a flight was begun. The zero value: somebody asked for a token.
type errand struct {
	early bool    // the token is still good: nobody has to wait
	save  bool    // to save what could not be saved, and no more
	after *moment // to try again what did not work then
	lost  *int64  // to ask once more, since an answer was lost, with which the only valid refresh token may have gone: that of this generation
}

func newFlight(l *login, why errand) *flight {
	f := &flight{login: l, why: why, done: make(chan struct{}), hurry: make(chan struct{})}
	l.grants.flights.begun(f)
	return f
}

// wait is for callers: the flight's outcome, or the old token if that lives and the flight
// takes long.
func (f *flight) wait(ctx context.Context) (*Token, error) {
	defer f.left()
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-f.hurry:
		if t := f.living(); t != nil {
			return t, nil
		}
	}
	select {
	case <-f.done:
		return f.token, f.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// living is the old token if one more call can be made with it.
func (f *flight) living() *Token {
	if t := f.old.Load(); t != nil && t.livesAt(f.grants.now()) {
		return t
	}
	return nil
}

func (f *flight) takesLong() { f.hurried.Do(func() { close(f.hurry) }) }

// run is the flight from start to landing.
func (f *flight) run(ctx context.Context) {
	defer f.grants.flights.landed(f)
	slow := time.AfterFunc(patience, f.takesLong)
	limited, cancel := context.WithTimeoutCause(ctx, 4*f.grants.lease, errBusy)
	f.token, f.err = f.refresh(limited)
	if t := f.living(); t != nil && f.err != nil && !ends(f.err) {
		f.token, f.err = t, nil
	}
	cancel()
	slow.Stop()
	f.landed(f)
	close(f.done)
}

var errBusy = errors.New("auth: another process has been refreshing this login for long: try again")

// ends reports whether err is about the login itself, so that the old token is no answer.
func ends(err error) bool {
	return errors.Is(err, ErrReauthorize) || errors.Is(err, ErrNotFound) || errors.Is(err, errUnsaved)
}

// refresh looks at the record and acts, until there is an answer.
func (f *flight) refresh(ctx context.Context) (*Token, error) {
	if t, err := f.keepLeftover(ctx); t != nil || err != nil {
		return t, err
	}
	first := f.why.after
	for poll := pollFirst; ; poll = min(2*poll, pollLast) {
		seen := f.glance()
		rec, err := f.grants.load(ctx, f.key)
		if err != nil {
			return nil, f.outOfTime(ctx, err)
		}
		if first == nil {
			now := rec.moment()
			first = &now
		}
		v := f.view(rec)
		if f.why.early {
			v.ahead = f.grants.aheadMost()
		}
		f.keepOld(rec, v)
		switch rec.look(v) {
		case use:
			return f.accept(rec.Token, seen), nil
		case refuse:
			f.destroy(ctx, rec, v.now)
			return nil, rec.deadError()
		case claim:
			if f.unwanted(rec, *first) && f.givenUp() {
				return nil, errGivenUp
			}
			v.left = f.repeats(rec) && rec.strippedSince(*first) && !f.awaited()
			t, err := f.claim(ctx, rec, v, seen)
			if err != nil && rec.Dead != nil { // it was worth another try
				return nil, rec.deadError()
			}
			if t != nil || err != nil {
				return t, err
			}
			poll = pollFirst
		case wait:
			if err := f.pause(ctx, poll); err != nil {
				return nil, err
			}
		}
	}
}

// unwanted reports whether a refresh of rec would only be for those who wait now, and for nobody if nobody does. A
// logout does not end what is done for the refresh token's sake: the login goes on.
func (f *flight) unwanted(rec *Record, first moment) bool {
	over := f.why.after != nil && f.why.after.epoch != rec.moment().epoch
	left := rec.strippedSince(first) && !f.repeats(rec)
	return f.why.save || over || left || f.why.early && rec.Token.AccessToken == ""
}

// repeats reports whether f is to ask once more with the refresh token of rec.
func (f *flight) repeats(rec *Record) bool { return f.why.lost != nil && *f.why.lost == rec.Generation }

// awaited reports whether somebody waits for f.
func (f *flight) awaited() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.askers > 0
}

// left is for callers who wait no longer.
func (f *flight) left() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.askers--
}

// givenUp takes f out of use if nobody waits for it. Whoever asks from now on begins another.
func (f *flight) givenUp() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.askers > 0 {
		return false
	}
	if f.flight == f {
		f.flight = nil
	}
	return true
}

// errGivenUp is heard by nobody.
var errGivenUp = errors.New("auth: nobody waits for an access token")

// pause waits for somebody else's doing. Callers with a living token need not.
func (f *flight) pause(ctx context.Context, d time.Duration) error {
	f.takesLong()
	if f.grants.flights.closed() {
		return errClosed
	}
	if sleep(ctx, jitter(d)) != nil {
		return errBusy
	}
	return nil
}

// outOfTime is err, or why there is no more time.
func (f *flight) outOfTime(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// keepOld offers the record's token to those who do not want to wait. While it is good nobody has
// to.
func (f *flight) keepOld(rec *Record, v view) {
	if rec.Token.AccessToken == v.refused || rec.outlived() {
		f.old.Store(nil)
		return
	}
	f.old.Store(rec.Token.of(f.grants.cred.conf))
	if f.why.early && rec.good(v) {
		f.takesLong()
	}
}

// claim takes the lease and refreshes. Neither token nor error: the record has moved on.
func (f *flight) claim(ctx context.Context, rec *Record, v view, seen glance) (*Token, error) {
	if err := f.mayAsk(ctx, v.now, rec.rule().probed); err != nil {
		return nil, err
	}
	asleep := stopwatch()
	v.now = f.grants.now() // there may have been a queue
	mine := rec.claimed(v).stamped()
	won, err := swap(ctx, f.grants.store, f.key, rec.Version, mine)
	if err != nil || !won {
		return nil, err
	}
	s := mine.sending()
	if f.claimed = mine.moment(); v.left {
		f.claimed = *f.why.after // the last that somebody asked for
	}
	if asleep() > sendWithin(f.grants.lease) { // this process paused; somebody may have taken over
		f.release(ctx, mine, s, 0)
		return nil, nil
	}
	took := stopwatch()
	t, err := f.grants.cred.Refresh(context.WithoutCancel(ctx), s.token)
	now := f.grants.now()
	overdue := f.grants.cred.overdue(s.token, now)
	found := f.grants.app.heard(err, overdue, took(), now)
	err = found.err
	defer f.grants.weighed(ctx)
	why, condemned := errors.AsType[*ReauthorizeError](err)
	switch {
	case err == nil:
		return f.keep(ctx, mine, &unsaved{answer: &Answer{s, t}, asked: asleep, erased: v.left}, seen)
	case condemned:
		return nil, f.condemn(ctx, mine, s, verdict{why: why, shaky: found.shaky, overdue: overdue}, asleep)
	}
	f.failed(err, mine.Generation)
	f.release(ctx, mine, s, found.probed)
	if fails(err) {
		f.grants.tell(RefreshEvent{Outcome: failure(err), Took: asleep()})
	}
	if throttled(err) {
		f.grants.shared.say(ctx, f.grants.app.pauseUntil())
	}
	return nil, err
}

// release gives the lease back if it is still ours, with a note of the doubt that the request did not end, if that was
// its purpose. If it fails others wait a little longer.
func (f *flight) release(ctx context.Context, rec *Record, s sent, probed int) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	for {
		next := rec.released(s)
		if next == nil {
			return
		}
		if probed > 0 {
			next = next.probing(probed)
		}
		won, err := swap(ctx, f.grants.store, f.key, rec.Version, next.stamped())
		if won || err != nil {
			return
		}
		rec, _ = f.grants.load(ctx, f.key) // nil if there is none: nothing to give back
	}
}

// stopwatch starts now and reads the time passed on whichever clock went further: the
// monotonic one may stop while a machine sleeps, the wall clock may be set back.
func stopwatch() func() time.Duration {
	start := time.Now()
	return func() time.Duration {
		now := time.Now()
		return max(now.Sub(start), now.Round(0).Sub(start.Round(0)))
	}
}

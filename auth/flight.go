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

	old     atomic.Pointer[Token] // the token it is to replace
	hurry   chan struct{}         // closed when this takes longer
	hurried sync.Once
}

func newFlight(l *login) *flight {
	f := &flight{login: l, done: make(chan struct{}), hurry: make(chan struct{})}
	l.grants.flights.begun(f)
	return f
}

// wait is for callers: the flight's outcome, or the old token if that lives and the flight
// takes long.
func (f *flight) wait(ctx context.Context) (*Token, error) {
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
	for poll := pollFirst; ; poll = min(2*poll, pollLast) {
		seen := f.glance()
		rec, err := f.grants.load(ctx, f.key)
		if err != nil {
			return nil, f.outOfTime(ctx, err)
		}
		v := f.view(rec)
		f.keepOld(rec.Token, v)
		switch rec.look(v) {
		case use:
			return f.accept(rec.Token, seen), nil
		case refuse:
			f.destroy(ctx, rec, v.now)
			return nil, rec.deadError()
		case claim:
			if t, err := f.claim(ctx, rec, v, seen); t != nil || err != nil {
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

// keepOld offers t to those who do not want to wait.
func (f *flight) keepOld(t *Token, v view) {
	if t.AccessToken != v.refused {
		f.old.Store(t.withClock(f.grants.cred.conf.Now))
	} else {
		f.old.Store(nil)
	}
}

// claim takes the lease and refreshes. Neither token nor error: the record has moved on.
func (f *flight) claim(ctx context.Context, rec *Record, v view, seen glance) (*Token, error) {
	if err := f.mayAsk(v.now); err != nil {
		return nil, err
	}
	asleep := stopwatch()
	mine := rec.claimed(v).stamped()
	won, err := swap(ctx, f.grants.store, f.key, rec.Version, mine)
	if err != nil || !won {
		return nil, err
	}
	s := mine.sending()
	if asleep() > sendWithin(f.grants.lease) { // this process paused; somebody may have taken over
		f.release(ctx, mine, s)
		return nil, nil
	}
	t, err := f.grants.cred.Refresh(context.WithoutCancel(ctx), s.token)
	err = f.grants.app.heard(err, f.grants.now())
	why, condemned := errors.AsType[*ReauthorizeError](err)
	switch {
	case err == nil:
		return f.keep(ctx, mine, &unsaved{sent: s, token: t}, seen)
	case condemned:
		return nil, f.condemn(ctx, mine, s, why)
	}
	f.failed(err)
	f.release(ctx, mine, s)
	if errors.Is(err, errDoubted) {
		f.grants.app.pardon()
	}
	return nil, err
}

// mayAsk is nil, or the remembered error while this login or the whole app rests.
func (f *flight) mayAsk(now time.Time) error {
	if f.grants.flights.closed() {
		return errClosed
	}
	f.mu.Lock()
	rest := f.rest
	f.mu.Unlock()
	if !rest.over(now) {
		return rest.err
	}
	return f.grants.app.admit(now)
}

// failed remembers err, so that nobody hammers. If the answer was lost on its way, the same
// refresh token is soon tried again even if nobody asks: a provider that rotates may accept it
// for some seconds more.
func (f *flight) failed(err error) {
	if errors.Is(err, ErrApp) || errors.Is(err, errDoubted) || errors.Is(err, ErrExpired) || errors.Is(err, ErrConfig) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rest = f.rest.after(err, f.grants.now())
	if lost(err) && f.rest.lost <= lostTries {
		f.later(f.rest)
	}
}

// later begins another flight once r is over.
func (l *login) later(r rest) {
	time.AfterFunc(time.Until(r.ends), func() {
		if !l.grants.flights.closed() {
			l.join(context.Background())
		}
	})
}

// release gives the lease back if it is still ours. If that fails others wait a little longer.
func (f *flight) release(ctx context.Context, rec *Record, s sent) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTime)
	defer cancel()
	for {
		next := rec.released(s)
		if next == nil {
			return
		}
		won, err := swap(ctx, f.grants.store, f.key, rec.Version, next.stamped())
		if won || err != nil {
			return
		}
		rec, _ = f.grants.load(ctx, f.key) // nil if there is none: nothing to give back
	}
}

// condemn acts on a verdict; nil when the record is worth another look.
func (f *flight) condemn(ctx context.Context, rec *Record, s sent, why *ReauthorizeError) error {
	asked := stopwatch()
	renewed := false
	for {
		next, act := rec.condemned(s, why, renewed && asked() >= verdictWait(f.grants.lease), f.grants.now())
		switch act {
		case again:
			return nil
		case write:
			won, err := swap(ctx, f.grants.store, f.key, rec.Version, next.stamped())
			if won {
				f.grants.app.sentenced(func() { f.grants.reprieve(f.key, next) })
			}
			if won || err != nil {
				return err
			}
		case wait:
			if !renewed {
				mine := rec.claimed(f.view(rec)).stamped()
				won, err := swap(ctx, f.grants.store, f.key, rec.Version, mine)
				if err != nil {
					return err
				}
				if won {
					s, renewed, asked = mine.sending(), true, stopwatch()
				}
			} else if err := f.pause(ctx, pollLast); err != nil {
				return err
			}
		}
		var err error
		if rec, err = f.grants.load(ctx, f.key); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
}

// destroy wipes the tokens of a login that has been dead for long. If it fails, the next touch
// tries again.
func (f *flight) destroy(ctx context.Context, rec *Record, now time.Time) {
	if next := rec.destroyed(now); next != nil {
		_, _ = swap(ctx, f.grants.store, f.key, rec.Version, next.stamped())
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

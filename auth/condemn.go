package auth

import (
	"context"
	"errors"
	"time"
)

// What a flight does about a verdict: it writes what refresh.go makes of it, and remembers how to
// undo it.

// condemn acts on a verdict; nil when the record is worth another look.
func (f *flight) condemn(ctx context.Context, rec *Record, s sent, v verdict, took func() time.Duration) error {
	asked := stopwatch()
	renewed := false
	for {
		v.waited = renewed && asked() >= verdictWait(f.grants.lease)
		next, act := rec.condemned(s, v, f.grants.now())
		switch act {
		case again:
			f.grants.tell(RefreshEvent{Outcome: OutcomeOutdated, Took: took()})
			return nil
		case write:
			won, err := swap(ctx, f.grants.store, f.key, rec.Version, next.stamped())
			if won {
				if !v.overdue { // true by our own calendar
					f.sentenced(rec, next)
				}
				f.grants.tell(sentenceEvent(rec, next, took()))
			} else if err != nil {
				f.grants.tell(RefreshEvent{Outcome: OutcomeUnsaved, Took: took()})
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
				f.release(ctx, rec, s, 0) // whoever asks next waits as long, but not for us too
				return err
			}
		}
		var err error
		if rec, err = f.grants.load(ctx, f.key); err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
}

// sentenced remembers a verdict that was written over rec, and sees to its second look.
func (f *flight) sentenced(rec, next *Record) {
	g, key, then := f.grants, f.key, f.claimed
	later := func() { f.later(errand{after: &then}, jitter(secondLook)+secondLook/4) }
	s := sentence{pardon: func() {
		g.amend(key, func(r *Record) *Record { return r.reprieved(next, g.now()) })
	}}
	switch state := next.rule(); {
	case rec.Dead != nil: // that was it
		return
	case next.Dead != nil && state.shaky:
		later()
	case next.Dead != nil:
		s.shaken = func() {
			if g.amend(key, func(r *Record) *Record { return r.shaken(next) }) {
				later()
			}
		}
	}
	g.app.sentenced(s, g.now())
}

// sentenceEvent tells what a verdict did to rec.
func sentenceEvent(rec, next *Record, took time.Duration) RefreshEvent {
	e := RefreshEvent{Outcome: OutcomeSpare, Took: took}
	switch {
	case rec.Dead != nil:
		e.Outcome = OutcomeConfirmed
	case next.Dead != nil:
		e.Outcome, e.Reason = OutcomeDead, next.Dead.Reason
	}
	return e
}

// destroy wipes the tokens of a login that has been dead for long. If it fails, the next touch
// tries again.
func (f *flight) destroy(ctx context.Context, rec *Record, now time.Time) {
	if next := rec.destroyed(now); next != nil {
		_, _ = swap(ctx, f.grants.store, f.key, rec.Version, next.stamped())
	}
}

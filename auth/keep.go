package auth

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// unsaved is an answer that has come and may not be lost: by now its token can be the only valid
// one.
type unsaved struct {
	answer  *Answer
	asked   func() time.Duration // since the lease was taken; nil: not known
	kept    atomic.Bool          // safe whatever becomes of this process: it may be used; read also by who did not wait for it
	done    func()               // tells the journal that it has done its part; nil if there is none
	told    bool                 // OnRefresh knows of it
	rest    rest                 // between attempts nobody asked for
	planned bool                 // such an attempt is coming
	erased  bool                 // its access token, by a logout: it is for nobody who asks from now on
}

var errUnsaved = errors.New("auth: the new token could not be saved")

// keep saves what has come, over rec if that is known. Neither token nor error: somebody was
// faster, or another login has begun; the record tells. A token that cannot be saved stays in
// memory. It is served if it is safe elsewhere, else everyone hears the error, and the next call
// saves again without another refresh.
func (l *login) keep(ctx context.Context, rec *Record, u *unsaved, seen glance) (*Token, error) {
	written, err := l.save(ctx, rec, u, seen)
	l.grants.tellKept(u, written, err)
	erased := l.isErased(u) // before those asked who wait now
	usable := u.kept.Load() && !erased
	l.remember(u, err, seen)
	t := u.answer.token
	switch {
	case err == nil && written == nil:
		return nil, nil
	case err == nil && written.Token == t, err != nil && usable && t.livesAt(l.grants.now()):
		return l.accept(t, seen), nil
	case err == nil && !erased && written.renewedBy(t): // the person has logged out: it is for those who wait, and then for nobody
		return t.of(l.grants.cred.conf), nil
	case err == nil: // kept as a spare
		return nil, nil
	}
	return nil, fmt.Errorf("%w: %w", errUnsaved, err)
}

// keepLeftover saves what an earlier flight could not.
func (l *login) keepLeftover(ctx context.Context) (*Token, error) {
	seen := l.glance()
	u := l.leftover()
	switch {
	case u == nil:
		return nil, nil
	case !l.grants.flights.closed() && u.kept.Load() && !l.isErased(u) && !u.rest.over(seen.at) && u.answer.token.goodAt(seen.at):
		return u.answer.token, nil
	}
	return l.keep(ctx, nil, u, seen)
}

// remember holds u in memory for as long as it is not saved. For a store, which may come back,
// further attempts are made by themselves; a save hook is called when somebody asks.
func (l *login) remember(u *unsaved, err error, seen glance) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unsaved == u {
		l.hold(nil)
	}
	u.erased = u.erased || l.drops != seen.drops
	if err == nil || l.resets != seen.resets {
		u.settled()
		return
	}
	l.hold(u)
	l.current.Store(nil)
	u.rest = u.rest.after(err, l.grants.now())
	if l.grants.hook == nil && !u.planned {
		u.planned = true
		time.AfterFunc(time.Until(u.rest.ends), func() {
			l.mu.Lock()
			u.planned = false
			l.mu.Unlock()
			l.unasked(errand{save: true})
		})
	}
}

// isErased reports whether the person has logged out since u was asked for.
func (l *login) isErased(u *unsaved) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return u.erased
}

// hold makes u what is left to save; nil: nothing. l.mu is held.
func (l *login) hold(u *unsaved) {
	l.unsaved = u
	l.grants.flights.holds(l, u != nil)
}

// settled lets the journal forget u.
func (u *unsaved) settled() {
	if u.done != nil {
		u.done()
	}
}

// save brings u to safety and to the store. Nil and no error: the record has no place for it. It
// must not be hurried by those who asked.
func (l *login) save(ctx context.Context, rec *Record, u *unsaved, seen glance) (*Record, error) {
	ctx = context.WithoutCancel(ctx)
	if err := l.putAside(ctx, u, seen); err != nil {
		return nil, err
	}
	settling, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	written, ended, err := l.grants.settle(settling, l.key, rec, u.answer)
	if ended && u.done != nil { // at another process, which does not reach our journal
		_ = l.forgetAside(ctx, func() bool { return l.glance().resets == seen.resets })
	}
	return written, err
}

// putAside makes u safe before the store is tried. Only a save hook's error stops the saving: what
// it refuses does not count as saved, whatever the store says.
func (l *login) putAside(ctx context.Context, u *unsaved, seen glance) error {
	ctx, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	switch g := l.grants; {
	case u.kept.Load():
	case g.hook != nil:
		err := g.hook(ctx, u.answer.token)
		u.kept.Store(err == nil)
		return err
	case !u.answer.rotated(): // the store has the refresh token already
		u.kept.Store(true)
	case g.journal != nil:
		_ = l.alone(ctx, func() error {
			if l.glance().resets != seen.resets { // it ended here meanwhile, and nothing of it may be there any more
				return nil
			}
			done, err := g.journal.Keep(ctx, l.key, u.answer)
			if err == nil {
				u.kept.Store(true)
				l.mu.Lock()
				u.done = done
				l.mu.Unlock()
			}
			return err
		})
	}
	return nil
}

// forgetAside has the journal forget the login, for it has ended; not if it is another one by then.
func (l *login) forgetAside(ctx context.Context, same func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	return l.alone(ctx, func() error {
		if !same() {
			return nil
		}
		return l.grants.journal.Forget(ctx, l.key)
	})
}

// alone does with the journal what nobody here may do at once with something else: put an answer of this login there,
// or have it forget them all.
func (l *login) alone(ctx context.Context, do func() error) error {
	select {
	case l.aside <- struct{}{}:
		defer func() { <-l.aside }()
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// settle finds an answer its place in the record under key, however often somebody else is faster.
// Nil and no error: it has none. ended: there is no such login any more.
func (g *Grants) settle(ctx context.Context, key string, rec *Record, a *Answer) (written *Record, ended bool, err error) {
	for reload := rec == nil; ; reload = true {
		if reload {
			var err error
			if rec, err = g.load(ctx, key); err != nil && !errors.Is(err, ErrNotFound) {
				return nil, false, err
			}
		}
		next := rec.answered(a.sent, a.token, g.now())
		if next == nil {
			return nil, rec == nil, nil
		}
		next = next.stamped()
		won, err := swap(ctx, g.store, key, rec.Version, next)
		switch {
		case err != nil:
			return nil, false, err
		case won:
			return next, false, nil
		}
	}
}

// tellKept tells what became of u: once when it has come, and once more when it is saved at last.
func (g *Grants) tellKept(u *unsaved, written *Record, err error) {
	e := RefreshEvent{Rotated: u.answer.rotated()}
	if u.asked != nil {
		e.Took = u.asked()
	}
	switch {
	case err != nil && u.told:
		return
	case err != nil && u.kept.Load():
		e.Outcome = OutcomeRescued
	case err != nil:
		e.Outcome = OutcomeUnsaved
	case u.told:
		e.Outcome, e.Took = OutcomeRecovered, 0
	case written == nil:
		e.Outcome = OutcomeDropped
	case written.renewedBy(u.answer.token):
		e.Outcome = OutcomeRenewed
	default:
		e.Outcome = OutcomeSalvaged
	}
	u.told = true
	g.tell(e)
}

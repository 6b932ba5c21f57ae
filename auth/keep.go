package auth

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// unsaved is a token that has come and may not be lost: by now it can be the only valid one.
type unsaved struct {
	sent      sent
	token     *Token
	journaled bool // BeforeStore has it: it may be used
	rest      rest // between attempts nobody asked for
	planned   bool // such an attempt is coming
}

var errUnsaved = errors.New("auth: the new token could not be saved")

// keep saves what has come, over rec if that is known. Neither token nor error: somebody was
// faster, or another login has begun; the record tells. A token that cannot be saved stays in
// memory. It is served if the journal has it, else everyone hears the error, and the next call
// saves again without another refresh.
func (l *login) keep(ctx context.Context, rec *Record, u *unsaved, seen glance) (*Token, error) {
	written, err := l.grants.save(ctx, l.key, rec, u)
	l.remember(u, err, seen)
	switch {
	case err == nil && written == nil:
		return nil, nil
	case err == nil && written.Token == u.token, err != nil && u.journaled && u.token.livesAt(l.grants.now()):
		return l.accept(u.token, seen), nil
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
	case !l.grants.flights.closed() && u.journaled && !u.rest.over(seen.at) && u.token.goodAt(seen.at):
		return u.token, nil
	}
	return l.keep(ctx, nil, u, seen)
}

// remember holds u in memory for as long as it is not saved. For a store, which may come back,
// further attempts are made by themselves; a save hook is called when somebody asks.
func (l *login) remember(u *unsaved, err error, seen glance) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unsaved == u {
		l.unsaved = nil
	}
	if err == nil || l.resets != seen.resets {
		return
	}
	l.unsaved = u
	l.current.Store(nil)
	u.rest = u.rest.after(err, l.grants.now())
	if !l.grants.hookFirst && !u.planned {
		u.planned = true
		time.AfterFunc(time.Until(u.rest.ends), func() {
			l.mu.Lock()
			u.planned = false
			l.mu.Unlock()
			l.join(context.Background())
		})
	}
}

// save brings u to the journal and to the store. Nil and no error: the record has no place for
// it. It must not be hurried by those who asked.
func (g *Grants) save(ctx context.Context, key string, rec *Record, u *unsaved) (*Record, error) {
	ctx = context.WithoutCancel(ctx)
	if g.before != nil && !u.journaled {
		limited, cancel := context.WithTimeout(ctx, saveTime)
		err := g.before(limited, key, u.token)
		cancel()
		u.journaled = err == nil
		if err != nil && g.hookFirst {
			return nil, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, saveTime)
	defer cancel()
	for reload := rec == nil; ; reload = true {
		if reload {
			var err error
			if rec, err = g.load(ctx, key); err != nil && !errors.Is(err, ErrNotFound) {
				return nil, err
			}
		}
		next := rec.answered(u.sent, u.token, g.now())
		if next == nil {
			return nil, nil
		}
		next = next.stamped()
		won, err := swap(ctx, g.store, key, rec.Version, next)
		switch {
		case err != nil:
			return nil, err
		case won:
			return next, nil
		}
	}
}

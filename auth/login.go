package auth

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// login is what this process knows about one login beside its record. All who ask for it at
// once share it, and one flight.
type login struct {
	grants *Grants
	key    string

	current atomic.Pointer[current] // answers without asking anybody
	seen    atomic.Pointer[Token]   // the newest token that was here

	mu      sync.Mutex
	retired bool    // no longer in Grants: ask for another
	flight  *flight // the one under way
	resets  int     // logins begun or ended here: what an older flight brings is not for everyone
	drops   int     // access tokens erased here: the same, but it is kept
	refused *Token  // Spotify said no to its access token
	unsaved *unsaved
	rest    rest      // after a failure
	hasty   time.Time // when a refresh ahead of time was last begun
	watched watched

	aside chan struct{} // one at a time has the journal keep or forget something of this login
}

func newLogin(g *Grants, key string) *login {
	return &login{grants: g, key: key, aside: make(chan struct{}, 1)}
}

// current is a token that may be handed out without a look at the store.
type current struct {
	token *Token
	until int64     // Unix nanoseconds
	ahead int64     // from then on it is to be refreshed, while it is used
	since time.Time // on the monotonic clock, for the other may be set back
	life  time.Duration
}

// good reports whether c may be handed out; now is the credentials' clock in Unix nanoseconds.
func (c *current) good(now int64) bool { return now <= c.until && time.Since(c.since) <= c.life }

// watched is a lease of somebody else, and since when it has been seen unchanged.
type watched struct {
	epoch, owner string
	seq          int64
	since        time.Time
}

var errClosed = errors.New("auth: these grants are closed: no refresh is begun any more")

// get is Token once there is no current token.
func (l *login) get(ctx context.Context) (t *Token, err error, retired bool) {
	if l.grants.cacheFor == 0 {
		if t, err, ok := l.read(ctx); ok {
			return t, err, false
		}
	}
	f := l.join(ctx)
	if f == nil {
		return nil, nil, true
	}
	t, err = f.wait(ctx)
	return t, err, false
}

// aheadPause is between attempts to refresh one login ahead of time.
const aheadPause = 5 * time.Second

// hasten begins a refresh of a token that is still good. Nobody waits for it.
func (l *login) hasten() {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.retired || l.flight != nil || l.unsaved != nil || now.Sub(l.hasty) < aheadPause ||
		!l.rest.over(l.grants.now()) || l.grants.flights.closed() {
		return
	}
	l.hasty = now
	if c := l.current.Load(); c != nil { // until the next attempt readers need not come here
		later := *c
		later.ahead = l.grants.now().Add(aheadPause).UnixNano()
		l.current.CompareAndSwap(c, &later)
	}
	l.flight = newFlight(l, errand{early: true})
	go l.flight.run(context.Background())
}

// read answers from the store where that needs no refresh.
func (l *login) read(ctx context.Context) (t *Token, err error, ok bool) {
	if l.leftover() != nil {
		return nil, nil, false
	}
	seen := l.glance()
	rec, err := l.grants.load(ctx, l.key)
	if err != nil {
		return nil, err, true
	}
	switch v := l.view(rec); {
	case rec.look(v) == use:
		t = l.accept(rec.Token, seen)
		if v.now.UnixNano() > l.grants.aheadOf(t) {
			l.hasten()
		}
		return t, nil, true
	case rec.look(v) == refuse && rec.destroyed(v.now) == nil:
		return nil, rec.deadError(), true
	}
	return nil, nil, false
}

// join is the flight under way, or a new one, with one more who asks for it; nil if l is retired.
func (l *login) join(ctx context.Context) *flight {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retired {
		return nil
	}
	if l.flight == nil {
		l.flight = newFlight(l, errand{})
		go l.flight.run(context.WithoutCancel(ctx))
	}
	l.flight.askers++
	return l.flight
}

// unasked begins a flight for nobody who waits, unless one is under way; false if l is retired.
func (l *login) unasked(why errand) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.retired && l.flight == nil {
		l.flight = newFlight(l, why)
		go l.flight.run(context.Background())
	}
	return !l.retired
}

// landed takes f's leave.
func (l *login) landed(f *flight) {
	l.mu.Lock()
	if l.flight == f {
		l.flight = nil
	}
	l.mu.Unlock()
}

// glance is when a record was read, and what had ended here by then.
type glance struct {
	at            time.Time
	resets, drops int
}

func (l *login) glance() glance {
	l.mu.Lock()
	defer l.mu.Unlock()
	return glance{l.grants.now(), l.resets, l.drops}
}

// view is what this process knows about rec.
func (l *login) view(rec *Record) view {
	l.mu.Lock()
	defer l.mu.Unlock()
	v := view{me: l.grants.me, now: l.grants.now(), lease: l.grants.lease, alone: l.grants.exclusive}
	if l.refused != nil {
		v.refused = l.refused.AccessToken
	}
	v.watched = l.watch(rec)
	return v
}

// watch is for how long rec's lease has been seen unchanged.
func (l *login) watch(rec *Record) time.Duration {
	s, now := rec.rule(), time.Now()
	if s.lease.Owner == "" || s.lease.Owner == l.grants.me {
		l.watched = watched{}
		return 0
	}
	w := watched{epoch: s.epoch, owner: s.lease.Owner, seq: s.lease.Seq, since: l.watched.since}
	if w != l.watched {
		w.since = now
		l.watched = w
	}
	return now.Sub(w.since)
}

// accept makes t, read at seen, the token this process has seen, and keeps it for as long as
// Grants answers from memory.
func (l *login) accept(t *Token, seen glance) *Token {
	t = t.of(l.grants.cred.conf)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.resets != seen.resets || l.drops != seen.drops {
		return t
	}
	if old := l.seen.Load(); old != nil && old.AccessToken == t.AccessToken && old.RefreshToken == t.RefreshToken {
		t = old // one token, one pointer
	} else {
		l.rest = rest{}
	}
	l.seen.Store(t)
	if l.refused != nil && l.refused.AccessToken != t.AccessToken {
		l.refused = nil
	}
	until := t.goodUntil()
	if l.grants.cacheFor != forEver {
		until = min(until, seen.at.Add(l.grants.cacheFor).UnixNano())
	}
	if l.grants.cacheFor > 0 && l.refused == nil {
		life := time.Duration(math.MaxInt64)
		if !t.ExpiresAt.IsZero() {
			life = longestAccess
		}
		l.current.Store(&current{t, until, l.grants.aheadOf(t), time.Now(), min(life, l.grants.cacheFor)})
	}
	return t
}

// reset forgets what was known about a login that has ended or begun anew.
func (l *login) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.resets++
	if l.unsaved != nil {
		l.unsaved.settled()
	}
	l.hold(nil)
	l.flight, l.refused, l.rest, l.watched = nil, nil, rest{}, watched{}
	l.current.Store(nil)
	l.seen.Store(nil)
}

// dropAccess forgets the access token, and nothing else.
func (l *login) dropAccess() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drops++
	if l.unsaved != nil {
		l.unsaved.erased = true
	}
	l.current.Store(nil)
	l.seen.Store(nil)
}

// keepLast makes a last attempt at saving what is only in memory. Where that has no place any more, because the
// login has ended elsewhere, there is nothing to save.
func (l *login) keepLast(ctx context.Context) (err error) {
	u := l.leftover()
	if u == nil {
		return nil
	}
	if f := l.join(ctx); f != nil {
		_, err = f.wait(ctx)
	}
	if l.leftover() != u || u.kept.Load() {
		return nil
	}
	if err == nil {
		err = errUnsaved
	}
	return err
}

// flush waits for what is under way, and saves what is left.
func (l *login) flush(ctx context.Context) error {
	l.mu.Lock()
	f := l.flight
	l.mu.Unlock()
	if f != nil && !f.lands(ctx) {
		return fmt.Errorf("auth: a refresh is still under way: %w", ctx.Err())
	}
	return l.keepLast(ctx)
}

// leftover is what could not be saved yet.
func (l *login) leftover() *unsaved {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unsaved
}

// expire marks t as refused, unless a newer one is known.
func (l *login) expire(t *Token) (retired bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retired {
		return true
	}
	if seen := l.seen.Load(); seen == nil || seen.AccessToken == t.AccessToken {
		l.refused = t
		l.current.Store(nil)
	}
	return false
}

// retire takes l out of use if it knows nothing worth remembering.
func (l *login) retire(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.current.Load()
	busy := l.flight != nil || l.unsaved != nil || !l.rest.over(now) ||
		c != nil && c.good(now.UnixNano()) ||
		l.refused != nil && l.refused.livesAt(now) ||
		l.watched.owner != "" && time.Since(l.watched.since) < 2*l.grants.lease
	if !busy {
		l.retired = true
		l.current.Store(nil)
	}
	return !busy
}

// deadError is why the login ended, as a copy of the caller's own.
func (r *Record) deadError() error {
	dead := *r.Dead
	return &dead
}

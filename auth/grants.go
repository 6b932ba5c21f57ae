package auth

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"
)

// Grants keeps people's logins in a Store, each under a key of your choice (your user's id,
// or Spotify's account id), and refreshes them when they are used. Any number of processes
// may share the store: one of them refreshes, none of them loses the answer. Safe for
// concurrent use; use one Grants per store and process, for it is what its callers share.
type Grants struct {
	cred      *Credentials
	store     Store
	hook      SaveFunc // what it refuses does not count as saved, whatever the store says; nil for a store of people
	journal   Journal  // nil: there is none
	onRefresh func(RefreshEvent)
	cacheFor  time.Duration
	ahead     time.Duration // how long before its end a token in use is refreshed; 0: when it is over
	lease     time.Duration
	exclusive bool
	me        string // the name leases are claimed under
	app       *breaker
	shared    *sharedPause
	jury      *jury
	pace      *pace
	flights   *flights

	mu      sync.Mutex
	logins  map[string]*login
	sweepAt int // the number of logins at which the idle ones are let go
}

const (
	forEver   = time.Duration(math.MaxInt64)
	sweepLast = 1024 // fewer logins than this are not worth a sweep
)

// Grants keeps many people's logins in store.
func (c *Credentials) Grants(store Store, opts ...GrantsOption) *Grants {
	g := &Grants{
		cred: c, store: store, lease: leaseTime, me: rand.Text(), app: &breaker{},
		pace: newPace(refreshRate), flights: newFlights(), logins: map[string]*login{}, sweepAt: sweepLast,
	}
	for _, opt := range opts {
		opt.grants(g)
	}
	return g
}

// Put keeps a fresh login under key and ends what was there, in-flight refreshes included.
// An empty key is refused: there is no slot that people could share by accident.
func (g *Grants) Put(ctx context.Context, key string, t *Token) error {
	if t == nil {
		return errors.New("auth: keep login: there is no token")
	}
	if err := g.change(ctx, key, func(*Record) *Record { return newRecord(t) }); err != nil {
		return fmt.Errorf("auth: keep login: %w", err)
	}
	g.forget(key)
	return nil
}

// For is the login under key, as a TokenSource. Cheap: sends and reads nothing by itself.
// Its Token returns ErrNotFound where there is no such login.
func (g *Grants) For(key string) *RefreshingToken { return &RefreshingToken{grants: g, key: key} }

// Delete forgets the login under key, for ever, in the store and the journal; an answer still under
// way is dropped. Absent is not an error. After an error try again: while the store may have the login,
// nothing of it is thrown away.
//
// In this order: what the journal and this process hold beside the store may be the only valid token of a
// login that is not deleted yet, and is nobody's once it is. And this process must hold nothing any more
// that it could put into the journal again when that has forgotten.
func (g *Grants) Delete(ctx context.Context, key string) error {
	if key == "" {
		return errNoKey
	}
	err := g.store.Delete(ctx, key)
	if err != nil {
		g.dropAccess(key) // it may be deleted: look again before it is used
		return fmt.Errorf("auth: delete login: %w", err)
	}
	l := g.known(key)
	if l == nil {
		l = newLogin(g, key)
	}
	l.reset()
	if g.journal != nil {
		if err := l.forgetAside(ctx, func() bool { return true }); err != nil {
			return fmt.Errorf("auth: delete login: %w", err)
		}
	}
	return nil
}

// DropAccess erases the stored access token of the login under key: the login stays, and its next
// use refreshes. For a person whose last session ended. Nothing is sent any more for whoever asked
// before, unless they still wait; of an answer under way the refresh token is kept, and one that was lost is
// asked for again for its sake. No access token of either is stored, or given to who asks later. Absent is not
// an error.
func (g *Grants) DropAccess(ctx context.Context, key string) error {
	err := g.change(ctx, key, func(rec *Record) *Record {
		if rec == nil {
			return nil
		}
		return rec.withoutAccess()
	})
	g.dropAccess(key)
	if err != nil {
		return fmt.Errorf("auth: drop access: %w", err)
	}
	return nil
}

// Bury destroys what tokens are left of the login under key, if it has been dead for a week: until then
// a verdict may still turn out to be wrong. Every use does the same; this is for logins that nobody uses
// any more. Spotify is asked nothing, and a login that lives stays as it is. Absent is not an error.
func (g *Grants) Bury(ctx context.Context, key string) error {
	err := g.change(ctx, key, func(rec *Record) *Record {
		if rec == nil || rec.Token == nil {
			return nil
		}
		return rec.destroyed(g.now())
	})
	if err != nil {
		return fmt.Errorf("auth: bury login: %w", err)
	}
	return nil
}

// Close begins no further refresh, waits for those under way, and saves what could not be saved
// before. Call it before the program ends: an answer that comes too late can hold a person's
// only valid refresh token. Tokens that are still good are served as before. The error says
// what was not finished when ctx ended.
func (g *Grants) Close(ctx context.Context) error { return g.flights.close(ctx) }

var errNoKey = errors.New("auth: a login needs a key: the empty one is refused")

// change swaps the record under key for what next makes of it (nil: leave it), however often
// somebody else is faster.
func (g *Grants) change(ctx context.Context, key string, next func(*Record) *Record) error {
	if key == "" {
		return errNoKey
	}
	for {
		version := ""
		rec, err := g.store.Load(ctx, key)
		if err == nil {
			version = rec.Version
		} else if !errors.Is(err, ErrNotFound) {
			return err
		} else {
			rec = nil
		}
		changed := next(rec)
		if changed == nil {
			return nil
		}
		if won, err := swap(ctx, g.store, key, version, changed.stamped()); won || err != nil {
			return err
		}
	}
}

// load is the store's Load, for a record the rule can work with.
func (g *Grants) load(ctx context.Context, key string) (*Record, error) {
	if key == "" {
		return nil, errNoKey
	}
	rec, err := g.store.Load(ctx, key)
	if err != nil {
		return nil, err
	}
	if rec.Token == nil {
		return nil, errors.New("auth: the stored login holds no token: delete it and log in again")
	}
	return rec, nil
}

func (g *Grants) now() time.Time { return g.cred.now() }

// aheadOf is when t is to be refreshed though it is good, in Unix nanoseconds; by chance a quarter
// sooner or later, so that the replicas do not all think of it at once.
func (g *Grants) aheadOf(t *Token) int64 {
	if g.ahead == 0 || t.ExpiresAt.IsZero() || t.RefreshToken == "" {
		return math.MaxInt64
	}
	return t.ExpiresAt.Add(-jitter(g.ahead)).UnixNano()
}

// aheadMost is how much life beyond goodAt's minute a token has at most when it is refreshed.
func (g *Grants) aheadMost() time.Duration { return max(0, g.ahead*5/4-expiryMargin) }

// login is what this process knows about the login under key.
func (g *Grants) login(key string) *login {
	g.mu.Lock()
	defer g.mu.Unlock()
	l := g.logins[key]
	if l == nil {
		if len(g.logins) >= g.sweepAt {
			g.sweep()
		}
		l = newLogin(g, key)
		g.logins[key] = l
	}
	return l
}

// sweep lets go of logins about which nothing is worth remembering, so that keys which were
// merely looked at cost nothing for long. g.mu is held.
func (g *Grants) sweep() {
	now := g.now()
	for key, l := range g.logins {
		if l.retire(now) {
			delete(g.logins, key)
		}
	}
	g.sweepAt = max(sweepLast, 2*len(g.logins))
}

// forget ends what this process knew about the login under key.
func (g *Grants) forget(key string) {
	if l := g.known(key); l != nil {
		l.reset()
	}
}

// dropAccess forgets the access token of the login under key in this process.
func (g *Grants) dropAccess(key string) {
	if l := g.known(key); l != nil {
		l.dropAccess()
	}
}

// known is what this process knows about the login under key; nil if nothing.
func (g *Grants) known(key string) *login {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.logins[key]
}

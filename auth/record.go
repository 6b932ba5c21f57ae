package auth

import (
	"crypto/rand"
	"fmt"
	"log/slog"
	"time"
)

// Record is what a Store keeps for one login. A store needs its Version and its bytes; the
// rest is for looking at. Treat a record as read only: the rule makes a new one for every
// write. Like a Token it holds secrets, does not print, and refuses to become JSON.
type Record struct {
	Version      string            // random, new with every write; what Swap compares
	Token        *Token            // the newest
	Generation   int64             // refreshes since login: what fences writes
	Dead         *ReauthorizeError // nil while the login lives
	Written, Now time.Time         // set by Load from the store's clock; zero if it has none

	state *recordState // never changed in place; nil is the zero state. A pointer, so that fmt cannot see in
}

// recordState is what only the refresh rule reads and writes.
type recordState struct {
	epoch  string    // which login this is: random, new with every Put
	lease  lease     // who may refresh
	spares []spare   // refresh tokens that may still be good, the best first; refused ones last
	diedAt time.Time // when the verdict fell, on the clock of whoever heard it
	shaky  bool      // it fell when Spotify was in trouble: one more request, an hour later

	// dropped is the Seq of the latest lease there was when the access token was erased: what comes for a
	// request under it, or under one before, brings no other.
	dropped int64

	probed int // the number of the doubt that a request for this login did not end: others try first
}

// lease is the right to refresh a login for a short while. Owner, Seq and the epoch name one
// lease for ever: Seq only grows.
type lease struct {
	Owner     string        // a Grants value of some process; "" when the lease is free
	Seq       int64         // counts the leases of this epoch
	At        time.Time     // when it was claimed, on the owner's clock; for people to look at
	For       time.Duration // how long the owner thinks it holds
	Contested bool          // an earlier owner of this generation never said how its request ended
}

// spare is a refresh token kept beside the current one: its predecessor, which a provider with
// a grace period still takes, or one that came too late to be the current one.
type spare struct {
	RefreshToken string
	At           time.Time
	Refused      bool // kept only for the case that the refusal was wrong
}

// newRecord is a fresh login.
func newRecord(t *Token) *Record {
	return &Record{Token: t, state: &recordState{epoch: rand.Text()}}
}

// with is a copy of r that change has changed; r stays as it is.
func (r *Record) with(change func(next *Record, state *recordState)) *Record {
	next, state := *r, r.rule()
	next.Written, next.Now = time.Time{}, time.Time{}
	change(&next, &state)
	next.state = &state
	return &next
}

// stamped is a copy of r with a version of its own, ready for Swap.
func (r *Record) stamped() *Record {
	next := *r
	next.Version = rand.Text()
	return &next
}

// rule is the rule's part of the record.
func (r *Record) rule() recordState {
	if r.state == nil {
		return recordState{}
	}
	return *r.state
}

// clone is a copy that shares nothing that could be changed from outside.
func (r *Record) clone() *Record {
	c := *r
	if r.Token != nil {
		t := *r.Token
		c.Token = &t
	}
	if r.Dead != nil {
		d := *r.Dead
		c.Dead = &d
	}
	return &c
}

// MarshalJSON always fails, and says to use MarshalBinary.
func (r Record) MarshalJSON() ([]byte, error) { return nil, ErrSecret }

// String says how the login is doing, and redacts the rest.
func (r Record) String() string {
	state := "alive"
	if r.Dead != nil {
		state = "dead: " + string(r.Dead.Reason)
	}
	return fmt.Sprintf("auth.Record{generation %d, %s, redacted}", r.Generation, state)
}

// GoString is String: %#v redacts too.
func (r Record) GoString() string { return r.String() }

// Format is String whatever the verb: %d and %x redact too.
func (r Record) Format(f fmt.State, _ rune) { redact(f, r) }

// LogValue is String.
func (r Record) LogValue() slog.Value { return slog.StringValue(r.String()) }

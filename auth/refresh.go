package auth

import "time"

// This file is the refresh rule: every decision about a login, as functions from a record to
// the next one. They touch no clock, no store and no network, so that flight.go can act on
// them and the model check in the tests can try them in every order.
//
// Lease for economy, generation for truth. A lease keeps replicas from asking Spotify all at
// once, and nothing more: it may be lost, taken over, or held by someone who sleeps. What an
// answer or a refusal means is decided by the generation of the login that was sent. Throwing
// away a late answer would throw away the only valid refresh token.

const (
	leaseTime      = 25 * time.Second
	leaseTimeLeast = 5 * time.Second
	requestTime    = 10 * time.Second   // at most; far below the lease
	spareTime      = 24 * time.Hour     // how long a spare refresh token is kept
	sparesKept     = 3                  // and how many
	quarantine     = 7 * 24 * time.Hour // how long a dead login keeps its tokens
	lastCall       = 5 * time.Second    // what one call with an old token needs
	secondLook     = time.Hour          // after a verdict in troubled times one more request
)

// requestLimit is how long one refresh request may take under a lease.
func requestLimit(lease time.Duration) time.Duration { return min(requestTime, lease*2/5) }

// sendWithin is how long after claiming a lease its holder may still send: whoever paused for
// longer may have been taken over before the answer comes.
func sendWithin(lease time.Duration) time.Duration {
	return lease - requestLimit(lease) - margin(lease)
}

// verdictWait is how long a verdict waits for another answer that may be under way.
func verdictWait(lease time.Duration) time.Duration { return lease - margin(lease) }

func margin(lease time.Duration) time.Duration { return lease * 2 / 25 }

// action is what to do about a record.
type action int

const (
	use    action = iota // its access token is good
	refuse               // it is dead: the person must log in again
	wait                 // somebody else may be about to change it
	claim                // it needs a refresh, and nobody is at it
	again                // it has moved on: load it and look
	write                // write the next record
)

// view is what a replica knows beside the record.
type view struct {
	me      string        // the name it claims leases under
	now     time.Time     // its wall clock
	refused string        // the access token Spotify refused, if any
	watched time.Duration // how long it has seen the record's lease unchanged, on its monotonic clock
	lease   time.Duration // how long its own leases are
	alone   bool          // nobody else can reach the store: another's lease is a dead predecessor's
	ahead   time.Duration // how much life a token must have left not to be refreshed now
	left    bool          // whoever asked has logged out: only the refresh token is wanted
}

// verdict is Spotify's refusal of a refresh token, and how far to believe it.
type verdict struct {
	why     *ReauthorizeError
	waited  bool // another answer has had its time to come
	shaky   bool // Spotify was in trouble: to be asked once more later
	overdue bool // by our own calendar the consent is over: no spare is any better
}

// sent is what a request consumed: which login, which of its generations, under which lease.
type sent struct {
	epoch      string
	generation int64
	owner      string
	seq        int64
	token      *Token
}

// look decides what to do about a login that somebody wants to use.
func (r *Record) look(v view) action {
	taken := r.leasedByOther(v.me) && !r.abandoned(v)
	switch {
	case r.Dead != nil && !taken && r.deservesSecondLook(v.now):
		return claim
	case r.Dead != nil:
		return refuse
	case r.good(v) && (taken || r.Token.goodAt(v.now.Add(v.ahead))):
		return use
	case taken:
		return wait
	}
	return claim
}

// good reports whether r's access token is good.
func (r *Record) good(v view) bool {
	return r.Token.goodAt(v.now) && r.Token.AccessToken != v.refused && !r.outlived()
}

// outlived reports whether r's access token is over by the store's clock, whatever the clocks of
// those say who wrote its end and who read it: none lives longer than an hour.
func (r *Record) outlived() bool {
	return !r.Token.ExpiresAt.IsZero() && !r.Written.IsZero() && r.Now.Sub(r.Written) >= longestAccess
}

// deservesSecondLook reports whether the verdict on r fell when Spotify was in trouble, an hour ago.
func (r *Record) deservesSecondLook(now time.Time) bool {
	s := r.rule()
	return s.shaky && now.Sub(s.diedAt) >= secondLook && r.Token.RefreshToken != ""
}

// leasedByOther reports whether someone but me holds the lease. One that I hold and do not
// know of is a leftover: my requests end before my flights do.
func (r *Record) leasedByOther(me string) bool {
	owner := r.rule().lease.Owner
	return owner != "" && owner != me
}

// abandoned reports whether the holder of the lease must be taken for dead. Watching it for a
// whole lease needs no common clock, but is not enough: where nobody lives long enough to
// watch, a lease has to do that is old both by the store's clock and by the holder's and mine. One
// clock alone may have jumped.
func (r *Record) abandoned(v view) bool {
	l := r.rule().lease
	held := max(v.lease, l.For)
	old := !r.Written.IsZero() && r.Now.Sub(r.Written) > 2*held && v.now.Sub(l.At) > 2*held
	return v.alone || v.watched >= held || old
}

// claimed takes the lease. What the dead asked for reaches nobody any more: no answer contests.
// For the second look at a dead login the first token that was refused is put in front.
func (r *Record) claimed(v view) *Record {
	takeover := r.leasedByOther(v.me) && !v.alone
	return r.with(func(next *Record, s *recordState) {
		s.lease = lease{
			Owner: v.me, Seq: s.lease.Seq + 1, At: v.now, For: v.lease,
			Contested: s.lease.Contested || takeover,
		}
		if v.left {
			s.dropped = s.lease.Seq
		}
		s.spares = unspoilt(s.spares, v.now)
		if r.Dead != nil {
			next.Token, s.spares = r.Token.forgiven(s.spares, v.now)
		}
	})
}

// sending is what a request with r's token consumes, for whoever has just claimed r.
func (r *Record) sending() sent {
	s := r.rule()
	return sent{s.epoch, r.Generation, s.lease.Owner, s.lease.Seq, r.Token}
}

// held reports whether r's lease is still the one the request was sent under.
func (r *Record) held(s sent) bool {
	l := r.rule().lease
	return l.Owner == s.owner && l.Seq == s.seq
}

// released gives the lease back; nil if it is no longer the sender's to give.
func (r *Record) released(s sent) *Record {
	if r == nil || r.rule().epoch != s.epoch || !r.held(s) {
		return nil
	}
	return r.with(func(_ *Record, state *recordState) { state.lease.Owner = "" })
}

// probing is r after a request that was to end a doubt, by its number, and did not.
func (r *Record) probing(doubt int) *Record {
	return r.with(func(_ *Record, state *recordState) { state.probed = doubt })
}

// answered is the record after t has come for what was sent; nil if t has no place in it. A nil
// r is a login that was deleted. Fenced by the generation that was consumed, never by who holds
// the lease.
func (r *Record) answered(s sent, t *Token, now time.Time) *Record {
	switch {
	case r == nil || r.rule().epoch != s.epoch: // over, or another login has begun
		return nil
	case r.Generation == s.generation || r.Dead != nil: // the newest, or the proof of life
		return r.renewed(s, t, now)
	case t.RefreshToken == s.token.RefreshToken || r.keeps(t.RefreshToken):
		return nil // somebody was faster, and nothing is lost
	}
	return r.with(func(_ *Record, state *recordState) {
		state.spares = addSpare(state.spares, t.RefreshToken, now)
	})
}

// renewed makes t the login's token, and undoes a verdict. Whoever has logged out since t was asked for
// gets no access token behind their back; the refresh token may be the only valid one.
func (r *Record) renewed(s sent, t *Token, now time.Time) *Record {
	return r.with(func(next *Record, state *recordState) {
		next.Token, next.Dead, next.Generation = t, nil, r.Generation+1
		if s.seq > 0 && s.seq <= state.dropped {
			next.Token = t.without(false)
		}
		state.diedAt, state.shaky, state.probed = time.Time{}, false, 0
		state.spares = unspoilt(state.spares, now)
		if old := r.Token.RefreshToken; old != t.RefreshToken {
			state.spares = addSpare(state.spares, old, now)
		}
		if r.held(s) {
			state.lease.Owner = ""
		}
		state.lease.Contested = false
	})
}

// renewedBy reports whether r's token is what t brought, with or without its access token, and not another's.
func (r *Record) renewedBy(t *Token) bool { return r.Token.RefreshToken == t.RefreshToken }

// condemned is what a verdict on what was sent does to the record. It counts only for the
// generation it was about and from the one who holds the lease: whoever took over will hear
// for himself.
func (r *Record) condemned(s sent, v verdict, now time.Time) (*Record, action) {
	if r == nil {
		return nil, again
	}
	state := r.rule()
	switch spares := unspoilt(state.spares, now); {
	case state.epoch != s.epoch || r.Generation != s.generation || !r.held(s):
		return nil, again
	case r.Dead != nil: // the second look
		return r.with(func(_ *Record, state *recordState) { state.shaky, state.lease.Owner = false, "" }), write
	case state.lease.Contested && !v.waited:
		return nil, wait
	case len(spares) > 0 && !spares[0].Refused && !v.overdue:
		return r.promoted(spares, now), write
	}
	return r.with(func(next *Record, state *recordState) {
		next.Dead = v.why
		state.diedAt, state.shaky, state.lease.Owner = now, v.shaky && !v.overdue, ""
	}), write
}

// shaken is r with a verdict that needs a second look, because Spotify got into trouble after it;
// nil if that is no more about judged, or settled.
func (r *Record) shaken(judged *Record) *Record {
	if r == nil || r.Dead == nil || r.rule().epoch != judged.rule().epoch || r.Generation != judged.Generation || r.rule().shaky {
		return nil
	}
	return r.with(func(_ *Record, state *recordState) { state.shaky = true })
}

// reprieved undoes what a verdict has done to the record, and gives every refresh token another
// chance, the newest first; nil if something has happened since judged was written.
func (r *Record) reprieved(judged *Record, now time.Time) *Record {
	if r == nil || r.rule().epoch != judged.rule().epoch || r.Generation != judged.Generation {
		return nil
	}
	return r.with(func(next *Record, state *recordState) {
		next.Dead, next.Generation = nil, r.Generation+1
		state.diedAt, state.shaky = time.Time{}, false
		next.Token, state.spares = r.Token.forgiven(unspoilt(state.spares, now), now)
	})
}

// promoted tries the best spare next. The refused token goes behind the others: a verdict may
// be a lie.
func (r *Record) promoted(spares []spare, now time.Time) *Record {
	return r.with(func(next *Record, state *recordState) {
		next.Generation++
		next.Token, state.spares = r.Token.rotated(spares, now)
		state.lease.Owner, state.lease.Contested = "", false
	})
}

// destroyed is a dead login without its tokens, once its quarantine is over; nil before and
// when it is done. Where the store has a clock, both clocks must agree.
func (r *Record) destroyed(now time.Time) *Record {
	age := now.Sub(r.rule().diedAt)
	if !r.Written.IsZero() && !r.Now.IsZero() {
		age = min(age, r.Now.Sub(r.Written))
	}
	if r.Dead == nil || age < quarantine || r.Token.AccessToken == "" && r.Token.RefreshToken == "" {
		return nil
	}
	return r.with(func(next *Record, state *recordState) {
		next.Token = r.Token.without(true)
		state.spares = nil
	})
}

// moment is what tells later whether somebody has logged out since a record was read.
type moment struct {
	epoch   string
	dropped int64
	access  bool
}

func (r *Record) moment() moment {
	s := r.rule()
	return moment{s.epoch, s.dropped, r.Token.AccessToken != ""}
}

// strippedSince reports whether the access token was erased since then: the person has logged out, and whoever
// asked before that asks no more, unless they still wait.
func (r *Record) strippedSince(then moment) bool {
	now := r.moment()
	return !now.access && (then.access || then.dropped != now.dropped || then.epoch != now.epoch)
}

// withoutAccess is r with its access token erased, and that of what is under way; nil if there is neither.
func (r *Record) withoutAccess() *Record {
	state := r.rule()
	if r.Token == nil || r.Token.AccessToken == "" && state.dropped == state.lease.Seq {
		return nil
	}
	return r.with(func(next *Record, state *recordState) {
		next.Token, state.dropped = r.Token.without(false), state.lease.Seq
	})
}

package torture

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// lost reports whether what Spotify answered was never saved anywhere.
func (j *judge) lost(e *exchange) bool {
	if e.login || e.status != http.StatusOK {
		return false
	}
	_, saved := j.saved[e.access]
	return e.broken || !saved
}

// explainLost wants to know of each new refresh token that was sent off to a server, and that no server has saved, what
// became of it.
func (j *judge) explainLost(t *Tally) {
	for i := range j.exchanges {
		e := &j.exchanges[i]
		if !e.broken && e.rotated() && j.lost(e) && j.whyLost(e) == "" {
			t.Broken = append(t.Broken, fmt.Sprintf("an answer was dropped by a server that lives: %s", j.history(e.person, e.in)))
		}
	}
}

// whyLost is why an answer that reached a server was not saved; "" if there is no reason.
func (j *judge) whyLost(e *exchange) string {
	if d := j.endedWith(e); d != "" {
		return d
	}
	settled := e.left().Add(j.slowness(e))
	for i := range j.exchanges {
		x := &j.exchanges[i]
		_, saved := j.saved[x.access]
		switch {
		case x.login && x.person == e.person && j.chain(x) != j.chain(e) && x.in.Before(settled) && j.meant(x.in, didLogin, e):
			return "another login began"
		case x.consumed == e.refresh:
			return "kept as a spare" // which is no access token, and so in no trace
		case x != e && x.consumed == e.consumed && saved:
			return "kept as a spare, or known" // the same request was answered twice
		}
	}
	if slices.ContainsFunc(j.diary, func(d entry) bool {
		return d.Who == e.person && d.Did == tryDisconnect && d.At.Before(settled) && j.meant(d.At, didDisconnect, e)
	}) {
		return "disconnected"
	}
	return ""
}

// settling is how long a login, a logout or a disconnect may take to happen after it was asked for.
const settling = 30 * time.Second

// meant reports whether what a person asked for then can have ended the login that e belongs to, or changed its token
// while e was under way: it was asked for after that login began. What was asked for before, and acknowledged as done
// before, was about an earlier one.
func (j *judge) meant(at time.Time, done string, e *exchange) bool {
	began := j.began(e)
	return at.After(e.asked.Add(-settling)) && (at.After(began) || !slices.ContainsFunc(j.diary, func(d entry) bool {
		return d.Who == e.person && d.Did == done && d.At.After(at) && d.At.Before(began)
	}))
}

// began is when the login came that e belongs to.
func (j *judge) began(e *exchange) time.Time {
	for i := range j.exchanges {
		if x := &j.exchanges[i]; x.login && x.refresh == j.chain(e) {
			return x.in
		}
	}
	return time.Time{}
}

// left is when an answer left Spotify.
func (e *exchange) left() time.Time {
	if e.out.IsZero() {
		return e.done
	}
	return e.out
}

// endedWith is how the server ended, or slept too long, while it waited for an answer or held one that it had not saved;
// "" if it did neither. Nothing else excuses a loss: a server that lives writes its journal, whatever the database does.
func (j *judge) endedWith(e *exchange) string {
	for _, d := range j.disturbed {
		if j.swallowed(d, e) {
			return d.kind
		}
	}
	return ""
}

// swallowed reports whether d can have kept an answer from everybody: its server ended before it saved the answer, or
// slept until others had to think so.
func (j *judge) swallowed(d disturbance, e *exchange) bool {
	slow := j.slowness(e)
	if !d.effects().loses || !d.concerns(e.replica) || !d.during(e.asked, e.left().Add(slow)) {
		return false
	}
	return d.fatal() || d.to.IsZero() || !d.to.Add(slow).Before(e.asked.Add(lease))
}

const (
	slownessLeast = time.Second      // from an answer's leaving to its place on a disk
	slownessMost  = 20 * time.Second // then the journal, and after it the database, have been given up
)

// slowness is how long an answer may take from Spotify to a disk: twice what others of the same server took just then.
func (j *judge) slowness(e *exchange) time.Duration {
	const near = 10 * time.Second
	slow := slownessLeast
	for i := range j.exchanges {
		x := &j.exchanges[i]
		at, saved := j.saved[x.access]
		if saved && !x.login && x.replica == e.replica && x.in.Sub(e.in).Abs() < near {
			slow = max(slow, 2*at.Sub(x.left()))
		}
	}
	return min(slow, slownessMost)
}

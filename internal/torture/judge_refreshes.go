package torture

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// countRefreshes holds the requests against the expiries: one each, unless something explains another.
func (j *judge) countRefreshes(t *Tally) {
	last := map[string]*exchange{} // by login: the latest that brought a token
	for i := range j.exchanges {
		e := &j.exchanges[i]
		login := j.chain(e)
		before := last[login]
		if e.worked() {
			last[login] = e
		}
		if e.login {
			continue
		}
		t.Refreshes++
		var why string
		switch {
		case !e.worked():
			why = j.whyRefused(e)
		case before == nil || !e.asked.Before(before.asked.Add(j.interval-tolerance)):
			t.Expiries++
			continue
		default:
			why = j.whyAgain(before, e)
		}
		if why == "" {
			t.Broken = append(t.Broken, fmt.Sprintf("a refresh too many, which nothing explains: %s", j.history(e.person, e.in)))
			continue
		}
		t.Extra[why]++
	}
}

// tolerance is for the time between a server's look at its clock and the line in its trace, on a busy machine. Two who
// do not know of each other ask within milliseconds.
const tolerance = 250 * time.Millisecond

// whyAgain is what happened between a token that came and the request for the next one; "" if nothing did.
func (j *judge) whyAgain(before, e *exchange) string {
	if d := j.whyUnknown(before, e); d != "" {
		return d
	}
	for _, d := range j.diary {
		if d.Who == e.person && d.Did == tryLogout && d.At.After(before.in.Add(-lease)) && d.At.Before(e.in) && j.meant(d.At, didLogout, e) {
			return "logged out" // which erases the access token
		}
	}
	return ""
}

// whyUnknown is why whoever sent e did not know of an answer before it, or took it for old; "" if there is no reason.
// What a server that died has on its disk is only in its journal, perhaps, and found when it starts again.
func (j *judge) whyUnknown(answer, e *exchange) string {
	for _, d := range j.disturbed {
		can := d.effects()
		switch {
		case j.swallowed(d, answer), overslept(d, e):
			return d.kind
		case can.again && !can.loses && (d.concerns(answer.replica) || d.concerns(e.replica)) && d.during(answer.asked, e.in):
			return d.kind
		}
	}
	return ""
}

// overslept reports whether d kept a request under way for longer than a lease: it was right when it was written.
func overslept(d disturbance, e *exchange) bool {
	return d.kind == paused && d.concerns(e.replica) && d.during(e.asked, e.in) && e.in.Sub(e.asked) >= lease-tolerance
}

// whyRefused is why a request brought nothing; "" if there is no reason.
func (j *judge) whyRefused(e *exchange) string {
	for _, d := range j.disturbed {
		if d.refused(e) {
			return d.kind
		}
	}
	switch {
	case e.broken:
		return j.endedWith(e) // nobody was left to answer
	case e.status != http.StatusBadRequest:
		return ""
	case j.takenAway(e):
		return "consent taken away" // all spares are tried
	}
	if why := j.familyEnded(j.chain(e), e.in); why != "" {
		return "a used token came back"
	}
	if j.usedUp(e) != "" {
		return "an answer was lost before"
	}
	return ""
}

// takenAway reports whether the person ended the consent that e is about, at Spotify.
func (j *judge) takenAway(e *exchange) bool {
	return slices.ContainsFunc(j.taken[e.person], func(at time.Time) bool {
		return at.Before(e.done) && !j.loggedIn(e.person, at, e.in)
	})
}

// loggedIn reports whether the person has consented anew between the two.
func (j *judge) loggedIn(person string, after, before time.Time) bool {
	return slices.ContainsFunc(j.exchanges, func(e exchange) bool {
		return e.login && e.worked() && e.person == person && e.in.After(after) && e.done.Before(before)
	})
}

// usedUp is why whoever sent e did not know the latest refresh token of the login; "" if there is no reason.
func (j *judge) usedUp(e *exchange) string {
	latest := j.latest(e)
	if latest == nil || !latest.rotated() || latest.refresh == e.consumed {
		return ""
	}
	for _, d := range j.disturbed {
		if latest.broken && d.refused(latest) {
			return d.kind
		}
	}
	return j.whyUnknown(latest, e)
}

// latest is the answer before e that brought e's login its latest token; nil if there is none.
func (j *judge) latest(e *exchange) (latest *exchange) {
	for i := range j.exchanges {
		if x := &j.exchanges[i]; x.in.Before(e.in) && x.status == http.StatusOK && j.chain(x) == j.chain(e) {
			latest = x
		}
	}
	return latest
}

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
	for _, d := range j.disturbed {
		_, saved := j.saved[before.access]
		if (d.costsAnother() || d.kind == answersLost && !saved) && (d.concerns(before.replica) || d.concerns(e.replica)) && d.during(before.in, e.in) {
			return d.kind
		}
	}
	for _, d := range j.diary {
		if d.Who == e.person && d.Did == tryLogout && d.At.After(before.in.Add(-lease)) && d.At.Before(e.in) {
			return "logged out" // which erases the access token
		}
	}
	return ""
}

// whyRefused is why a request brought nothing; "" if there is no reason.
func (j *judge) whyRefused(e *exchange) string {
	for _, d := range j.disturbed {
		if d.kind != toldToStop && d.concerns(e.replica) && d.during(e.in, e.done.Add(time.Second)) {
			return d.kind
		}
	}
	if e.status == http.StatusBadRequest && slices.ContainsFunc(j.taken[e.person], func(at time.Time) bool { return at.Before(e.done) && !j.loggedIn(e.person, at, e.in) }) {
		return "consent taken away" // all spares are tried
	}
	if lost := j.lostBefore(e); lost != nil {
		return "an answer was lost before"
	}
	return ""
}

// loggedIn reports whether the person has consented anew between the two.
func (j *judge) loggedIn(person string, after, before time.Time) bool {
	return slices.ContainsFunc(j.exchanges, func(e exchange) bool {
		return e.login && e.worked() && e.person == person && e.in.After(after) && e.done.Before(before)
	})
}

// lostBefore is the answer that took e's refresh token out of use and reached nobody; nil if there is none.
func (j *judge) lostBefore(e *exchange) *exchange {
	for i := range j.exchanges {
		lost := &j.exchanges[i]
		if lost.in.Before(e.in) && lost.person == e.person && j.chain(lost) == j.chain(e) && j.lost(lost) {
			return lost
		}
	}
	return nil
}

// lost reports whether what Spotify answered was never saved anywhere.
func (j *judge) lost(e *exchange) bool {
	if e.login || e.status != http.StatusOK {
		return false
	}
	_, saved := j.saved[e.access]
	return e.broken || !saved
}

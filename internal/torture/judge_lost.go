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
	asked, settled := e.asked, e.left().Add(j.slowness(e))
	for i := range j.exchanges {
		x := &j.exchanges[i]
		_, saved := j.saved[x.access]
		switch {
		case x.login && x.person == e.person && j.chain(x) != j.chain(e) && x.in.After(asked.Add(-settling)) && x.in.Before(settled):
			return "another login began"
		case x.consumed == e.refresh:
			return "kept as a spare" // which is no access token, and so in no trace
		case x != e && x.consumed == e.consumed && saved:
			return "kept as a spare, or known" // the same request was answered twice
		}
	}
	if slices.ContainsFunc(j.diary, func(d entry) bool {
		return d.Who == e.person && d.Did == tryDisconnect && d.At.After(asked.Add(-settling)) && d.At.Before(settled)
	}) {
		return "disconnected"
	}
	return ""
}

// settling is how long a login or a disconnect may take to happen after it was asked for.
const settling = 30 * time.Second

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
	until := e.left().Add(j.slowness(e))
	for _, d := range j.disturbed {
		if d.effects().loses && d.concerns(e.replica) && d.during(e.asked, until) {
			return d.kind
		}
	}
	return ""
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

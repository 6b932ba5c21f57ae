package torture

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// killedAtRandom is the disturbance that the formula is about.
const killedAtRandom = "killed at random"

// toldToStop is no excuse for anything.
const toldToStop = "told to stop"

// paused is what a server is that sleeps.
const paused = "paused"

// cutOff is what a server is that cannot reach the database.
const cutOff = "parted from the database"

// answersLost is a Spotify that breaks connections when it has done what it was asked.
const answersLost = "answers lost"

// clockJumped is what it says.
const clockJumped = "clock jumped"

// judge knows all that there is to know about a World that is over.
type judge struct {
	refresh   emulator.RefreshTokens
	interval  time.Duration
	exchanges []exchange // by the time they arrived
	saved     map[string]time.Time
	disturbed []disturbance
	forced    []forcedLogin
	taken     map[string][]time.Time

	diary []entry

	chains map[string]string // refresh token → the first of its login
}

// Judge stops the servers, compares the accounts and returns what came of it all. Call it when the visitors are gone.
func (w *World) Judge() (*Tally, error) {
	for _, r := range w.replicas {
		w.stop(r) // they may be at something that nobody waits for
	}
	t, err := readTraces(w.replicas)
	if err != nil {
		return nil, err
	}
	entries, err := readEntries(filepath.Join(w.Dir, "diary"))
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	j := &judge{
		diary:   entries,
		refresh: w.Refresh, interval: w.Interval, exchanges: w.witness.all(), saved: t.saved,
		disturbed: append(slices.Clone(w.disturbed), t.kills...), forced: w.forcedBy, taken: w.taken,
	}
	for i := range j.exchanges {
		j.exchanges[i].asked = t.asked(&j.exchanges[i])
	}
	j.decide(&w.tally)
	j.audit(&w.tally, w.spotify.Ledger().Grant("refresh_token"))
	return &w.tally, nil
}

func (j *judge) decide(t *Tally) {
	j.follow()
	j.countRefreshes(t)
	j.explainForced(t)
	j.compare(t)
}

// follow finds out which refresh tokens belong to one login.
func (j *judge) follow() {
	j.chains = map[string]string{}
	for _, e := range j.exchanges {
		root := j.chains[e.consumed]
		if root == "" {
			root = e.consumed
		}
		if e.login {
			root = e.refresh
		}
		if e.refresh != "" {
			j.chains[e.refresh] = root
		}
	}
}

func (j *judge) chain(e *exchange) string {
	if e.login {
		return e.refresh
	}
	if root := j.chains[e.consumed]; root != "" {
		return root
	}
	return e.consumed
}

func (e *exchange) worked() bool { return e.status == http.StatusOK && !e.broken }

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

// costsAnother reports whether what came of a request may have been lost to the others by d, or not be good by their
// clock. Whatever Spotify does is no excuse: a token that came is a token.
func (d disturbance) costsAnother() bool {
	switch d.kind {
	case paused, cutOff, clockJumped, "database restarted":
		return true
	}
	return strings.HasPrefix(d.kind, "killed ")
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

// forgives reports whether a lost answer costs nothing with this Spotify: the token that was sent works again.
func (j *judge) forgives() bool {
	return j.refresh != emulator.Rotated && j.refresh != emulator.RotatedFamily
}

// explainForced wants the lost answer behind everybody who had to log in again.
func (j *judge) explainForced(t *Tally) {
	for _, f := range j.forced {
		why := j.whyForced(f)
		if why == "" {
			t.Broken = append(t.Broken, fmt.Sprintf("%s had to log in again, which nothing explains: %s", f.Person, j.history(f.Person, f.At)))
			continue
		}
		t.Forced[why]++
	}
}

func (j *judge) whyForced(f forcedLogin) string {
	switch {
	case f.Own:
		return "their own doing"
	case j.forgives():
		return ""
	}
	var login *exchange // the one they were using
	for i := range j.exchanges {
		e := &j.exchanges[i]
		if _, saved := j.saved[e.access]; e.login && saved && e.person == f.Person && e.in.Before(f.At) {
			login = e
		}
	}
	if login == nil {
		return ""
	}
	for i := range j.exchanges {
		e := &j.exchanges[i]
		if e.in.After(f.At) || j.chain(e) != j.chain(login) || !e.rotated() || !j.lost(e) {
			continue
		}
		if e.broken {
			return "rotated, and Spotify broke the connection"
		}
		if d := j.endedWith(e); d != "" {
			return "rotated, and the answer never reached a server that lived to save it (" + d + ")"
		}
	}
	return ""
}

// endedWith is how the server ended, or slept too long, while it held an answer that it had not saved; "" if it did
// neither. Nothing else excuses a loss: a server that lives writes its journal, whatever the database does.
func (j *judge) endedWith(e *exchange) string {
	until := e.out
	if until.IsZero() {
		until = e.done
	}
	for _, d := range j.disturbed {
		fatal := d.kind == paused || strings.HasPrefix(d.kind, "killed ")
		if fatal && d.concerns(e.replica) && d.during(e.in, until.Add(time.Second)) {
			return d.kind
		}
	}
	return ""
}

// compare counts the answers lost by kills at random, and how many the formula expects: A × R / I for each kill, with
// R from the arrival of a request at Spotify to a durable write, and A / I the rate of requests just before the kill.
func (j *judge) compare(t *Tally) {
	var window time.Duration
	for i := range j.exchanges {
		e := &j.exchanges[i]
		if at, saved := j.saved[e.access]; saved && !e.login && e.worked() {
			window += at.Sub(e.in)
			t.Saves++
		}
		if j.lost(e) && !e.broken && j.endedWith(e) == killedAtRandom {
			t.LostAnswers++
		}
	}
	if t.Saves > 0 {
		t.SaveTime = window / time.Duration(t.Saves)
	}
	for _, d := range j.disturbed {
		if d.kind == killedAtRandom {
			t.Expected += j.rateBefore(d) * t.SaveTime.Seconds()
		}
	}
}

// rateBefore is how many refreshes a second the server made in its last moments.
func (j *judge) rateBefore(kill disturbance) float64 {
	const moments = 100 * time.Millisecond
	n := 0
	for i := range j.exchanges {
		e := &j.exchanges[i]
		if !e.login && e.replica == kill.replica && e.status == http.StatusOK && e.in.After(kill.from.Add(-moments)) && !e.in.After(kill.from) {
			n++
		}
	}
	return float64(n) / moments.Seconds()
}

// audit wants the witness and the emulator's ledger to agree.
func (j *judge) audit(t *Tally, ledger emulator.Ledger) {
	var seen, granted, noted int
	for i := range j.exchanges {
		if e := &j.exchanges[i]; !e.login {
			seen++
			if e.status == http.StatusOK {
				granted++
			}
		}
	}
	for _, e := range ledger {
		if e.Status == http.StatusOK {
			noted++
		}
	}
	if seen != len(ledger) || granted != noted {
		t.Broken = append(t.Broken, fmt.Sprintf("the ledger has %d refreshes, %d granted; the witness %d, %d granted", len(ledger), noted, seen, granted))
	}
}

// history is what happened to one person up to a moment, and around it, for people to read.
func (j *judge) history(person string, at time.Time) string {
	type line struct {
		at   time.Time
		text string
	}
	var lines []line
	tell := func(at time.Time, format string, args ...any) {
		lines = append(lines, line{at, fmt.Sprintf(format, args...)})
	}
	from, until := at.Add(-4*j.interval-2*lease), at.Add(time.Second)
	for i := range j.exchanges {
		e := &j.exchanges[i]
		kind, saved := "refresh", "not saved"
		if e.login {
			kind = "login"
		}
		if when, ok := j.saved[e.access]; ok {
			saved = "saved " + when.Format("05.000")
		}
		if e.person == person {
			tell(e.in, "%s at %s: %.6s → %d %.6s, decided %s, left %s, %s, broken %v", kind,
				e.replica, e.consumed, e.status, e.refresh, e.done.Format("05.000"), e.out.Format("05.000"), saved, e.broken)
		}
	}
	for _, d := range j.disturbed {
		tell(d.from, "… %s %s %s", d.to.Format("05.000"), d.replica, d.kind)
	}
	for _, e := range j.diary {
		if e.Who == person {
			tell(e.At, "%s, at %s", e.Did, e.At.Format("05.000"))
		}
	}
	slices.SortStableFunc(lines, func(a, b line) int { return a.at.Compare(b.at) })
	lines = slices.DeleteFunc(lines, func(l line) bool { return l.at.Before(from) || l.at.After(until) })
	var b strings.Builder
	fmt.Fprintf(&b, "%s at %s", person, at.Format("15:04:05.000"))
	for _, l := range lines[max(0, len(lines)-60):] {
		fmt.Fprintf(&b, "\n\t%s %s", l.at.Format("15:04:05.000"), l.text)
	}
	return b.String()
}

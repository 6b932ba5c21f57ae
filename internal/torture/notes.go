package torture

import (
	"fmt"
	"time"
)

// What a World writes down while it goes on, for the judge and the report.

// disturbance is a time in which more than one request for a token, or a lost answer, has a cause of ours.
type disturbance struct {
	replica  string // "": all of them
	kind     string
	from, to time.Time // to is zero while it lasts
}

func (d disturbance) concerns(replica string) bool { return d.replica == "" || d.replica == replica }

// during reports whether it overlaps a time.
func (d disturbance) during(from, to time.Time) bool {
	return !d.from.After(to) && (d.to.IsZero() || !d.to.Before(from))
}

// forcedLogin is somebody who was told to log in again.
type forcedLogin struct {
	At     time.Time
	Person string
	Own    bool // after taking the consent away at Spotify
}

// aftermath is how long after a trouble a server may still give odd answers: rests after failures, cool-downs.
const aftermath = 15 * time.Second

// disturb notes a trouble that begins; the result ends it. odd says that answers may be odd meanwhile and for the
// aftermath.
func (w *World) disturb(replica, kind string, odd bool) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := len(w.disturbed)
	w.disturbed = append(w.disturbed, disturbance{replica: replica, kind: kind, from: time.Now()})
	w.tally.Troubles[kind]++
	if odd {
		w.badUntil = time.Now().Add(time.Hour)
	}
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.disturbed[at].to = time.Now()
		if odd {
			w.badUntil = time.Now().Add(aftermath)
		}
	}
}

// broken notes a promise that was not kept.
func (w *World) broken(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Broken = append(w.tally.Broken, fmt.Sprintf(format, args...))
}

// odd notes an answer that is a failure. From one server alone it must not come unless there was trouble just now;
// among several, one that is slow may lose its patience with a busy database. See Setup.Balanced for those who must not.
func (w *World) odd(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Odd++
	if w.Database == nil && time.Now().After(w.badUntil) {
		text := fmt.Sprintf(format, args...)
		w.tally.Broken = append(w.tally.Broken, "out of the blue: "+text[:min(len(text), 300)])
	}
}

// silent notes a page without music. One server alone takes over at once what a dead one held; among several the
// lease may have to run out first.
func (w *World) silent(who, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Silent++
	if w.Database == nil && time.Now().After(w.badUntil) {
		w.tally.Broken = append(w.tally.Broken, "out of the blue: "+who+" hears nothing: "+text)
	}
}

func (w *World) forced(f forcedLogin) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forcedBy = append(w.forcedBy, f)
}

// count counts what was acknowledged.
func (w *World) count(did string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Did[did]++
}

func (w *World) killed(how string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Kills[how]++
}

// lying reports whether Spotify refuses everybody for no reason, or did so a moment ago.
func (w *World) lying() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Before(w.liesUntil)
}

// failures are the promises that were not kept so far.
func (w *World) failures() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.tally.Broken
}

package torture

import (
	"fmt"
	"time"
)

// What a World writes down while it goes on, for the judge and the report.

// forcedLogin is somebody who was told to log in again.
type forcedLogin struct {
	At     time.Time
	Person string
	Own    bool // after taking the consent away at Spotify
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

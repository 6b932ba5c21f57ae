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

// failure is an answer to a person that is none.
type failure struct {
	asked, at       time.Time
	replica, person string
	kind            failureKind
	text            string
}

type failureKind int

const (
	anError failureKind = iota // 5xx and its kind
	noMusic                    // a page on which nothing plays
	nobody                     // the connection broke, or was never made
)

// broken notes a promise that was not kept.
func (w *World) broken(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Broken = append(w.tally.Broken, fmt.Sprintf(format, args...))
}

// failed notes an answer that is none. The judge will want to know why.
func (w *World) failed(f failure) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f.at = time.Now()
	f.text = f.text[:min(len(f.text), 300)]
	w.failures = append(w.failures, f)
	switch f.kind {
	case anError:
		w.tally.Odd++
	case noMusic:
		w.tally.Silent++
	case nobody:
		w.tally.Unanswered++
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

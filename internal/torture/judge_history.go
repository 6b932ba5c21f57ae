package torture

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

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
	for _, f := range j.failures {
		if f.person == person {
			tell(f.at, "an answer that is none, at %s, asked at %s: %.60s", f.replica, f.asked.Format("05.000"), f.text)
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

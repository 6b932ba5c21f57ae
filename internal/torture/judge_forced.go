package torture

import (
	"fmt"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

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
		if e.in.After(f.At) || j.chain(e) != j.chain(login) || !e.rotated() || !j.lostFor(e, f.At) {
			continue
		}
		if e.broken {
			return "rotated, and Spotify broke the connection"
		}
		if d := j.endedWith(e); d != "" {
			return "rotated, and the answer never reached a server that lived to save it (" + d + ")"
		}
	}
	if why := j.familyEnded(j.chain(login), f.At); why != "" {
		return "rotated, and the old token came back from a server that could not know (" + why + ")"
	}
	return ""
}

// lostFor reports whether what Spotify answered had not been saved by then, if ever: a server that sleeps saves late.
func (j *judge) lostFor(e *exchange, then time.Time) bool {
	at, saved := j.saved[e.access]
	return j.lost(e) || saved && !e.login && at.After(then)
}

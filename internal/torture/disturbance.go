package torture

import (
	"strings"
	"time"
)

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

// costsAnother reports whether what came of a request may have been lost to the others by d, or not be good by their
// clock. Whatever Spotify does is no excuse: a token that came is a token.
func (d disturbance) costsAnother() bool {
	switch d.kind {
	case paused, cutOff, clockJumped, "database restarted":
		return true
	}
	return strings.HasPrefix(d.kind, "killed ")
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

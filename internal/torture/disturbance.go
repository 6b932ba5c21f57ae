package torture

import (
	"slices"
	"strings"
	"time"
)

// disturbance is something that was done to a World, and for how long.
type disturbance struct {
	replica  string // "": all of them
	kind     string
	from, to time.Time // to is zero while it lasts
}

// What is done to a World. A server that is killed at a failpoint is killedAt and its name.
const (
	killedAt          = "killed "
	killedAtRandom    = killedAt + "at random"
	toldToStop        = "told to stop"
	paused            = "paused"
	clockJumped       = "clock jumped"
	cutOff            = "parted from the database"
	databaseSlow      = "database slow"
	databaseRestarted = "database restarted"
	diskFull          = "disk full"
	spotifyDown       = "Spotify down"
	spotifySlow       = "Spotify slow"
	spotifyLies       = "Spotify lies"
	answersLost       = "answers lost"    // Spotify does what it was asked, and breaks the connection
	requestsLost      = "requests lost"   // Spotify breaks the connection, and does nothing
	stalled           = "machine stalled" // nobody did that: see watchMachine
)

// effects are what a disturbance can cause. What is not among them it does not explain: it has another cause, and is a
// bug until that is found.
type effects struct {
	again   bool  // one more request for an expiry: the answer before is lost to the others, or not good by their clock
	loses   bool  // an answer that never gets to a disk: nothing else excuses one, for the journal needs no database
	refuses []int // what Spotify says to requests for tokens; noAnswer: nothing, it breaks the connection

	fails, silences bool          // pages are failures; pages are without music
	vanishes        bool          // requests get no answer: the connection breaks, or there is nobody to connect to
	after           time.Duration // so long after its end they still may be
}

// noAnswer stands for the status of an answer that did not come.
const noAnswer = 0

// effectsOf says it of each kind. Spotify slow and database slow are not there: they excuse nothing.
var effectsOf = map[string]effects{
	killedAt:          {again: true, loses: true, vanishes: true, after: haste},
	toldToStop:        {vanishes: true, after: haste},
	paused:            {again: true, loses: true, fails: true, silences: true, after: patienceOfPages},
	clockJumped:       {again: true, fails: true, silences: true, after: restOfPages},
	cutOff:            {again: true, fails: true, silences: true, after: restOfPages},
	databaseRestarted: {again: true, fails: true, silences: true, after: restOfPages},
	diskFull:          {fails: true, after: restOfPages},
	spotifyDown:       {refuses: []int{503}, fails: true, silences: true, after: restOfPages},
	spotifyLies:       {refuses: []int{400}, fails: true},
	answersLost:       {refuses: []int{noAnswer}, fails: true, silences: true, after: restOfPages}, // what was sent may be used up
	requestsLost:      {refuses: []int{noAnswer}, fails: true},
	stalled:           {fails: true, silences: true, after: patienceOfPages},
}

const (
	patienceOfPages = 10 * time.Second // a page waits 8 s for Spotify
	restOfPages     = 5 * time.Second  // connections that broke are made anew
	haste           = time.Second      // between seeing that a server is there, and going there
)

func (d disturbance) effects() effects {
	if d.fatal() {
		return effectsOf[killedAt]
	}
	return effectsOf[d.kind]
}

// fatal reports whether it ended a server.
func (d disturbance) fatal() bool { return strings.HasPrefix(d.kind, killedAt) }

func (d disturbance) concerns(replica string) bool { return d.replica == "" || d.replica == replica }

// during reports whether it overlaps a time.
func (d disturbance) during(from, to time.Time) bool {
	return !d.from.After(to) && (d.to.IsZero() || !d.to.Before(from))
}

// refused reports whether Spotify would answer e as it did, because of d.
func (d disturbance) refused(e *exchange) bool {
	how := e.status
	if e.broken {
		how = noAnswer
	}
	return slices.Contains(d.effects().refuses, how) && d.concerns(e.replica) && d.during(e.in, e.done)
}

// spoiled reports whether f can be due to d.
func (d disturbance) spoiled(f failure) bool {
	can := d.effects()
	if can := map[failureKind]bool{anError: can.fails, noMusic: can.silences, nobody: can.vanishes}; !can[f.kind] {
		return false
	}
	return d.concerns(f.replica) && d.during(f.asked.Add(-can.after), f.at)
}

// disturb notes a trouble that begins; the result ends it.
func (w *World) disturb(replica, kind string) (end func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at := len(w.disturbed)
	w.disturbed = append(w.disturbed, disturbance{replica: replica, kind: kind, from: time.Now()})
	w.tally.Troubles[kind]++
	return func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.disturbed[at].to = time.Now()
	}
}

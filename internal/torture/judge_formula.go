package torture

import (
	"net/http"
	"time"
)

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

package spotify

import "time"

// windowLength is over how long Spotify counts.
const windowLength = 30 * time.Second

// window counts the calls of the last 30 seconds. We cannot know when Spotify counts a call,
// so it holds its place from before it is sent until 30 seconds after its answer.
type window struct {
	limit   float64   // places; 0: not known
	learned bool      // the limit may be changed by what happens
	warned  time.Time // of a 429 that taught nothing yet
	calm    float64   // windows that were used up since it last was too high

	inFlight int
	answers  []answer // of the last 30 seconds, in order; those before first are over
	first    int
	held     map[string]int // places of each subject
	several  bool           // subjects have been seen
}

type answer struct {
	at      time.Time
	subject string
}

func newWindow(limit int) window {
	return window{limit: float64(max(0, limit)), learned: limit <= 0, held: map[string]int{}}
}

// Learning. A 429 after few calls is not about the window but about something else (one
// operation, another program), and teaches nothing; and one that comes alone after not many is
// an accident: it must not throttle an app for everybody.
const (
	fewCalls   = 5
	manyCalls  = 50
	retreat    = 0.9  // of what Spotify let pass
	nearlyFull = 0.75 // of the limit: who uses less does not probe
	probe      = 0.02 // of the limit, and at least one call, is added in a window that is used up
	boldest    = 10   // times that, the more windows nothing happened in
)

func (w *window) used() int { return w.inFlight + len(w.answers) - w.first }

// expire forgets the answers whose places are free again.
func (w *window) expire(now time.Time) {
	for w.first < len(w.answers) && now.Sub(w.answers[w.first].at) >= windowLength {
		w.release(w.answers[w.first].subject)
		w.answers[w.first] = answer{}
		w.first++
	}
	if w.first > 64 && w.first > len(w.answers)/2 {
		w.answers = append(w.answers[:0], w.answers[w.first:]...)
		w.first = 0
	}
}

func (w *window) release(subject string) {
	if w.held[subject]--; w.held[subject] <= 0 {
		delete(w.held, subject)
	}
}

// places are those that a turn may fill: the last are kept for people who come after busy
// ones, and more of them for people who come after the background.
func (w *window) places(t *turn) int {
	limit := int(w.limit)
	switch {
	case t.background:
		return max(1, limit-limit/5)
	case w.several && w.held[t.subject] > limit/2:
		return limit - limit/16
	}
	return limit
}

func (w *window) hasRoom(t *turn, now time.Time) bool {
	w.expire(now)
	return w.limit == 0 || w.used() < w.places(t)
}

// opensAt is when a turn comes before which others come.
func (w *window) opensAt(t *turn, before int, now time.Time) time.Time {
	w.expire(now)
	if w.limit == 0 {
		return now
	}
	later := before - (w.places(t) - w.used()) // which of the places that become free is the turn's
	switch known := len(w.answers) - w.first; {
	case later < 0:
		return now
	case later < known:
		return w.answers[w.first+later].at.Add(windowLength)
	default: // calls under way, and those that wait
		rounds := 1 + (later-known)/max(1, w.places(t))
		return now.Add(time.Duration(rounds) * windowLength)
	}
}

// nextFree is when the next place becomes free; zero if that is not known.
func (w *window) nextFree(now time.Time) time.Time {
	w.expire(now)
	if w.first == len(w.answers) {
		return time.Time{}
	}
	return w.answers[w.first].at.Add(windowLength)
}

// spare is how many places are free.
func (w *window) spare(now time.Time) int {
	w.expire(now)
	if w.limit == 0 {
		return unlimited
	}
	return max(0, int(w.limit)-w.used())
}

const unlimited = 1 << 30

func (w *window) take(subject string) {
	w.inFlight++
	w.held[subject]++
	w.several = w.several || len(w.held) > 1
}

func (w *window) forgo(subject string) {
	w.inFlight--
	w.release(subject)
}

func (w *window) answered(subject string, now time.Time) {
	w.expire(now)
	if w.learned && w.limit > 0 && float64(w.used()) >= nearlyFull*w.limit {
		w.calm += 1 / w.limit
		w.limit += min(1+w.calm, boldest) * max(probe, 1/w.limit)
	}
	w.inFlight--
	w.answers = append(w.answers, answer{now, subject})
}

// tooMany learns from a 429. What Spotify let pass is what was answered and what is under way:
// each 429 of a crowd that was sent together takes one from that.
func (w *window) tooMany(now time.Time) {
	w.expire(now)
	passed := float64(w.used() - 1)
	if !w.learned || passed < fewCalls {
		return
	}
	if w.limit == 0 && passed < manyCalls && now.Sub(w.warned) > 2*windowLength {
		w.warned = now
		return
	}
	w.calm = 0
	if limit := max(fewCalls, retreat*passed); w.limit == 0 || limit < w.limit {
		w.limit = limit
	}
}

package torture

import (
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

const tokenRequest = "POST /api/token"

// spotifyDown answers 503 for a while.
func (w *World) spotifyDown() error {
	return w.fault(spotifyDown, 500*time.Millisecond, emulator.Fault{Status: http.StatusServiceUnavailable, Times: -1})
}

// spotifyBreaks loses answers to what it has done.
func (w *World) spotifyBreaks() error {
	after := emulator.ResetAfter
	if w.random.IntN(2) == 0 {
		after = emulator.ResetHalfway
	}
	return w.fault(answersLost, 2*time.Second, emulator.Fault{Operation: tokenRequest, Reset: after, Times: 1 + w.random.IntN(3)})
}

// spotifyDeaf breaks connections before it has done anything.
func (w *World) spotifyDeaf() error {
	w.witness.deafen(true)
	defer w.witness.deafen(false)
	return w.fault(requestsLost, 2*time.Second, emulator.Fault{Operation: tokenRequest, Reset: emulator.ResetBefore, Times: 3})
}

// spotifySlow takes its time.
func (w *World) spotifySlow() error {
	return w.fault(spotifySlow, time.Second, emulator.Fault{Operation: tokenRequest, Delay: 300 * time.Millisecond, Times: -1})
}

func (w *World) fault(kind string, d time.Duration, f emulator.Fault) error {
	end := w.disturb("", kind)
	stop := w.spotify.Fail(f)
	time.Sleep(d)
	stop()
	time.Sleep(200 * time.Millisecond) // what has been struck is on its way
	end()
	return nil
}

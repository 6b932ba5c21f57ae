package torture

import (
	"sync/atomic"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// beliefTime is how long everybody may take to be signed in again when a lie is over.
const beliefTime = 30 * time.Second

// Lie has Spotify refuse every refresh token for d, as if all had been revoked; and waits until nobody is asked to
// log in again.
func (w *World) Lie(d time.Duration) error {
	w.lies(true)
	defer w.lies(false)
	end := w.disturb("", spotifyLies)
	stop := w.spotify.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant", Times: -1})
	time.Sleep(d)
	stop()
	end()
	for limit := time.Now().Add(beliefTime); !w.believed() && time.Now().Before(limit); {
		time.Sleep(100 * time.Millisecond)
	}
	return nil
}

func (w *World) lies(going bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lying = going
}

// doubtful reports whether a server may just now believe that somebody has to log in again: Spotify lies, or has done
// so a moment ago.
func (w *World) doubtful() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lying
}

// believed reports whether everybody who is signed in is so at every server, without having to log in again.
func (w *World) believed() bool {
	var doubted atomic.Int64
	w.each(func(v *visitor) {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, r := range w.replicas {
			if !v.check(r) {
				doubted.Add(1)
			}
		}
	})
	return doubted.Load() == 0
}

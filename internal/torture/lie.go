package torture

import (
	"sync/atomic"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// beliefTime is how long everybody may take to be signed in again when a lie is over.
const beliefTime = 30 * time.Second

// manyPeople is how many it takes for a lie to be told from a quiet day's refusals by one server.
const manyPeople = 40

// Lie has Spotify refuse every refresh token for d, as if all had been revoked; and waits until nobody is asked to
// log in again.
func (w *World) Lie(d time.Duration) error {
	return w.lie(func() error {
		time.Sleep(d)
		return nil
	})
}

// SpotifyLies is a lie in the first moments of a server, when everybody's token is over: nobody may have to log in
// again. Later it would drown: tokens that live a second have more refreshes succeed within a minute than people can be
// refused, and a few refusals among very many requests are believed. For a World with one server and many people.
func (w *World) SpotifyLies() error {
	w.awaitPeople(patience)
	r := w.replicas[0]
	w.stop(r)
	time.Sleep(w.Interval)
	return w.lie(func() error {
		if err := r.start("", 0, false); err != nil {
			return err
		}
		time.Sleep(w.between(w.Interval, 2*w.Interval))
		return nil
	})
}

// awaitPeople waits until most have logged in, and seen their page.
func (w *World) awaitPeople(limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		in := 0
		for _, v := range w.visitors {
			v.mu.Lock()
			if v.page.in != "" && v.page.user != "" {
				in++
			}
			v.mu.Unlock()
		}
		if in >= len(w.visitors)*3/4 {
			return
		}
	}
}

// lie refuses refresh tokens for as long as during takes.
func (w *World) lie(during func() error) error {
	w.lies(true)
	defer w.lies(false)
	end := w.disturb("", spotifyLies)
	stop := w.spotify.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant", Times: -1})
	err := during()
	stop()
	end()
	for limit := time.Now().Add(beliefTime); err == nil && !w.believed() && time.Now().Before(limit); {
		time.Sleep(100 * time.Millisecond)
	}
	return err
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

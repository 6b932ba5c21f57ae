package server_test

import (
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// load has callers[i] browsers look at replica i all the time, for so many of Spotify's windows, and says how many of
// the calls Spotify answered and how many it refused.
func (c *cluster) load(session string, windows int, callers ...int) (answered, refused int) {
	before, refusedBefore := c.asked(), c.refused()
	end := time.Now().Add(time.Duration(windows) * 30 * time.Second)
	var all sync.WaitGroup
	for i, n := range callers {
		for range n {
			all.Go(func() {
				for time.Now().Before(end) {
					c.replicas[i].get("/", session)
					time.Sleep(500 * time.Millisecond)
				}
			})
		}
	}
	all.Wait()
	refused = c.refused() - refusedBefore
	return c.asked() - before - refused, refused
}

// TestReplicasWithoutANumber: nobody has said how many calls Spotify allows. What a replica learns of it from a 429 is
// its own, for it knows only what it has sent itself; the pause after a 429 is everybody's. With that most of the window
// is used and few calls are refused, at first too, however unlike the replicas' loads are, and though one joins them
// that knows nothing.
func TestReplicasWithoutANumber(t *testing.T) {
	t.Parallel()
	const limit = 120
	for name, callers := range map[string][]int{"even": {4, 4, 4, 4}, "uneven": {13, 1, 1, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inCluster(t, 4, func(c *cluster) {
				session := c.login("alice")
				c.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Times: -1, Delay: 150 * time.Millisecond})
				check := func(when string, windows int, callers ...int) {
					c.Helper()
					answered, refused := c.load(session, windows, callers...)
					c.Logf("%s: of %d calls that Spotify allows %d were made, and %d refused", when, windows*limit, answered, refused)
					if answered < windows*limit*7/10 || refused > windows*limit/20 {
						c.Errorf("%s: of %d calls that Spotify allows %d were made, want most; %d more were refused, want few", when, windows*limit, answered, refused)
					}
				}
				check("at first", 4, callers...)
				check("later", 6, callers...)
				c.join()
				check("with a new one", 3, append(callers[:4:4], 6)...)
			}, func(e *emulator.Config, _ *server.Config) { e.RateLimit = limit })
		})
	}
}

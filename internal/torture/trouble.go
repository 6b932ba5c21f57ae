package torture

import (
	"math/rand/v2"
	"net/http"
	"syscall"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// trouble is one thing that can happen to a World, with how often it does.
type trouble struct {
	often int
	run   func(*World) error
}

// troubles of a round. Kills are most of them.
var troubles = []trouble{
	{55, (*World).killAtRandom},
	{30, (*World).killSomewhere},
	{2, (*World).pauseServer},
	{2, (*World).spotifyDown},
	{2, (*World).spotifyBreaks},
	{2, (*World).spotifyDeaf},
	{2, (*World).spotifySlow},
	{2, (*World).turnClock},
}

// databaseTroubles are added where servers share a database.
var databaseTroubles = []trouble{
	{5, (*World).partition},
	{2, (*World).slowDatabase},
	{1, (*World).restartDatabase},
}

// Round lets one trouble happen, drawn by the seed, and afterwards holds the servers to all that they have said.
func (w *World) Round() error {
	possible := troubles
	if w.Database != nil {
		possible = append(possible[:len(possible):len(possible)], databaseTroubles...)
	}
	sum := 0
	for _, t := range possible {
		sum += t.often
	}
	drawn := w.random.IntN(sum)
	for _, t := range possible {
		if drawn -= t.often; drawn < 0 {
			return w.Trouble(t.run)
		}
	}
	return nil
}

// Trouble is a round with a trouble of your choice.
func (w *World) Trouble(run func(*World) error) error {
	began := time.Now()
	if err := run(w); err != nil {
		return err
	}
	w.CheckAll()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Rounds++
	w.tally.Took += time.Since(began)
	return nil
}

func (w *World) someReplica() (int, *replica) {
	i := w.random.IntN(len(w.replicas))
	return i, w.replicas[i]
}

func (w *World) between(least, most time.Duration) time.Duration {
	return least + time.Duration(w.random.Int64N(int64(most-least)))
}

// underWay is for how long what a server sent before it died may still arrive somewhere.
const underWay = 500 * time.Millisecond

// killAtRandom ends a server at any moment, and starts it again.
func (w *World) killAtRandom() error {
	_, r := w.someReplica()
	time.Sleep(w.between(time.Millisecond, 120*time.Millisecond))
	now := time.Now()
	r.kill()
	w.mu.Lock()
	w.disturbed = append(w.disturbed, disturbance{replica: r.name, kind: killedAtRandom, from: now, to: time.Now().Add(underWay)})
	w.mu.Unlock()
	w.killed("at random")
	return r.start("", 0, false)
}

// everyday are the failpoints that visitors pass again and again.
var everyday = []failpoint.Point{
	failpoint.AfterSpent, failpoint.BeforeExchange, failpoint.AfterExchange, failpoint.BeforeLogin, failpoint.AfterLogin,
	failpoint.BeforeSession, failpoint.AfterSession, failpoint.BeforeClaim, failpoint.AfterClaim, failpoint.BeforeSend,
	failpoint.AfterSend, failpoint.AfterAnswer, failpoint.BeforeSave, failpoint.AfterSave, failpoint.BeforeCommit,
	failpoint.AfterCommit, failpoint.BeforeLogout, failpoint.AfterLogout, failpoint.BeforeForget, failpoint.AfterForget,
}

// killSomewhere ends a server at a failpoint of everyday life, and starts it again.
func (w *World) killSomewhere() error {
	p := everyday[w.random.IntN(len(everyday))]
	return w.KillAt(p, 1+w.random.IntN(3))
}

// KillAt starts a server anew so that it ends at p, the after-th time it is there; and then starts it again. A trouble
// it needs to get there is provided.
func (w *World) KillAt(p failpoint.Point, after int) error {
	_, r := w.someReplica()
	w.stop(r)
	if err := r.start(p, after, false); err != nil {
		return err
	}
	end, err := w.provoke(p)
	if err != nil {
		return err
	}
	for limit := time.Now().Add(patience); !r.goneWithin(time.Second); {
		if time.Now().After(limit) {
			w.broken("nothing came to %s within %v", p, patience)
			r.kill()
			break
		}
		if p == failpoint.BeforeVerdict || p == failpoint.AfterVerdict {
			if err := w.takeConsentAway(); err != nil { // the last one went to another server
				return err
			}
		}
	}
	end()
	w.killed(string(p))
	return r.start("", 0, false)
}

// provoke brings about what leads to p, if everyday life does not.
func (w *World) provoke(p failpoint.Point) (end func(), err error) {
	switch p {
	case failpoint.BeforeRelease:
		end := w.disturb("", "Spotify down", true)
		stop := w.spotify.Fail(emulator.Fault{Operation: "POST /api/token", Status: http.StatusServiceUnavailable, Times: -1})
		return func() { stop(); end() }, nil
	case failpoint.BeforeVerdict, failpoint.AfterVerdict:
		return func() {}, w.takeConsentAway()
	case failpoint.BeforeKeyWrite, failpoint.AfterKeyWrite:
		_ = w.RotateKeys() // it is told by a server that dies
	case failpoint.BeforeReseal, failpoint.AfterReseal:
		return func() {}, w.RotateKeys()
	}
	return func() {}, nil
}

// takeConsentAway is what a person does at spotify.com/account/apps.
func (w *World) takeConsentAway() error {
	for range 1000 {
		v := w.visitors[w.random.IntN(len(w.visitors))]
		if v.mu.TryLock() {
			if v.page.in != "" && v.page.user != "" {
				v.did(uncertainConsent, "", "")
				w.mu.Lock()
				w.taken[v.name] = append(w.taken[v.name], time.Now())
				w.mu.Unlock()
				w.spotify.Revoke(v.name)
				v.did(tookConsentAway, "", "")
				v.mu.Unlock()
				return nil
			}
			v.mu.Unlock()
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

// pauseServer stops a server's time for up to more than two leases.
func (w *World) pauseServer() error {
	_, r := w.someReplica()
	longest := 2*lease + lease/2
	if w.Database == nil { // nobody takes over: longer only takes longer
		longest = 2 * time.Second
	}
	end := w.disturb(r.name, paused, w.Database == nil)
	r.setReady(false)
	r.signal(syscall.SIGSTOP)
	time.Sleep(w.between(time.Second, longest))
	r.signal(syscall.SIGCONT)
	r.setReady(true)
	end()
	return nil
}

// spotifyDown answers 503 for a while.
func (w *World) spotifyDown() error {
	return w.fault("Spotify down", 500*time.Millisecond, emulator.Fault{Status: http.StatusServiceUnavailable, Times: -1})
}

// spotifyBreaks loses answers to what it has done.
func (w *World) spotifyBreaks() error {
	w.witness.deafen(false)
	after := emulator.ResetAfter
	if w.random.IntN(2) == 0 {
		after = emulator.ResetHalfway
	}
	return w.fault(answersLost, 2*time.Second, emulator.Fault{Operation: "POST /api/token", Reset: after, Times: 1 + w.random.IntN(3)})
}

// spotifyDeaf breaks connections before it has done anything.
func (w *World) spotifyDeaf() error {
	w.witness.deafen(true)
	return w.fault("requests lost", 2*time.Second, emulator.Fault{Operation: "POST /api/token", Reset: emulator.ResetBefore, Times: 3})
}

// spotifySlow takes its time.
func (w *World) spotifySlow() error {
	return w.fault("Spotify slow", time.Second, emulator.Fault{Operation: "POST /api/token", Delay: 300 * time.Millisecond, Times: -1})
}

func (w *World) fault(kind string, d time.Duration, f emulator.Fault) error {
	end := w.disturb("", kind, true)
	stop := w.spotify.Fail(f)
	time.Sleep(d)
	stop()
	time.Sleep(200 * time.Millisecond) // what has been struck is on its way
	end()
	return nil
}

// jumps of a clock.
var jumps = []time.Duration{-24 * time.Hour, -time.Hour, -10 * time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour}

// turnClock lets one server's clock jump, while it runs, and back.
func (w *World) turnClock() error {
	_, r := w.someReplica()
	end := w.disturb(r.name, clockJumped, true)
	defer end()
	if err := r.turnClock(jumps[w.random.IntN(len(jumps))]); err != nil {
		return err
	}
	time.Sleep(time.Second)
	if err := r.turnClock(0); err != nil {
		return err
	}
	time.Sleep(200 * time.Millisecond)
	return nil
}

// partition parts a server from its database when it has claimed, sent or been answered, for up to two leases; or at
// any moment.
func (w *World) partition() error {
	i, r := w.someReplica()
	places := []failpoint.Point{failpoint.AfterClaim, failpoint.AfterSend, failpoint.AfterAnswer, ""}
	p := places[w.random.IntN(len(places))]
	hold := w.random.IntN(2) == 0
	parted := make(chan func(), 1)
	part := func() {
		end := w.disturb(r.name, cutOff, true)
		if hold {
			w.proxies[i].hold()
		} else {
			w.proxies[i].cut()
		}
		parted <- end
	}
	if p == "" {
		part()
	} else {
		w.stop(r)
		r.whenAsked(func(failpoint.Point) { part() })
		if err := r.start(p, 1+w.random.IntN(3), true); err != nil {
			return err
		}
	}
	select {
	case end := <-parted:
		time.Sleep(w.between(200*time.Millisecond, 2*lease))
		w.proxies[i].heal()
		end()
	case <-time.After(patience):
		w.broken("nothing came to %s within %v", p, patience)
	}
	return r.awaitReady(r.endedNow())
}

// slowDatabase delays everything that is said to the database.
func (w *World) slowDatabase() error {
	i, r := w.someReplica()
	end := w.disturb(r.name, "database slow", true)
	w.proxies[i].slow(time.Duration(10+rand.IntN(90)) * time.Millisecond)
	time.Sleep(2 * time.Second)
	w.proxies[i].heal()
	end()
	return nil
}

// restartDatabase ends the database without a checkpoint, and starts it again.
func (w *World) restartDatabase() error {
	end := w.disturb("", "database restarted", true)
	defer end()
	if err := w.Database.Restart(); err != nil {
		return err
	}
	for _, r := range w.replicas {
		if err := r.awaitReady(r.endedNow()); err != nil {
			return err
		}
	}
	return nil
}

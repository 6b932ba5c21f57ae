package torture

import (
	"math/rand/v2"
	"time"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// partition parts a server from its database when it has claimed, sent or been answered, for up to two leases; or at
// any moment.
func (w *World) partition() error {
	i, r := w.someReplica()
	places := []failpoint.Point{failpoint.AfterClaim, failpoint.AfterSend, failpoint.AfterAnswer, ""}
	p := places[w.random.IntN(len(places))]
	hold := w.random.IntN(2) == 0
	parted := make(chan func(), 1)
	part := func() {
		end := w.disturb(r.name, cutOff)
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
	end := w.disturb(r.name, databaseSlow)
	w.proxies[i].slow(time.Duration(10+rand.IntN(90)) * time.Millisecond)
	time.Sleep(2 * time.Second)
	w.proxies[i].heal()
	end()
	return nil
}

// restartDatabase ends the database without a checkpoint, and starts it again.
func (w *World) restartDatabase() error {
	end := w.disturb("", databaseRestarted)
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

package torture

import (
	"syscall"
	"time"
)

// pauseServer stops a server's time for up to more than two leases.
func (w *World) pauseServer() error {
	_, r := w.someReplica()
	longest := 2*lease + lease/2
	if w.Database == nil { // nobody takes over: longer only takes longer
		longest = 2 * time.Second
	}
	end := w.disturb(r.name, paused)
	r.setReady(false)
	r.signal(syscall.SIGSTOP)
	time.Sleep(w.between(time.Second, longest))
	r.signal(syscall.SIGCONT)
	r.setReady(true)
	end()
	return nil
}

// jumps of a clock.
var jumps = []time.Duration{-24 * time.Hour, -time.Hour, -10 * time.Minute, 10 * time.Minute, time.Hour, 24 * time.Hour}

// turnClock lets one server's clock jump, while it runs, and back.
func (w *World) turnClock() error {
	_, r := w.someReplica()
	end := w.disturb(r.name, clockJumped)
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

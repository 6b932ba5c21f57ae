package torture

import (
	"fmt"
	"time"
)

// Roll restarts every server, one after the other, as an upgrade does: each is told to stop, started with program
// ("": as before), and the next follows when the balancer sees it ready. It returns how many requests came meanwhile.
func (w *World) Roll(program string) (requests int64, err error) {
	began, before := time.Now(), w.balancer.requests.Load()
	for _, r := range w.replicas {
		if status := r.stop(); status != 0 {
			return 0, fmt.Errorf("%s ended with status %d:\n%s", r.name, status, r.said())
		}
		if program != "" {
			r.program = program
		}
		if err := r.start("", 0, false); err != nil {
			return 0, err
		}
		if !w.balancer.await() {
			return 0, fmt.Errorf("the balancer does not see %s", r.name)
		}
		w.mu.Lock()
		w.tally.Troubles["stopped and started"]++
		w.mu.Unlock()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tally.Rounds++
	w.tally.Took += time.Since(began)
	return w.balancer.requests.Load() - before, nil
}

// StopServer stops a server in the middle of its work, as service managers do, and starts it again.
func (w *World) StopServer() error {
	_, r := w.someReplica()
	time.Sleep(w.between(time.Millisecond, 300*time.Millisecond))
	w.stop(r)
	w.mu.Lock()
	w.tally.Troubles["stopped and started"]++
	w.mu.Unlock()
	return r.start("", 0, false)
}

// stop tells a server to stop. That excuses nothing: it is only noted.
func (w *World) stop(r *replica) {
	began := time.Now()
	alive := r.up()
	status := r.stop()
	if alive && status != 0 {
		w.broken("%s was told to stop, and ended with status %d: %s", r.name, status, r.said())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.disturbed = append(w.disturbed, disturbance{replica: r.name, kind: toldToStop, from: began, to: time.Now()})
}

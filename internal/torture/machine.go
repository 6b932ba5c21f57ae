package torture

import "time"

const (
	glanceEvery = 20 * time.Millisecond
	stillLeast  = time.Second // so long without a glance, and servers may have lost their patience, too
)

// watchMachine notes when the machine stood still, until the world is closed.
func (w *World) watchMachine() {
	last := time.Now()
	for pause(w.closed, glanceEvery); !closed(w.closed); pause(w.closed, glanceEvery) {
		now := time.Now()
		if now.Sub(last) > stillLeast {
			w.mu.Lock()
			w.disturbed = append(w.disturbed, disturbance{kind: stalled, from: last, to: now})
			w.tally.Troubles[stalled]++
			w.mu.Unlock()
		}
		last = now
	}
}

package torture

import (
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// judge knows all that there is to know about a World that is over.
type judge struct {
	refresh   emulator.RefreshTokens
	interval  time.Duration
	exchanges []exchange // by the time they arrived
	saved     map[string]time.Time
	disturbed []disturbance
	forced    []forcedLogin
	failures  []failure
	taken     map[string][]time.Time

	diary []entry

	chains map[string]string // refresh token → the first of its login
}

// Judge stops the servers, compares the accounts and returns what came of it all. Call it when the visitors are gone.
func (w *World) Judge() (*Tally, error) {
	for _, r := range w.replicas {
		w.stop(r) // they may be at something that nobody waits for
	}
	t, err := readTraces(w.replicas)
	if err != nil {
		return nil, err
	}
	entries, err := readEntries(filepath.Join(w.Dir, "diary"))
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	j := &judge{
		diary:   entries,
		refresh: w.Refresh, interval: w.Interval, exchanges: w.witness.all(), saved: t.saved,
		disturbed: append(slices.Clone(w.disturbed), t.kills...), forced: w.forcedBy, failures: w.failures, taken: w.taken,
	}
	for i := range j.exchanges {
		j.exchanges[i].asked = t.asked(&j.exchanges[i])
	}
	j.decide(&w.tally)
	j.audit(&w.tally, w.spotify.Ledger())
	return &w.tally, nil
}

func (j *judge) decide(t *Tally) {
	j.follow()
	j.countRefreshes(t)
	j.explainLost(t)
	j.explainForced(t)
	j.explainFailures(t)
	j.compare(t)
}

// follow finds out which refresh tokens belong to one login.
func (j *judge) follow() {
	j.chains = map[string]string{}
	for _, e := range j.exchanges {
		root := j.chains[e.consumed]
		if root == "" {
			root = e.consumed
		}
		if e.login {
			root = e.refresh
		}
		if e.refresh != "" {
			j.chains[e.refresh] = root
		}
	}
}

func (j *judge) chain(e *exchange) string {
	if e.login {
		return e.refresh
	}
	if root := j.chains[e.consumed]; root != "" {
		return root
	}
	return e.consumed
}

func (e *exchange) worked() bool { return e.status == http.StatusOK && !e.broken }

// audit wants the witness and the emulator's ledger to agree: about everything, or, where so much went on that the
// ledger has forgotten the beginning, about what it still knows.
func (j *judge) audit(t *Tally, ledger emulator.Ledger) {
	var seen, noted []int // their statuses, in the order in which they came
	for i := range j.exchanges {
		if e := &j.exchanges[i]; !e.login {
			seen = append(seen, e.status)
		}
	}
	for _, e := range ledger.Grant("refresh_token") {
		noted = append(noted, e.Status)
	}
	if len(ledger) > 0 && len(j.exchanges) > 0 && ledger[0].At.After(j.exchanges[0].in) && len(seen) > len(noted) {
		seen = seen[len(seen)-len(noted):]
	}
	if len(seen) != len(noted) || granted(seen) != granted(noted) {
		t.Broken = append(t.Broken, fmt.Sprintf("the ledger has %d refreshes, %d granted; the witness %d, %d granted",
			len(noted), granted(noted), len(seen), granted(seen)))
	}
}

func granted(statuses []int) (n int) {
	for _, status := range statuses {
		if status == http.StatusOK {
			n++
		}
	}
	return n
}

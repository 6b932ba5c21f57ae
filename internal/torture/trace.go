package torture

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// traces are what the servers wrote down for the judge.
type traces struct {
	saved map[string]time.Time // access tokens, by name: when they were on disk, in the store or the journal
	sent  map[string][]time.Time
	kills []disturbance // at failpoints
}

// asked is when the server looked at its clock for a request that arrived.
func (t *traces) asked(e *exchange) time.Time {
	asked := e.in
	for _, at := range t.sent[e.replica+" "+e.consumed] {
		if !at.After(e.in) {
			asked = at
		}
	}
	return asked
}

// readTraces reads those of all replicas.
func readTraces(replicas []*replica) (*traces, error) {
	t := &traces{saved: map[string]time.Time{}, sent: map[string][]time.Time{}}
	for _, r := range replicas {
		text, err := os.ReadFile(filepath.Join(r.dir, "trace"))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for line := range bytes.Lines(text) {
			if err := t.read(r.name, line); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

func (t *traces) read(replica string, line []byte) error {
	var nanos int64
	var pid int
	var event, what string
	if _, err := fmt.Sscan(string(line), &nanos, &pid, &event, &what); err != nil {
		return fmt.Errorf("the trace of %s has the line %q: %w", replica, line, err)
	}
	at := time.Unix(0, nanos)
	switch event {
	case failpoint.Saved:
		if was, ok := t.saved[what]; !ok || at.Before(was) {
			t.saved[what] = at
		}
	case failpoint.Sent:
		t.sent[replica+" "+what] = append(t.sent[replica+" "+what], at)
	case failpoint.Killed:
		t.kills = append(t.kills, disturbance{replica: replica, kind: killedAt + what, from: at, to: at.Add(underWay)})
	}
	return nil
}

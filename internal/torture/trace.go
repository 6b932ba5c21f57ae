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
	kills []disturbance        // at failpoints
}

// readTraces reads those of all replicas.
func readTraces(replicas []*replica) (*traces, error) {
	t := &traces{saved: map[string]time.Time{}}
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
	case failpoint.Killed:
		t.kills = append(t.kills, disturbance{replica: replica, kind: "killed " + what, from: at, to: at.Add(underWay)})
	}
	return nil
}

package torture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// RotateKeys makes a new data key, as an operator does, while the servers run.
func (w *World) RotateKeys() error {
	_, err := w.keyring("", "rotate")
	return err
}

// KillRotation ends the operator's program at p, while it makes a new data key in a database that servers share.
func (w *World) KillRotation(p failpoint.Point) error {
	_, err := w.keyring(p, "rotate")
	if failed, ok := errors.AsType[*exec.ExitError](err); !ok || failed.Exited() {
		return fmt.Errorf("tenuto keyring rotate was to be killed at %s, and was not: %v", p, err)
	}
	w.killed(string(p))
	return nil
}

// KillSealing ends whichever servers get to p first, while rows go under a new data key, and starts all anew.
func (w *World) KillSealing(p failpoint.Point) error {
	for _, r := range w.replicas {
		w.stop(r)
		if err := r.start(p, 1, false); err != nil {
			return err
		}
	}
	if err := w.RotateKeys(); err != nil {
		return err
	}
	if !w.anyGone() {
		return errors.New("nothing came to " + string(p))
	}
	for _, r := range w.replicas {
		if r.up() {
			w.stop(r)
		} else {
			w.killed(string(p))
		}
		if err := r.start("", 0, false); err != nil {
			return err
		}
	}
	return nil
}

// anyGone waits until a server has ended by itself; false if none does.
func (w *World) anyGone() bool {
	for limit := time.Now().Add(patience); time.Now().Before(limit); {
		for _, r := range w.replicas {
			if r.goneWithin(10 * time.Millisecond) {
				return true
			}
		}
	}
	return false
}

// AwaitSealed waits until no row is left under an older key; it is the servers that bring them there.
func (w *World) AwaitSealed() error {
	var status struct {
		Left *int `json:"rows_under_older_keys"`
	}
	for limit := time.Now().Add(patience); time.Now().Before(limit); time.Sleep(200 * time.Millisecond) {
		out, err := w.keyring("", "status", "--json")
		if err != nil {
			return err
		}
		if err := json.Unmarshal(out, &status); err != nil || status.Left == nil {
			return fmt.Errorf("tenuto keyring status: %s: %v", out, err)
		}
		if *status.Left == 0 {
			return nil
		}
	}
	return fmt.Errorf("%d rows are left under older keys after %v", *status.Left, patience)
}

// keyring runs one of an operator's commands; it is to end at stop, if that is a failpoint.
func (w *World) keyring(stop failpoint.Point, args ...string) ([]byte, error) {
	r := w.replicas[0]
	place := []string{"--data-dir", w.dataDir(r)}
	if w.Database != nil {
		place = []string{"--database", w.Database.URL(w.Database.Address())}
	}
	cmd := exec.Command(r.program, slices.Concat([]string{"keyring"}, args, place)...)
	cmd.Env = r.env
	if stop != "" {
		cmd.Env = append(slices.Clone(r.env), "TENUTO_FAILPOINT=point="+string(stop))
	}
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("tenuto keyring %s: %w: %s%s", args[0], err, out, said.String())
	}
	return out, nil
}

// FirstStart has the first server end at p while it makes its tables and keys, and starts all of them.
func (w *World) FirstStart(p failpoint.Point) error {
	r := w.replicas[0]
	if err := r.start(p, 1, false); err != nil {
		return err
	}
	if !r.goneWithin(patience) {
		return errors.New("nothing came to " + string(p))
	}
	w.killed(string(p))
	return w.Start()
}

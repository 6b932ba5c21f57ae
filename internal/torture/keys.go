package torture

import (
	"errors"
	"fmt"
	"os/exec"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// RotateKeys makes a new data key, as an operator does, while the servers run.
func (w *World) RotateKeys() error {
	r := w.replicas[0]
	cmd := exec.Command(r.program, "keyring", "rotate", "--data-dir", w.dataDir(r))
	if w.Database != nil {
		cmd = exec.Command(r.program, "keyring", "rotate", "--database", w.Database.URL(w.Database.Address()))
	}
	cmd.Env = r.env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("tenuto keyring rotate: %w: %s", err, out)
	}
	return nil
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

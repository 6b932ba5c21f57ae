package torture_test

import (
	"slices"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/failpoint"
	"github.com/tenuto-dev/tenuto/internal/torture"
)

// elsewhere are the failpoints that no visitor brings about: tests of their own do.
var elsewhere = []failpoint.Point{
	failpoint.BeforeMigration, failpoint.AfterMigration, failpoint.BeforeReseal, failpoint.AfterReseal,
	failpoint.BeforeKeyWrite, failpoint.AfterKeyWrite,
}

// TestSweep ends a server by kill -9 at every failpoint, with a Spotify that replaces refresh tokens at every use.
func TestSweep(t *testing.T) {
	for name, s := range map[string]func(*testing.T) torture.Setup{"sqlite": setup, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			s := s(t)
			s.Refresh, s.People = emulator.Rotated, 12
			w := begin(t, s)
			for _, p := range failpoint.Points() {
				if slices.Contains(elsewhere, p) {
					continue
				}
				if err := w.Trouble(func(w *torture.World) error { return w.KillAt(p, 1) }); err != nil {
					t.Fatal(err)
				}
			}
			tally := judge(t, w)
			for _, p := range failpoint.Points() {
				if !slices.Contains(elsewhere, p) && tally.Kills[string(p)] == 0 {
					t.Errorf("no server was killed at %s", p)
				}
			}
		})
	}
}

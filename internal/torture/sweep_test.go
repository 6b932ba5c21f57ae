package torture_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/failpoint"
	"github.com/tenuto-dev/tenuto/internal/torture"
)

// sweepVariable has every failpoint swept, not only those where most can be lost.
const sweepVariable = "TENUTO_TORTURE_SWEEP"

// worst are the places where most can be lost.
var worst = []failpoint.Point{
	failpoint.AfterClaim, failpoint.AfterSend, failpoint.AfterAnswer, failpoint.AfterJournal,
	failpoint.BeforeCommit, failpoint.AfterCommit, failpoint.AfterForget, failpoint.AfterReseal,
}

// swept are the failpoints of a server that runs. Where servers share a database keys have a test of their own: the
// operator's program makes them, and which server seals with them is not ours to choose.
func swept(store string) (points []failpoint.Point) {
	for _, p := range failpoint.Points() {
		keys := slices.Contains([]failpoint.Point{failpoint.BeforeReseal, failpoint.AfterReseal, failpoint.BeforeKeyWrite, failpoint.AfterKeyWrite}, p)
		start := p == failpoint.BeforeMigration || p == failpoint.AfterMigration
		if !start && (store == "sqlite" || !keys) && (os.Getenv(sweepVariable) != "" || slices.Contains(worst, p)) {
			points = append(points, p)
		}
	}
	return points
}

// TestSweep ends a server by kill -9 at failpoints, with a Spotify that replaces refresh tokens at every use: at the
// worst, or with TENUTO_TORTURE_SWEEP at every one.
func TestSweep(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]func(*testing.T) torture.Setup{"sqlite": setup, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s(t)
			s.Refresh, s.People, s.Rest = emulator.Rotated, 12, 20*time.Millisecond
			w := begin(t, s)
			for _, p := range swept(name) {
				if err := w.Trouble(func(w *torture.World) error { return w.KillAt(p, 1) }); err != nil {
					t.Fatal(err)
				}
			}
			tally := judge(t, w)
			for _, p := range swept(name) {
				if tally.Kills[string(p)] == 0 {
					t.Errorf("no server was killed at %s", p)
				}
			}
		})
	}
}

// TestRekey kills who makes a new key for servers that share a database, and the servers that seal rows with it: in the
// end all rows lie under the newest key, and nobody has lost anything. It takes its time: a new key is used by all
// after 22 s. People are slow here, or all rows would be new by then.
func TestRekey(t *testing.T) {
	t.Parallel()
	s := onPostgres(t)
	s.Refresh, s.People, s.Rest = emulator.Rotated, 24, 2*time.Second
	w := begin(t, s)
	time.Sleep(s.Rest) // until they are there
	troubles := []func(*torture.World) error{
		func(w *torture.World) error { return w.KillRotation(failpoint.BeforeKeyWrite) },
		func(w *torture.World) error { return w.KillRotation(failpoint.AfterKeyWrite) },
		func(w *torture.World) error { return w.KillSealing(failpoint.AfterReseal) },
	}
	if os.Getenv(sweepVariable) != "" {
		troubles = append(troubles, func(w *torture.World) error { return w.KillSealing(failpoint.BeforeReseal) })
	}
	for _, trouble := range troubles {
		if err := w.Trouble(trouble); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.AwaitSealed(); err != nil {
		t.Error(err)
	}
	judge(t, w)
}

// TestFirstStart ends the very first start of a server at the places where it makes tables and keys.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]func(*testing.T) torture.Setup{"sqlite": setup, "postgres": onPostgres} {
		for _, p := range []failpoint.Point{failpoint.BeforeMigration, failpoint.AfterMigration, failpoint.BeforeKeyWrite, failpoint.AfterKeyWrite} {
			t.Run(name+"/"+string(p), func(t *testing.T) {
				t.Parallel()
				s := s(t)
				s.People = 4
				w, err := torture.NewWorld(s)
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(w.Close)
				if err := w.FirstStart(p); err != nil {
					t.Fatal(err)
				}
				time.Sleep(s.Interval / 2)
				judge(t, w)
			})
		}
	}
}

package torture_test

import (
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
)

// TestDiskFull: on a full disk no token is used up and what has come is in the rescue journal, though Spotify replaces
// refresh tokens at every use and takes its time.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	onSmallDisk(t, func(dir string) {
		s := setup(t)
		s.Refresh, s.DataDir, s.Think = emulator.Rotated, dir, 100*time.Millisecond
		w := begin(t, s)
		time.Sleep(2 * s.Interval)
		for _, kill := range []bool{false, true} {
			if err := w.Trouble(func(w *torture.World) error { return w.FullDisk(2*s.Interval, kill) }); err != nil {
				t.Fatal(err)
			}
		}
		judge(t, w)
	})
}

// TestLies: a Spotify that refuses everybody for no reason is not believed.
func TestLies(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.People = 60
	w := begin(t, s)
	time.Sleep(2 * s.Interval)
	if err := w.Trouble(func(w *torture.World) error { return w.Lie(3 * s.Interval) }); err != nil {
		t.Fatal(err)
	}
	if tally := judge(t, w); len(tally.Forced) > 0 {
		t.Errorf("somebody believed it: %v", tally.Forced)
	}
}

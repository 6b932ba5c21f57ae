package torture_test

import (
	"os/exec"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
)

// TestDiskFull: on a full disk no token is used up and what has come is in the rescue journal, though Spotify replaces
// refresh tokens at every use and takes its time. The disk is a small one of its own, which takes the right to mount.
func TestDiskFull(t *testing.T) {
	s := setup(t)
	s.Refresh, s.DataDir, s.Think = emulator.Rotated, t.TempDir(), 100*time.Millisecond
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "tenuto-torture", s.DataDir).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: this account may not mount a small disk, run it as root: %s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", s.DataDir).CombinedOutput(); err != nil {
			t.Errorf("umount: %s", out)
		}
	})
	w := begin(t, s)
	time.Sleep(2 * s.Interval)
	for _, kill := range []bool{false, true} {
		if err := w.Trouble(func(w *torture.World) error { return w.FullDisk(2*s.Interval, kill) }); err != nil {
			t.Fatal(err)
		}
	}
	judge(t, w)
}

// TestLies: a Spotify that refuses everybody for no reason is not believed.
func TestLies(t *testing.T) {
	s := setup(t)
	s.People = 60
	w := begin(t, s)
	time.Sleep(2 * s.Interval)
	if err := w.Trouble(func(w *torture.World) error { return w.Lie(3*s.Interval, 30*time.Second) }); err != nil {
		t.Fatal(err)
	}
	if tally := judge(t, w); len(tally.Forced) > 0 {
		t.Errorf("somebody believed it: %v", tally.Forced)
	}
}

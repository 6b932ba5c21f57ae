package torture_test

import (
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
)

// TestCalm: where nothing happens there is exactly one request for each expiry, at three servers together as at one.
func TestCalm(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]func(*testing.T) torture.Setup{"sqlite": setup, "postgres": onPostgres} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s(t)
			s.Refresh = emulator.RotatedFamily
			w := begin(t, s)
			time.Sleep(4 * s.Interval)
			tally := judge(t, w)
			if len(tally.Extra) > 0 || len(tally.Forced) > 0 || tally.Expiries == 0 {
				t.Errorf("in calm times:\n%v", tally)
			}
		})
	}
}

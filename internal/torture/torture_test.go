package torture_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
)

// The variables of a long run: see docs/reliability.md.
const (
	roundsVariable   = "TENUTO_TORTURE_ROUNDS"   // with kill -9, of each store, in all; without it the run is short
	dirVariable      = "TENUTO_TORTURE_DIR"      // where it keeps what it has done, and the report
	storeVariable    = "TENUTO_TORTURE_STORE"    // sqlite or postgres; without it both
	providerVariable = "TENUTO_TORTURE_PROVIDER" // a word of providers; without it all of them in turn
	seedVariable     = "TENUTO_TORTURE_SEED"
)

// providers are what Spotify may do with refresh tokens.
var providers = []struct {
	name string
	mode emulator.RefreshTokens
}{
	{"none", emulator.NoneReturned}, {"rotate", emulator.Rotated}, {"grace", emulator.RotatedGrace},
	{"same", emulator.SameReturned}, {"family", emulator.RotatedFamily}, {"empty", emulator.EmptyReturned},
}

// atOnce is how many rounds one world sees in a long run. The last world sees no fewer than least, though fewer are
// left: people need time to come.
const atOnce, least = 50, 10

// TestTorture ends, pauses and cuts off servers round by round while people use them. Short by itself; with
// TENUTO_TORTURE_ROUNDS as long as you like, and it goes on where it was interrupted.
func TestTorture(t *testing.T) {
	t.Parallel()
	rounds := number(t, roundsVariable, 0)
	if rounds == 0 {
		for n, e := range []struct {
			store, provider string
			rounds          int
		}{
			{"sqlite", "none", 6}, {"sqlite", "rotate", 8}, {"sqlite", "grace", 5}, {"postgres", "same", 5}, {"postgres", "rotate", 7},
		} {
			t.Run(e.store+"/"+e.provider, func(t *testing.T) {
				t.Parallel()
				live(t, e.store, e.provider, uint64(n+1), e.rounds)
			})
		}
		return
	}
	campaign, err := torture.OpenCampaign(cmp.Or(os.Getenv(dirVariable), filepath.Join(os.TempDir(), "tenuto-torture")))
	if err != nil {
		t.Fatal(err)
	}
	stores := strings.Fields(cmp.Or(os.Getenv(storeVariable), "sqlite postgres"))
	seed := uint64(number(t, seedVariable, 1))
	for busy := true; busy; {
		busy = false
		for _, store := range stores {
			left := rounds - campaign.Kills(store)
			if left <= 0 {
				continue
			}
			busy = true
			provider := cmp.Or(os.Getenv(providerVariable), providers[campaign.Rounds(store, "")/atOnce%len(providers)].name)
			n := seed + uint64(campaign.Episodes())
			t.Run(fmt.Sprintf("%s/%s/%d", store, provider, n), func(t *testing.T) {
				tally := live(t, store, provider, n, max(least, min(left, atOnce)))
				if err := campaign.Add(torture.Episode{Store: store, Provider: provider, Seed: n, Tally: *tally}); err != nil {
					t.Fatal(err)
				}
			})
			if seed+uint64(campaign.Episodes()) == n {
				t.Fatalf("the world could not be played to its end; run it again to go on")
			}
		}
	}
	t.Logf("\n%s", campaign.Report())
}

// live is one world from beginning to end.
func live(t *testing.T, store, provider string, seed uint64, rounds int) *torture.Tally {
	t.Helper()
	s := setup(t)
	if store == "postgres" {
		s = onOwnPostgres(t) // it may be restarted
	}
	s.Seed = seed
	for _, p := range providers {
		if p.name == provider {
			s.Refresh = p.mode
		}
	}
	if store == "sqlite" && (s.Refresh == emulator.Rotated || s.Refresh == emulator.RotatedFamily) {
		s.People = 12 // a server that dies each second takes so many people's tokens that it would doubt Spotify
	}
	w := begin(t, s)
	for range rounds {
		if err := w.Round(); err != nil {
			t.Fatal(err)
		}
	}
	return judge(t, w)
}

// judge ends a world and fails the test for each promise that was broken.
func judge(t *testing.T, w *torture.World) *torture.Tally {
	t.Helper()
	w.Stop()
	w.Settle(30 * time.Second)
	tally, err := w.Judge()
	if err != nil {
		t.Fatal(err)
	}
	for _, broken := range tally.Broken {
		t.Error(broken)
	}
	if tally.Acknowledged() == 0 {
		t.Error("nothing was going on: this proves nothing")
	}
	t.Logf("\n%v", tally)
	return tally
}

func number(t *testing.T, variable string, otherwise int) int {
	t.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return n
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// A script that calls in a loop while Spotify forbids it sends one request, and hears at once
// until when; whatever it calls, and whoever has looked into the directory.
func TestCommandsPauseTogether(t *testing.T) {
	t.Parallel()
	const tracks = "GET /me/tracks"
	for name, fault := range map[string]emulator.Fault{
		"rate": {Operation: tracks, Status: 429, RetryAfter: 14 * time.Hour}, "quota": {Operation: tracks, Quota: true, RetryAfter: 14 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, emulator.Config{})
			d.world.Fail(fault)
			for i, args := range [][]string{{"api", "get-users-saved-tracks"}, {"api", "get-users-saved-tracks"}, {"api", "GET", "/me"}, {"now"}, {"search", "a"}, {"next"}, {"whoami"}} {
				before := len(d.world.Ledger())
				status, _, errs := d.run(args...)
				if status != failed || !strings.Contains(errs, "hint: Spotify answers again at ") || !strings.Contains(errs, "in 1") {
					t.Errorf("%q = %d, %s\nwant to hear until when", args, status, errs)
				}
				if n := len(d.world.Ledger()) - before; i > 0 && n > 0 {
					t.Errorf("%q sent %d requests while Spotify forbids it", args, n)
				}
				if i == 0 { // odd things in the directory are nobody's pause
					for _, odd := range []string{"x", "-", "a-rate-", "a-rate-9e9", "a-odd-99999999999999", ".lock"} {
						writeFile(t, filepath.Join(d.state, "tenuto", "pauses", odd), "\x00")
					}
				}
			}
			// Another app, or another Web API, is not concerned.
			other := newDesk(t, emulator.Config{})
			other.state = d.state
			if status, _, errs := other.run("api", "GET", "/me"); status != done {
				t.Errorf("at another Web API: %d, %s", status, errs)
			}
		})
	}
}

// A pause that is over, or that a wrong clock noted, hinders nobody and is cleaned away; without
// a place for pauses everything works as well.
func TestPausesEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, emulator.Config{})
	p := &program{lookup: lookupIn(map[string]string{"XDG_STATE_HOME": d.state})}
	budget := p.pausesOf(&app{conf: &auth.Config{ClientID: d.world.App().ClientID}, apiURL: d.world.APIURL()})
	now := time.Now()
	for _, until := range []time.Time{now.Add(-time.Hour), now.AddDate(10, 0, 0)} {
		if err := budget.Pause(t.Context(), spotify.BudgetRate, until); err != nil {
			t.Fatal(err)
		}
	}
	if status, _, errs := d.run("api", "GET", "/me"); status != done {
		t.Errorf("api = %d, %s", status, errs)
	}
	dir := filepath.Join(d.state, "tenuto", "pauses")
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v, want nothing", left, err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "no directory")
	d.world.Fail(emulator.Fault{Operation: "GET /me", Status: 429, RetryAfter: time.Second})
	if status, _, errs := d.run("api", "GET", "/me"); status != done {
		t.Errorf("api without a place for pauses = %d, %s", status, errs)
	}
}

// Of pauses that are noted at the same time the longest counts, and the quota's first.
func TestTheLongestPauseCounts(t *testing.T) {
	t.Parallel()
	budget := &pauses{filepath.Join(t.TempDir(), "pauses"), "app"}
	var all sync.WaitGroup
	now := time.Now().Truncate(time.Millisecond)
	for i := range 50 {
		all.Go(func() {
			if err := budget.Pause(t.Context(), spotify.BudgetRate, now.Add(time.Duration(i+1)*time.Hour)); err != nil {
				t.Error(err)
			}
			if _, _, err := budget.Paused(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if reason, until, err := budget.Paused(t.Context()); reason != spotify.BudgetRate || !until.Equal(now.Add(50*time.Hour)) || err != nil {
		t.Errorf("Paused = %q, %v, %v, want rate for 50 hours", reason, until, err)
	}
	if err := budget.Pause(t.Context(), spotify.BudgetQuota, now.Add(time.Hour)); err != nil {
		t.Error(err)
	}
	if reason, until, err := budget.Paused(t.Context()); reason != spotify.BudgetQuota || !until.Equal(now.Add(time.Hour)) || err != nil {
		t.Errorf("Paused = %q, %v, %v, want quota for an hour", reason, until, err)
	}
}

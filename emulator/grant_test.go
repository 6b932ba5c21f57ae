package emulator_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// rows counts what the state holds of each kind.
func (p program) rows() (grants, refresh, access int) {
	p.t.Helper()
	var s struct {
		State struct{ Grants, Refresh, Access map[string]any }
	}
	if err := json.Unmarshal(p.world.Snapshot(), &s); err != nil {
		p.t.Fatal(err)
	}
	return len(s.State.Grants), len(s.State.Refresh), len(s.State.Access)
}

// What has been useless for a month is forgotten; what still works never is.
func TestUselessTokensAreForgotten(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := newProgram(t, emulator.Config{Refresh: emulator.Rotated, ConsentLifetime: -1, Now: func() time.Time { return start }})
	kept := p.logIn("bob")
	for range 20 { // grants that end
		p.logIn("alice")
		p.world.Revoke("alice")
	}
	mine := *p.logIn("alice").RefreshToken
	rotate := func(times int) {
		t.Helper()
		for range times {
			got := p.refresh(mine)
			if got.RefreshToken == nil {
				t.Fatalf("refresh = %s", got.Body)
			}
			mine = *got.RefreshToken
		}
	}
	rotate(600)
	if grants, refresh, _ := p.rows(); grants != 22 || refresh < 600 {
		t.Errorf("%d grants and %d refresh tokens, want all of the last month's", grants, refresh)
	}
	p.world.Advance(40 * 24 * time.Hour)
	rotate(1200)
	grants, refresh, access := p.rows()
	if grants != 2 || refresh > 1300 || access > 1300 {
		t.Errorf("%d grants, %d refresh and %d access tokens, want the old ones gone", grants, refresh, access)
	}
	if got := p.refresh(*kept.RefreshToken); got.Status != 200 {
		t.Errorf("a token that was never used = %s, want it to work", got.Body)
	}
}

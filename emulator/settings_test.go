package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenuto-dev/tenuto/emulator"
)

type settings struct {
	Refresh  string           `json:"refresh_tokens"`
	Narrow   bool             `json:"narrow_on_refresh"`
	Lifetime string           `json:"token_lifetime"`
	Months   int              `json:"consent_months"`
	Quirks   []emulator.Quirk `json:"quirks"`
	Approve  string           `json:"auto_approve"`
	Rate     int              `json:"rate_limit"`
	Quota    int              `json:"quota"`
}

// Settings are shown whole, changed in part, and in force at once.
func TestSettings(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	var got settings
	check := func(want settings) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("settings (-want +got):\n%s", diff)
		}
	}
	p.control("GET", "/settings", "", &got)
	want := settings{Refresh: "none", Lifetime: "1h0m0s", Months: 6, Quirks: []emulator.Quirk{"null-images", "null-playlists", "hidden-episodes"}}
	check(want)

	login := p.logIn("alice", "scope", "user-read-email")
	p.logIn("alice", "scope", "user-top-read")
	p.control("POST", "/settings", `{"refresh_tokens": "rotate", "token_lifetime": 60, "narrow_on_refresh": true}`, &got)
	want.Refresh, want.Lifetime, want.Narrow = "rotate", "1m0s", true
	check(want)
	rotated := p.refresh(*login.RefreshToken)
	if rotated.RefreshToken == nil || *rotated.RefreshToken == *login.RefreshToken || rotated.ExpiresIn != 60 || *rotated.Scope != "user-read-email" {
		t.Errorf("refresh = %s, want a new token, a minute, its own scope", rotated.Body)
	}

	p.control("POST", "/settings", `{"quirks": ["drift"], "consent_months": -1, "auto_approve": "bob", "quota": 9, "rate_limit": 7}`, &got)
	want.Quirks = []emulator.Quirk{"unknown-values", "unknown-fields", "missing-fields", "no-scope-in-answer"}
	want.Months, want.Approve, want.Quota, want.Rate = -1, "bob", 9, 7
	check(want)
	p.world.AdvanceDate(3, 0, 0)
	if got := p.refresh(*rotated.RefreshToken); got.Status != 200 || got.Scope != nil {
		t.Errorf("refresh after years = %s, want success without scope", got.Body)
	}
	if back := newSurfer(p).open(p.loginURL()); back.location == nil || back.location.Query().Get("code") == "" {
		t.Errorf("GET /authorize = %d, want a code at once", back.status)
	}

	p.control("POST", "/settings", `{"quirks": [], "quota": 3}`, &got)
	want.Quirks, want.Quota = []emulator.Quirk{}, 3
	check(want)
	if status := p.control("POST", "/settings", `{"quota": 4, "rate_limit": -1}`, nil); status != 400 {
		t.Errorf("a bad setting = %d, want 400", status)
	}
	p.control("GET", "/settings", "", &got)
	check(want) // nothing of the bad request
}

// What belongs to the beginning does not change.
func TestConfigure(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	p := newProgram(t, emulator.Config{Now: func() time.Time { return start }, Quirks: []emulator.Quirk{"floats"}})
	var kept []emulator.Quirk
	p.world.Configure(func(c *emulator.Config) {
		c.Apps, c.People, c.Seed, c.Now = []emulator.App{}, []emulator.Person{}, 7, nil
		kept = c.Quirks
		c.Quirks = append(c.Quirks, "all")
	})
	kept[0] = "nonsense" // ours to keep
	if app := p.world.App(); app.ClientID != p.app.ClientID || !p.world.Now().Equal(start) {
		t.Errorf("Configure changed the app or the clock: %+v %v", app, p.world.Now())
	}
	if got := p.logIn("alice"); got.Scope != nil {
		t.Errorf("scope = %q, want none with all quirks", *got.Scope)
	}
}

// Every quirk is in a pack beside "all", and none in two.
func TestQuirkPacks(t *testing.T) {
	t.Parallel()
	in := map[emulator.Quirk][]string{}
	p := newProgram(t, emulator.Config{})
	for _, pack := range []string{"nulls", "drift", "shapes"} {
		var got settings
		p.control("POST", "/settings", `{"quirks": ["`+pack+`"]}`, &got)
		for _, q := range got.Quirks {
			in[q] = append(in[q], pack)
		}
	}
	for q, words := range emulator.Quirks() {
		if !strings.HasPrefix(words, "A pack:") && len(in[q]) != 1 {
			t.Errorf("quirk %s is in the packs %v, want one", q, in[q])
		}
	}
}

package emulator_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

func TestZeroConfig(t *testing.T) {
	t.Parallel()
	app, again, other := emulator.New(emulator.Config{}).App(), emulator.New(emulator.Config{}).App(), emulator.New(emulator.Config{Seed: 1}).App()
	hex := regexp.MustCompile(`^[0-9a-f]{32}$`)
	if !hex.MatchString(app.ClientID) || !hex.MatchString(app.ClientSecret) || app.ClientID == app.ClientSecret {
		t.Errorf("App() = %+v, want 32 hexadecimal digits for id and secret", app)
	}
	if got := fmt.Sprint(app.RedirectURIs); got != "[http://127.0.0.1:5000/callback http://127.0.0.1/callback]" {
		t.Errorf("RedirectURIs = %v", got)
	}
	if again.ClientID != app.ClientID || again.ClientSecret != app.ClientSecret || other.ClientID == app.ClientID {
		t.Error("the same seed has to make the same app, another seed another one")
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]emulator.Config{
		"":                   {Apps: []emulator.App{{}, {ClientID: "a", RedirectURIs: []string{"myapp:cb"}}}, AutoApprove: "bob"},
		"occurs twice":       {Apps: []emulator.App{{ClientID: "a"}, {ClientID: "a"}}},
		"is not absolute":    {Apps: []emulator.App{{RedirectURIs: []string{"/callback"}}}},
		"fragment":           {Apps: []emulator.App{{RedirectURIs: []string{"https://a.example/#x"}}}},
		"has no host":        {Apps: []emulator.App{{RedirectURIs: []string{"http:///callback"}}}},
		"letters and digits": {Apps: []emulator.App{{ClientID: "a b"}}},
		`"alice" occurs`:     {People: []emulator.Person{{Name: "alice"}, {Name: "alice"}}},
		"two capitals":       {People: []emulator.Person{{Country: "Sweden"}}},
		"SavedTracks":        {People: []emulator.Person{{SavedTracks: -2}}},
		"Playlists":          {People: []emulator.Person{{Playlists: -2}}},
		"nobody is called":   {AutoApprove: "mallory"},
		"TokenLifetime":      {TokenLifetime: -1},
		"ConsentLifetime":    {ConsentLifetime: -2},
		"1200 at most":       {ConsentLifetime: 1 << 40},
		"Config.Refresh":     {Refresh: 42},
		"Config.RateLimit":   {RateLimit: -1},
		"Spotify admits 5":   {Apps: []emulator.App{{Allowlist: []string{"a", "b", "c", "d", "e", "f"}}}},
		"Config.Quota":       {Quota: -1},
		"no quirk is called": {Quirks: []emulator.Quirk{"nonsense"}},
	} {
		err := c.Check()
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("Check() = %v, want %q", err, want)
		}
		if got := panicOf(func() { emulator.New(c) }); (want == "") != (got == "") {
			t.Errorf("New panics with %q, want %q", got, want)
		}
	}
}

func TestAddAppAndPerson(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	person := p.world.AddPerson(emulator.Person{SavedTracks: -1})
	if person.Name != "carol" || person.AccountID == "" || person.Country == "" || person.SavedTracks != -1 || person.Playlists == 0 {
		t.Errorf("AddPerson = %+v, want carol, filled in", person)
	}
	p.app = p.world.AddApp(emulator.App{RedirectURIs: []string{"https://a.example/cb"}})
	if p.app.ClientID == "" || p.app.ClientID == p.world.App().ClientID {
		t.Errorf("AddApp = %+v, want another app", p.app)
	}
	first := p.logIn("carol")
	changed := p.app
	changed.ClientSecret = "new"
	p.world.AddApp(changed)
	if got := p.refresh(*first.RefreshToken); got.Description != "Invalid client secret" {
		t.Errorf("old secret: %s, want it refused", got.Body)
	}
	p.app = changed
	if got := p.refresh(*first.RefreshToken); got.Status != 200 {
		t.Errorf("new secret: %s, want a token", got.Body)
	}
	other := program{t, p.world, p.world.App()}
	if got := other.refresh(*first.RefreshToken); got.Error != "invalid_grant" || got.Description != "Invalid refresh token" {
		t.Errorf("another app's token: %s, want invalid_grant", got.Body)
	}
	if got := other.exchange(p.code("carol"), "redirect_uri", "https://a.example/cb"); got.Description != "Invalid authorization code" {
		t.Errorf("another app's code: %s, want it refused", got.Body)
	}
}

// What the Web API says to tokens that are no good.
func TestAccessTokens(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	p := newProgram(t, emulator.Config{Now: func() time.Time { return now }, TokenLifetime: time.Minute})
	login, revoked := p.logIn("alice"), p.logIn("bob")
	p.world.Revoke("bob")
	for name, test := range map[string]struct {
		token, want string
	}{
		"good":    {login.AccessToken, `"id":"alice"`},
		"mangled": {login.AccessToken + "x", "Invalid access token"},
		"revoked": {revoked.AccessToken, "Invalid access token"},
		"empty":   {"", "Only valid bearer authentication supported"},
	} {
		if got := p.call(test.token, "/me"); !strings.Contains(got.body, test.want) {
			t.Errorf("%s: %d %s, want %q", name, got.status, got.body, test.want)
		}
	}
	resp, err := p.world.Client().Get("https://api.spotify.com/v1/me")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("no token: %d, want 401", resp.StatusCode)
	}
	p.world.Advance(time.Minute - time.Nanosecond)
	if got := p.call(login.AccessToken, "/me").status; got != 200 || login.ExpiresIn != 60 {
		t.Errorf("at the last moment of %d s: %d, want 200 and 60 s", login.ExpiresIn, got)
	}
	p.world.Advance(time.Nanosecond)
	if got := p.call(login.AccessToken, "/me"); got.status != 401 || !strings.Contains(got.body, "The access token expired") {
		t.Errorf("a minute later: %d %s, want that it expired", got.status, got.body)
	}
}

func TestSnapshot(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	p := newProgram(t, emulator.Config{Refresh: emulator.Rotated, Now: func() time.Time { return start }})
	login := p.logIn("alice", "scope", "user-read-currently-playing")
	before := p.call(login.AccessToken, "/me/player/currently-playing")
	snapshot := p.world.Snapshot()

	p.world.Advance(time.Hour)
	p.world.Play("alice", "")
	if got := p.refresh(*login.RefreshToken); got.Status != 200 {
		t.Fatalf("refresh: %s", got.Body)
	}
	p.world.Revoke("alice")

	elsewhere := program{t, emulator.New(emulator.Config{Refresh: emulator.Rotated, Now: func() time.Time { return start }}), p.app}
	for name, p := range map[string]program{"the same": p, "another": elsewhere} {
		if err := p.world.Restore(snapshot); err != nil {
			t.Fatal(err)
		}
		if !p.world.Now().Equal(start) {
			t.Errorf("%s: Now() = %v, want %v", name, p.world.Now(), start)
		}
		if got := p.call(login.AccessToken, "/me/player/currently-playing"); got.status != 200 || got.body != before.body {
			t.Errorf("%s: now playing %d %s, want %s", name, got.status, got.body, before.body)
		}
		if got := p.refresh(*login.RefreshToken); got.Status != 200 {
			t.Errorf("%s: refresh: %s, want a token", name, got.Body)
		}
	}
	for _, bad := range []string{"", "{}", `{"tenuto_emulator":9,"state":{}}`, `{"tenuto_emulator":1,"state":null}`} {
		if err := p.world.Restore([]byte(bad)); err == nil {
			t.Errorf("Restore(%q): want an error", bad)
		}
	}
}

// reporter is a test that goes on after failing.
type reporter struct {
	testing.TB
	cleanups []func()
	log      string
}

func (r *reporter) Failed() bool                    { return true }
func (r *reporter) Cleanup(f func())                { r.cleanups = append(r.cleanups, f) }
func (r *reporter) Logf(format string, args ...any) { r.log += fmt.Sprintf(format, args...) }

func TestStartLogsTheLedgerOfAFailedTest(t *testing.T) {
	t.Parallel()
	r := &reporter{TB: t}
	world := emulator.Start(r)
	p := program{t, world, world.App()}
	p.logIn("alice")
	for _, f := range r.cleanups {
		f()
	}
	if !strings.Contains(r.log, "POST /api/token") {
		t.Errorf("log = %q, want the ledger", r.log)
	}
}

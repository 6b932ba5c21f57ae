package emulator_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// The scenario of the documentation is what it says.
func TestDocumentedScenario(t *testing.T) {
	t.Parallel()
	docs, err := os.ReadFile("../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	text := regexp.MustCompile("(?s)```jsonc\n(.*?)```").FindSubmatch(docs)
	if text == nil {
		t.Fatal("docs/emulator.md has no scenario")
	}
	c, err := emulator.LoadScenario(strings.NewReader(string(text[1])))
	if err != nil {
		t.Fatal(err)
	}
	world := emulator.New(c)
	if now, want := world.Now(), time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC); now.Before(want) || now.Sub(want) > time.Minute {
		t.Errorf("clock = %v, want %v and a little", now, want)
	}
	if app := world.App(); app.ClientID != "my-app" || app.ClientSecret != "my-secret" || len(app.Allowlist) != 2 {
		t.Errorf("App() = %+v, want that of the file", app)
	}
	dora := as(t, world, "dora", everything)
	saved := dora.get("/me/tracks")
	if saved.number("total") != 1 || saved.text("items.0.track.name") != "A Long Note" || saved.number("items.0.track.duration_ms") != 270_000 ||
		saved.text("items.0.track.artists.0.name") != "The Test Tones" || saved.text("items.0.track.album.release_date") != "2026-02-03" {
		t.Errorf("dora's library = %v, want A Long Note", saved.value)
	}
	if got := dora.do("GET /me/tracks", "").status; got != 503 {
		t.Errorf("GET /me/tracks once more = %d, want the fault", got)
	}
	if got := dora.do("GET /me/library/contains?uris=spotify:user:alice", "").body; got != "[true]" {
		t.Errorf("dora follows alice: %s", got)
	}
	playing := dora.get("/me/player")
	if playing.text("item.name") != "Clair de lune" && !strings.Contains(playing.text("item.name"), "Clair de lune") {
		t.Errorf("dora plays %s, want Clair de lune", playing.text("item.name"))
	}
	lists := dora.get("/me/playlists")
	if lists.number("total") != 1 || lists.text("items.0.name") != "For testing" || lists.at("items.0.public") != false ||
		!strings.HasSuffix(playing.text("context.uri"), lists.text("items.0.id")) {
		t.Errorf("dora's playlists = %v, want the one that plays", lists.value)
	}
	items := dora.get("/playlists/" + lists.text("items.0.id") + "/items")
	if items.text("items.1.item.name") != "A Rest" || items.text("items.1.item.artists.1.name") != "Erik Satie" {
		t.Errorf("the second item = %v, want A Rest with Erik Satie", items.at("items.1.item"))
	}
	alice := as(t, world, "alice", everything)
	if alice.get("/me/tracks").number("total") != 130 {
		t.Error("alice lacks her 130 tracks")
	}

	// It goes through a snapshot with the music that was added, and into another emulator.
	other := emulator.New(emulator.Config{Now: world.Now})
	if err := other.Restore(world.Snapshot()); err != nil {
		t.Fatal(err)
	}
	dora.world = other
	if got := dora.get("/me/tracks").text("items.0.track.name"); got != "A Long Note" {
		t.Errorf("after a snapshot the library begins with %q", got)
	}
	if got := dora.get("/search?type=artist&q=test+tones").text("artists.items.0.name"); got != "The Test Tones" {
		t.Errorf("after a snapshot search finds %q", got)
	}
}

func TestScenarioMistakes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{\n\"seed\": \"x\"}":                                                                      "line 2, /seed: want a whole number",
		"{\n\n \"sede\": 1}":                                                                       `line 3, /sede: there is no field "sede": want refresh_tokens, `,
		"{\n\"people\": [\n{\"nam\": \"x\"}]}":                                                     `line 3, /people/0/nam: there is no field "nam": want name, account_id,`,
		"{\"people\": [{\"lists\": [\n{\"titel\": 1}]}]}":                                          `line 2, /people/0/lists/0/titel: there is no field "titel": want id, name, description`,
		"{\"people\": {}}":                                                                         "line 1, /people: want a list",
		"{\"people\": [\n{\"name\": \"a\"},\n{\"country\": \"Sweden\"}]}":                          `line 3, /people/1: Person "": country "Sweden": want two capitals`,
		"{\"people\": [{\"name\":\"a\"},\n{\"name\":\"a\"}]}":                                      `name "a" occurs twice`,
		"{\"people\": [\n{\"library\": [\"zzzz qqqq\"]}]}":                                         `line 2, /people/0: Person "": Library: there is no "zzzz qqqq"`,
		"{\"people\": [{\"playing\": \"zzzz qqqq\"}]}":                                             `Playing: there is no "zzzz qqqq"`,
		"{\"people\": [{\"playing\": \"moon\", \"silent\": true}]}":                                "want one of them",
		"{\"people\": [{\"lists\": [{\"name\": \"x\", \"items\": [\"spotify:album:x\"]}]}]}":       `playlist "x": there is no track or episode "spotify:album:x"`,
		"{\"refresh_tokens\": \"often\"}":                                                          "line 1, /refresh_tokens: want one of none, same, empty",
		"{\"token_lifetime\": \"soon\"}":                                                           `/token_lifetime: want a time like "1h30m", or a number of seconds`,
		"{\"token_lifetime\": 1e300}":                                                              "/token_lifetime: want a time",
		"{\"clock\": \"0001-01-01T00:00:00Z\"}":                                                    "/clock: the clock would say 1: want a year",
		"{\"clock\": \"noon\"}":                                                                    `/clock: want a moment like "2026-11-21T18:00:00Z"`,
		"{\"quirks\": [\"nonsense\"]}":                                                             `no quirk is called "nonsense"`,
		"{\"albums\": [{\"name\": \"x\"}]}":                                                        "/albums/0: Album \"x\": it has no tracks",
		"{\"albums\": [{\"name\": \"x\", \"released\": \"May\", \"tracks\": [{\"name\":\"y\"}]}]}": "want a date like",
		"{\"apps\": [{\"redirect_uris\": [\"/x\"]}]}":                                              "/apps/0: App: redirect URI",
		"{\"faults\": [{\"operation\": \"GET /nothing\", \"status\": 500}]}":                       "/faults/0: Fail: there is no operation",
		"{\"faults\": [{\"status\": 500, \"reset\": \"x\"}]}":                                      "want before, after or halfway",
		"{\"seed\": 1,\n\"seed\": 2}":                                                              "line 2, /seed: duplicate",
		"{\n\n\"seed\": 1":                                                                         "line 3: unexpected EOF",
		"{\"seed\":\n 1 2}":                                                                        "line 2",
		"":                                                                                         "line 1",
		"{} // fine\n{}":                                                                           "line 2",
	} {
		if _, err := emulator.LoadScenario(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("LoadScenario(%s) = %v, want %q", text, err, want)
		}
	}
}

// A running emulator begins anew with a scenario; a bad one changes nothing.
func TestScenarioOfARunningEmulator(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{RateLimit: 3})
	login := p.logIn("alice")
	p.world.Fail(emulator.Fault{Operation: "GET /me", Status: 500, Times: -1})
	p.world.Advance(time.Hour)
	if status := p.control("PUT", "/scenario", `{"people": [{"nam": "dora"}]}`, nil); status != 400 {
		t.Errorf("a bad scenario = %d, want 400", status)
	}
	if app := p.world.App(); app.ClientID != p.app.ClientID || p.call(login.AccessToken, "/me").status != 500 {
		t.Errorf("a bad scenario changed something: %+v", app)
	}
	text := `{"apps": [{"client_id": "new"}], "people": [{"name": "dora"}], "quota": 1, "faults": [{"operation": "GET /me", "status": 502}], "clock": "2030-01-01T00:00:00Z"}`
	if status := p.control("PUT", "/scenario", text, nil); status != 204 {
		t.Fatalf("PUT /scenario = %d", status)
	}
	if now := p.world.Now(); now.Year() != 2030 || now.YearDay() != 1 || now.Hour() != 0 {
		t.Errorf("clock = %v, want the beginning of 2030", now)
	}
	if got := p.call(login.AccessToken, "/me").status; got != 502 {
		t.Errorf("the new fault = %d, want 502", got)
	}
	if got := p.call(login.AccessToken, "/me").status; got != 401 {
		t.Errorf("the old token = %d, want 401", got)
	}
	p.app = p.world.App()
	dora := p.logIn("dora").AccessToken
	if first, second := p.call(dora, "/me").status, p.call(dora, "/me").status; p.app.ClientID != "new" || first != 200 || second != 429 {
		t.Errorf("the new app %+v and quota: %d, %d, want 200, 429", p.app, first, second)
	}
	if len(p.world.Ledger().By("alice")) == 0 {
		t.Error("the ledger forgot alice")
	}
}

// Comments and commas may stand where they do no harm, and nowhere else.
func TestScenarioText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"{}": 0, "\ufeff{\"seed\": 2}": 2, "// first\n{\"seed\": 3, /* , } */ }": 3, "{\"seed\": 4, // last\n}": 4, "/**/{\"seed\":5}//": 5,
		"{\"apps\": [{\"client_id\": \"a//b\\\",]\"}, ], \"seed\": 6}": -1, // letters and digits only, but read as they stand
	} {
		c, err := emulator.LoadScenario(strings.NewReader(text))
		if want == -1 {
			if err == nil || !strings.Contains(err.Error(), `a//b\",]`) {
				t.Errorf("LoadScenario(%s) = %v, want a complaint about the client id", text, err)
			}
		} else if err != nil || c.Seed != want {
			t.Errorf("LoadScenario(%s) = seed %d, %v, want %d", text, c.Seed, err, want)
		}
	}
	for _, text := range []string{"{,}", "[,]", "{\"seed\": 1,,}", "/* {}", "{\"seed\": 1 /}", "{\"a", "/"} {
		if _, err := emulator.LoadScenario(strings.NewReader(text)); err == nil {
			t.Errorf("LoadScenario(%s) succeeded", text)
		}
	}
}

func FuzzLoadScenario(f *testing.F) {
	f.Add("{\"seed\": 1, /* x */ \"people\": [{\"name\": \"a\", \"playing\": \"moon\",}]} // y")
	f.Add("{\"albums\":[{\"name\":\"x\",\"released\":\"1999\",\"tracks\":[{\"name\":\"y\",\"duration\":1e300}]}]}")
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := emulator.LoadScenario(strings.NewReader(text)); err == nil {
			emulator.New(c) // whatever loads is a good configuration
		}
	})
}

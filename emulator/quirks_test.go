package emulator_test

import (
	"bytes"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// with is an extended world with just these quirks.
func with(quirks ...emulator.Quirk) *emulator.Emulator {
	return emulator.New(emulator.Config{Apps: []emulator.App{{Extended: true}}, Quirks: append([]emulator.Quirk{}, quirks...)})
}

// younger calls with an app in development mode of the same world.
func (c caller) younger() caller {
	c.t.Helper()
	app := c.world.AddApp(emulator.App{ClientID: c.world.App().ClientID})
	if app.Extended {
		c.t.Fatal("the app is still in extended mode")
	}
	return as(c.t, c.world, "alice", everything)
}

func TestQuirks(t *testing.T) {
	t.Parallel()
	show := func(c caller) string { c.t.Helper(); return strings.Split(c.found("show", "the"), ":")[2] }
	tests := []struct {
		quirk emulator.Quirk
		sign  func(c caller) bool // reports whether it shows
	}{
		{"null-images", func(c caller) bool { return c.get("/playlists/"+c.mine("Later")).at("images") == nil }},
		{"null-playlists", func(c caller) bool {
			c = c.younger()
			return strings.Contains(c.do("GET /search?type=playlist&q=rising", "").body, "null,null")
		}},
		{"hidden-episodes", func(c caller) bool {
			c.world.Play("alice", c.found("episode", "the"))
			return c.get("/me/player").at("item") == nil
		}},
		{"null-members", func(c caller) bool {
			return c.get("/me/playlists").at("items.1") == nil && c.get("/shows/"+show(c)+"/episodes").at("items.1") == nil
		}},
		{"null-progress", func(c caller) bool { return c.get("/me/player").at("progress_ms") == nil }},
		{"null-device-ids", func(c caller) bool { return c.get("/me/player/devices").at("devices.1.id") == nil }},
		{"null-public", func(c caller) bool {
			return strings.Contains(c.do("GET /me/playlists", "").body, `"public":null`)
		}},
		{"floats", func(c caller) bool { return strings.Contains(c.do("GET /me/tracks", "").body, `"total":130.0`) }},
		{"unknown-values", func(c caller) bool { return c.get("/me/player").text("device.type") == "Hologram" }},
		{"unknown-fields", func(c caller) bool { return c.get("/me").has("x_experiment") }},
		{"missing-fields", func(c caller) bool { return !c.get("/me/player").has("device.volume_percent") }},
		{"odd-objects", func(c caller) bool { return c.get("/shows/" + show(c)).has("publisher.name") }},
		{"text-bodies", func(c caller) bool { a := c.do("PUT /me/player/pause", ""); return a.status == 200 && a.body != "" }},
		{"old-entry-key", func(c caller) bool {
			c = c.younger()
			return c.get("/playlists/" + c.mine("Held Notes") + "/items").has("items.0.track")
		}},
	}
	tested := map[emulator.Quirk]bool{"no-scope-in-answer": true} // of the accounts service
	for _, test := range tests {
		tested[test.quirk] = true
		if !test.sign(as(t, with(test.quirk), "alice", everything)) {
			t.Errorf("quirk %s does not show", test.quirk)
		}
		if test.sign(as(t, with(), "alice", everything)) {
			t.Errorf("quirk %s shows without being asked for", test.quirk)
		}
	}
	for quirk, sentence := range emulator.Quirks() {
		if !tested[quirk] && !strings.HasPrefix(sentence, "A pack:") || !strings.HasSuffix(sentence, ".") {
			t.Errorf("quirk %s (%s) is not tested, or not described", quirk, sentence)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	world := extended()
	alice := as(t, world, "alice", everything)
	seen := map[string]bool{}
	tracks := alice.get("/me/tracks?limit=3")
	for _, path := range []string{"items.0.track.album.images", "items.1.track.album.images", "items.2.track.album.images"} {
		for _, image := range tracks.items(path) {
			image := object{t, image}
			resp, err := world.Client().Get(image.text("url"))
			if err != nil {
				t.Fatal(err)
			}
			body := read(t, resp)
			picture, err := jpeg.Decode(bytes.NewReader([]byte(body)))
			if err != nil {
				t.Fatalf("GET %s = %d: %v", image.text("url"), resp.StatusCode, err)
			}
			if got := picture.Bounds().Dx(); got != image.number("width") || got != picture.Bounds().Dy() {
				t.Errorf("%s is %d wide, want %d", image.text("url"), got, image.number("width"))
			}
			seen[body] = true
		}
	}
	if len(seen) != 9 {
		t.Errorf("nine covers are %d different pictures", len(seen))
	}
	for _, path := range []string{"/image/", "/image/nonsense", "/image/" + strings.Repeat("0", 40), "/image/" + strings.Repeat("0", 4000)} {
		resp, err := world.Client().Get("https://i.scdn.co" + path)
		if err != nil {
			t.Fatal(err)
		}
		read(t, resp)
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("GET %.60s = %d, want 404", path, resp.StatusCode)
		}
	}
}

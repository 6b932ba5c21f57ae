package emulator_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// FuzzStrangeRequests sends what strangers may: whatever stands in it, the answer is JSON or
// an error of the caller's, never the emulator's own.
func FuzzStrangeRequests(f *testing.F) {
	for _, text := range []string{
		"items(added_at,item(name))", "a.b(!c,d)", "!name", "((", "a..b", ",", `track:"x artist:y`, "year:-", "year:9-1",
		"spotify:user:x:collection", "spotify:local:a:b", `{"uris":[""]}`, `{"offset":{"position":-1}}`, `[]`, "é\xff",
	} {
		f.Add(text)
	}
	start := time.Now()
	world := emulator.New(emulator.Config{Apps: []emulator.App{{Extended: true}}, Now: func() time.Time { return start }})
	var alice caller
	f.Fuzz(func(t *testing.T, text string) {
		if alice.token == "" {
			alice = as(t, world, "alice", everything)
		}
		alice.t = t
		id := alice.get("/me/playlists?limit=1").text("items.0.id")
		escaped := url.QueryEscape(text)
		for _, request := range []string{
			"GET /playlists/" + id + "?fields=" + escaped, "GET /search?type=track,album&q=" + escaped,
			"GET /me/library/contains?uris=" + escaped, "POST /me/player/queue?uri=" + escaped, "GET /users/" + url.PathEscape(text),
			"PUT /me/player/play", "PUT /playlists/" + id + "/items", "PUT /me/tracks", "GET /me/player", "GET /me/player/queue",
		} {
			a := alice.do(request, text)
			if a.status >= http.StatusInternalServerError || len(a.body) > 0 && !json.Valid([]byte(a.body)) {
				t.Errorf("%s with %q = %d %.200s", request, text, a.status, a.body)
			}
		}
	})
}

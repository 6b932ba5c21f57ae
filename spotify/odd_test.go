package spotify_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// looks are methods that between them read every model.
var looks = []string{
	"Albums.Get", "Artists.Get", "Tracks.Get", "Tracks.AudioFeatures", "Tracks.Recommendations", "Shows.Get", "Episodes.Get",
	"Audiobooks.Get", "Chapters.Get", "Playlists.Get", "Playlists.Items", "Playlists.Mine", "Playlists.Cover", "Users.Me",
	"Player.State", "Player.Queue", "Player.Devices", "Player.RecentlyPlayed", "Library.Tracks", "Library.Albums", "Library.Shows",
	"Library.Audiobooks", "Library.FollowedArtists", "Browse.Categories", "Browse.FeaturedPlaylists", "Browse.Markets", "Search.Find",
}

// recorder keeps the last answer that passes.
type recorder struct {
	http.RoundTripper
	body []byte
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := r.RoundTripper.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	r.body, err = io.ReadAll(resp.Body)
	resp.Body = io.NopCloser(bytes.NewReader(r.body))
	return resp, err
}

// Every member of every answer may be anything at all, and no call fails.
func TestEveryAnswerMayBeOdd(t *testing.T) {
	t.Parallel()
	stage := newStage(t, spotify.Extended)
	wire := stage.world.Client()
	passing := &recorder{RoundTripper: wire.Transport}
	client := spotify.New(logInFor(t, stage.world, "alice", auth.EveryScope()), spotify.WithMode(spotify.Extended), spotify.WithCacheSize(0),
		spotify.WithHTTPClient(&http.Client{Transport: passing}))
	for _, name := range looks {
		if err := uses(t.Context(), client, stage)[name](); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var answer any
		if err := json.Unmarshal(passing.body, &answer); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		answer, tried := shorten(answer), 0
		deviate(answer, "", func(where string) {
			body, err := json.Marshal(answer)
			if err != nil {
				t.Fatal(err)
			}
			odd := answering(200, string(body), spotify.WithMode(spotify.Extended))
			if err := uses(t.Context(), odd, stage)[name](); err != nil {
				t.Errorf("%s with an odd %s: %v", name, where, err)
			}
			tried++
		})
		if tried == 0 {
			t.Errorf("%s: nothing was odd in %s", name, passing.body)
		}
	}
}

// shorten keeps the first of each list: the others are like it.
func shorten(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			v[key] = shorten(member)
		}
	case []any:
		if len(v) > 0 {
			return []any{shorten(v[0])}
		}
	}
	return v
}

// deviate puts odd values in the place of each within v, one at a time.
func deviate(v any, where string, try func(where string)) {
	odd := []any{nil, true, 1e300, "1e999", []any{nil, "x", []any{}}, map[string]any{"items": 3, "total": "y"}}
	each := func(old any, set func(any), where string) {
		for _, value := range odd {
			set(value)
			try(where)
		}
		set(old)
		deviate(old, where, try)
	}
	switch v := v.(type) {
	case map[string]any:
		for key, old := range v {
			each(old, func(x any) { v[key] = x }, where+"/"+key)
		}
	case []any:
		for i, old := range slices.Clone(v) {
			each(old, func(x any) { v[i] = x }, where+"[]")
		}
	}
}

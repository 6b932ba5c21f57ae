package spotify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tenuto-dev/tenuto/spotify"
)

const someID = "6rqhFgbbKwnb9MLmUQDhG6"

func TestParse(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		someID, "  " + someID + "\n", "spotify:track:" + someID, "spotify:track:" + someID + "?si=1",
		"https://open.spotify.com/track/" + someID, "https://open.spotify.com/track/" + someID + "?si=abc&utm_source=x",
		"http://open.spotify.com/intl-de/track/" + someID + "/", "open.spotify.com/track/" + someID,
		"https://open.spotify.com/embed/track/" + someID, "https://play.spotify.com/track/" + someID + "#1:02",
	} {
		if got, err := spotify.Parse[spotify.TrackID](text); got != someID || err != nil {
			t.Errorf("Parse[TrackID](%q) = %q, %v, want %q", text, got, err, someID)
		}
	}
	for _, text := range []string{
		"", "x", someID[1:], someID + "a", "6rqhFgbbKwnb9MLmUQDh-6", "spotify:album:" + someID, "spotify:track:", "spotify:track:x", "spotify:",
		"https://open.spotify.com/album/" + someID, "https://open.spotify.com/", "https://open.spotify.com.evil.example/track/" + someID,
		"https://example.com/track/" + someID, "https://spotify.link/abc", "spotify:local:a:b:c:1", "track/" + someID, "https://%zz",
	} {
		if got, err := spotify.Parse[spotify.TrackID](text); got != "" || !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("Parse[TrackID](%q) = %q, %v, want ErrConfig", text, got, err)
		}
	}
}

func TestParseOtherKinds(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"spotify:user:bob:playlist:" + someID, "https://open.spotify.com/user/bob/playlist/" + someID, "spotify:playlist:" + someID} {
		if got, err := spotify.Parse[spotify.PlaylistID](text); got != someID || err != nil {
			t.Errorf("Parse[PlaylistID](%q) = %q, %v, want %q", text, got, err, someID)
		}
	}
	for text, want := range map[string]spotify.UserID{
		"alice.smith": "alice.smith", "spotify:user:al%C3%AFce%20%23": "alïce #", "https://open.spotify.com/user/a%2Fb?si=1": "a/b",
	} {
		if got, err := spotify.Parse[spotify.UserID](text); got != want || err != nil {
			t.Errorf("Parse[UserID](%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	if got, err := spotify.Parse[spotify.UserID](".."); err == nil {
		t.Errorf("Parse[UserID](\"..\") = %q, want an error", got)
	}
	if got, err := spotify.Parse[spotify.ChapterID]("spotify:episode:" + someID); got != someID || err != nil {
		t.Errorf("Parse[ChapterID] of an episode's URI = %q, %v, want %q", got, err, someID)
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	type parts struct {
		Kind    spotify.Kind
		ID, URL string
	}
	for uri, want := range map[spotify.URI]parts{
		"spotify:track:" + someID:              {spotify.KindTrack, someID, "https://open.spotify.com/track/" + someID},
		"spotify:user:bob:playlist:" + someID:  {spotify.KindPlaylist, someID, "https://open.spotify.com/playlist/" + someID},
		"spotify:user:a%2Fb%20c":               {spotify.KindUser, "a/b c", "https://open.spotify.com/user/a%2Fb%20c"},
		"spotify:local:Artist::Some+Title:180": {Kind: spotify.KindLocal},
		"spotify:user:bob:collection":          {Kind: "collection"},
		"spotify:user:bob:collection:episodes": {Kind: "collection"},
		"spotify:hologram:7":                   {"hologram", "7", "https://open.spotify.com/hologram/7"},
		"":                                     {},
		"spotify:track:":                       {},
		"spotify:track":                        {},
		"spotify::" + someID:                   {},
		"spotify:track:a:b":                    {},
		"spotify:user:%zz":                     {},
		"https://open.spotify.com/track/x":     {},
	} {
		if got := (parts{uri.Kind(), uri.ID(), uri.URL()}); got != want {
			t.Errorf("%q: kind, ID, URL = %q, want %q", uri, got, want)
		}
	}
}

func TestURIOf(t *testing.T) {
	t.Parallel()
	if got := spotify.URIOf(spotify.UserID("a/b")); got != "spotify:user:a%2Fb" || got.ID() != "a/b" {
		t.Errorf("URIOf(UserID a/b) = %q, ID %q", got, got.ID())
	}
	got := spotify.URIs[spotify.EpisodeID]("1", "2")
	if diff := cmp.Diff([]spotify.URI{"spotify:episode:1", "spotify:episode:2"}, got); diff != "" {
		t.Errorf("URIs(1, 2) (-want +got):\n%s", diff)
	}
}

func TestLocalFile(t *testing.T) {
	t.Parallel()
	for uri, want := range map[spotify.URI]spotify.LocalFile{
		"spotify:local:Some+Band:An+Album:A+%C3%9Cber%3ATitle:185": {"Some Band", "An Album", "A Über:Title", 185 * time.Second},
		"spotify:local:::Title:7":                                  {Title: "Title", Duration: 7 * time.Second},
		"spotify:local:%zz:b:c:soon":                               {Artist: "%zz", Album: "b", Title: "c"},
		"spotify:local:a:b:c:99999999999":                          {Artist: "a", Album: "b", Title: "c"},
	} {
		if got, ok := uri.LocalFile(); got != want || !ok {
			t.Errorf("%q.LocalFile() = %+v, %v, want %+v", uri, got, ok, want)
		}
	}
	for _, uri := range []spotify.URI{"", "spotify:local:a:b:c", "spotify:track:" + someID} {
		if got, ok := uri.LocalFile(); ok {
			t.Errorf("%q.LocalFile() = %+v, want none", uri, got)
		}
	}
}

// What parses is well-formed, and parses to itself.
func FuzzParseURI(f *testing.F) {
	for _, seed := range []string{"spotify:track:" + someID, "https://open.spotify.com/intl-pt/album/" + someID + "?si=1", "spotify:local:a:b:c:1",
		"spotify:user:x:collection", "spotify:user:%2e%2e", "open.spotify.com/user/..", "spotify:x:%00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		uri, err := spotify.ParseURI(text)
		if err != nil {
			if uri != "" || !errors.Is(err, spotify.ErrConfig) {
				t.Errorf("ParseURI(%q) = %q, %v", text, uri, err)
			}
			return
		}
		if uri.Kind() == "" {
			t.Errorf("ParseURI(%q) = %q, which is malformed", text, uri)
		}
		if again, err := spotify.ParseURI(string(uri)); again != uri || err != nil {
			t.Errorf("ParseURI(%q) = %q, %v, want the same", uri, again, err)
		}
	})
}

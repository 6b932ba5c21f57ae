package emulator_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

func TestSearch(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	track := alice.get("/search?type=track&q=clair").at("tracks.items.0")
	isrc := object{t, track}.text("external_ids.isrc")
	tests := []struct {
		query, kind string
		path, want  string // of the first result
	}{
		{"clair de lune", "track", "name", "Clair de lune"},
		{"dvorak", "artist", "name", "Antonín Dvořák"},
		{"Dvořák", "artist", "name", "Antonín Dvořák"},
		{"track:Aria artist:Johann Sebastian Bach", "track", "name", "Goldberg Variations, BWV 988: Aria"},
		{`artist:"erik satie" track:"no. 3"`, "track", "artists.0.name", "Erik Satie"},
		{"isrc:" + isrc, "track", "external_ids.isrc", isrc},
		{"year:1975-1979", "album", "release_date", "197"},
		{"year:2001 moon", "track", "album.release_date", "2001"},
		{"genre:ragtime", "artist", "name", "Scott Joplin"},
		{"tag:new", "album", "release_date", "2026-"},
		{"carmen bizet", "album", "name", "Bizet: Carmen"},
		{"rivers", "show", "type", "show"},
		{"lisbon", "episode", "type", "episode"},
		{"the", "audiobook", "type", "audiobook"},
		{"now", "playlist", "type", "playlist"},
	}
	for _, test := range tests {
		found := alice.get("/search?type=" + test.kind + "&q=" + url.QueryEscape(test.query))
		if len(found.items(test.kind+"s.items")) == 0 {
			t.Errorf("search for %s %q finds nothing", test.kind, test.query)
			continue
		}
		if got := found.text(test.kind + "s.items.0." + test.path); !strings.Contains(got, test.want) {
			t.Errorf("search for %s %q: first %s = %q, want %q", test.kind, test.query, test.path, got, test.want)
		}
	}
	if found := alice.get("/search?type=track,artist,album&q=zzzz+qqqq"); found.number("tracks.total") != 0 || len(found.items("albums.items")) != 0 {
		t.Errorf("search for nonsense = %v, want three empty pages", found.value)
	}
}

func TestSearchByPages(t *testing.T) {
	t.Parallel()
	for world, limit := range map[*emulator.Emulator]int{development(): 10, extended(): 50} {
		alice := as(t, world, "alice", everything)
		first := alice.get(fmt.Sprintf("/search?type=track&q=the&market=GB&limit=%d", limit))
		seen := map[string]bool{}
		total := first.number("tracks.total")
		for offset := 0; offset < min(total, 1000); offset += limit {
			page := alice.get(fmt.Sprintf("/search?type=track&q=the&market=GB&limit=%d&offset=%d", limit, offset))
			for i := range page.items("tracks.items") {
				seen[page.text(fmt.Sprintf("tracks.items.%d.id", i))] = true
			}
		}
		if len(seen) != total || total < 200 {
			t.Errorf("the pages of %d hold %d different tracks, want the total of %d, and enough of them", limit, len(seen), total)
		}
		if n := len(alice.get("/search?type=track&q=the").items("tracks.items")); n != map[int]int{10: 5, 50: 20}[limit] {
			t.Errorf("without a limit there are %d results", n)
		}
	}
}

func TestSpotifysOwnPlaylistsInSearch(t *testing.T) {
	t.Parallel()
	count := func(world *emulator.Emulator) (found, nulls int) {
		for _, item := range as(t, world, "alice", "").get("/search?type=playlist&q=rising&limit=10").items("playlists.items") {
			if item == nil {
				nulls++
			} else {
				found++
			}
		}
		return found, nulls
	}
	if found, nulls := count(development()); nulls == 0 || found != 0 {
		t.Errorf("development: %d playlists by Spotify and %d nulls, want only nulls", found, nulls)
	}
	if found, nulls := count(extended()); found == 0 || nulls != 0 {
		t.Errorf("extended: %d playlists by Spotify and %d nulls, want no nulls", found, nulls)
	}
	if found, nulls := count(emulator.New(emulator.Config{Quirks: []emulator.Quirk{}})); found != 0 || nulls != 0 {
		t.Errorf("without the quirk: %d playlists by Spotify and %d nulls, want none", found, nulls)
	}
}

// Whatever a track and its artist are called, the beginnings of their words find it.
func TestSearchFindsEveryName(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	for _, entry := range alice.get("/me/tracks?limit=50").items("items") {
		track := object{t, entry}
		name, artist := track.text("track.name"), track.text("track.artists.0.name")
		var beginnings []string
		for _, word := range strings.Fields(name + " " + artist) {
			letters := []rune(word)
			beginnings = append(beginnings, string(letters[:(len(letters)+1)/2]))
		}
		for _, query := range []string{name + " " + artist, strings.Join(beginnings, " "), "track:" + name + " artist:" + artist} {
			found := alice.get("/search?type=track&limit=50&q=" + url.QueryEscape(query))
			if !strings.Contains(fmt.Sprint(found.value), track.text("track.external_ids.isrc")) && found.number("tracks.total") <= 50 {
				t.Errorf("search for track %q does not find %q by %s", query, name, artist)
			}
		}
	}
}

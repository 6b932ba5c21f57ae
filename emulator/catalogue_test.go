package emulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// all are the items of every page of a list, asked for by 50.
func (c caller) all(path, key string) (items []object) {
	c.t.Helper()
	for offset := 0; ; offset += 50 {
		page := c.get(fmt.Sprintf("%s&limit=50&offset=%d", path, offset))
		if key != "" {
			page = object{c.t, page.at(key)}
		}
		for _, item := range page.items("items") {
			items = append(items, object{c.t, item})
		}
		if page.at("next") == nil {
			if len(items) != page.number("total") {
				c.t.Errorf("%s: the pages hold %d, total is %d", path, len(items), page.number("total"))
			}
			return items
		}
	}
}

func TestCatalogueGoesTogether(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	artist := alice.get("/search?type=artist&q=artist:beethoven").text("artists.items.0.id")
	albums := alice.all("/artists/"+artist+"/albums?include_groups=album", "")
	if len(albums) < 5 {
		t.Errorf("Beethoven has %d albums, want at least his five works", len(albums))
	}
	for _, ref := range albums {
		album := alice.get("/albums/" + ref.text("id"))
		if album.text("artists.0.id") != artist || ref.text("album_group") != "album" {
			t.Errorf("an album of Beethoven's is by %s, in group %s", album.text("artists.0.name"), ref.text("album_group"))
		}
		tracks := alice.all("/albums/"+ref.text("id")+"/tracks?market=GB", "")
		if len(tracks) != album.number("total_tracks") || len(tracks) != album.number("tracks.total") {
			t.Errorf("%s has %d tracks, says %d", album.text("name"), len(tracks), album.number("total_tracks"))
		}
		for i, ref := range tracks {
			if ref.has("linked_from") {
				continue // it stands for one of ours
			}
			if ref.number("track_number") != i+1 {
				t.Errorf("track %d of %s has number %d", i+1, album.text("name"), ref.number("track_number"))
			}
			if track := alice.get("/tracks/" + ref.text("id")); track.text("album.id") != album.text("id") || track.text("name") != ref.text("name") {
				t.Errorf("%s is on %s, want %s", track.text("name"), track.text("album.name"), album.text("name"))
			}
		}
	}
}

func TestKindsAndDates(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	seen := map[string]int{}
	for _, album := range alice.all("/search?type=album&q=year:1950-2026", "albums") {
		seen[album.text("album_type")]++
		date, precision := album.text("release_date"), album.text("release_date_precision")
		if want := map[string]int{"year": 4, "month": 7, "day": 10}[precision]; len(date) != want {
			t.Errorf("release date %s with precision %s", date, precision)
		}
		seen[precision]++
	}
	for _, kind := range []string{"album", "single", "compilation", "year", "month", "day"} {
		if seen[kind] == 0 {
			t.Errorf("no album has %s", kind)
		}
	}
}

func TestMarkets(t *testing.T) {
	t.Parallel()
	world := standing(emulator.Person{Name: "alice"}, emulator.Person{Name: "dora", Country: "DE"})
	alice, dora, app := as(t, world, "alice", everything), as(t, world, "dora", everything), asApp(t, world)
	if n := len(alice.get("/markets").items("markets")); n < 180 {
		t.Errorf("GET /markets has %d codes, want all", n)
	}
	tracks := app.all("/search?type=track&q=year:1950-2026+river", "tracks")
	var relinked, refused, listed int
	for _, track := range tracks {
		path := "/tracks/" + track.text("id")
		plain, german := app.get(path), app.get(path+"?market=DE")
		if !plain.has("available_markets") || plain.has("is_playable") || german.has("available_markets") || !german.has("is_playable") {
			t.Fatalf("a track without a market = %v, with one = %v", plain.value, german.value)
		}
		here := strings.Contains(fmt.Sprint(plain.at("available_markets")), "DE")
		switch {
		case here:
			listed++
			if german.at("is_playable") != true || german.text("id") != track.text("id") {
				t.Errorf("%s is available in DE, but not playable", path)
			}
		case german.has("linked_from"):
			relinked++
			if german.text("linked_from.id") != track.text("id") || german.text("id") == track.text("id") || german.at("is_playable") != true {
				t.Errorf("%s is relinked to %v", path, german.value)
			}
		default:
			refused++
			if german.at("is_playable") != false || german.text("restrictions.reason") != "market" {
				t.Errorf("%s is not available in DE, yet %v", path, german.value)
			}
		}
		// The country of the person goes before the parameter.
		if got := dora.get(path + "?market=US").text("id"); got != german.text("id") {
			t.Errorf("%s for a person in DE = %s, want %s", path, got, german.text("id"))
		}
	}
	if listed == 0 || relinked == 0 || refused == 0 {
		t.Errorf("of %d tracks %d are available, %d relinked, %d refused: want some of each", len(tracks), listed, relinked, refused)
	}
}

func TestSpokenWordNeedsAMarket(t *testing.T) {
	t.Parallel()
	world := standing(emulator.Person{Name: "alice"}, emulator.Person{Name: "dora", Country: "DE"})
	alice, dora, app := as(t, world, "alice", everything), as(t, world, "dora", everything), asApp(t, world)
	book := alice.get("/search?type=audiobook&q=the").text("audiobooks.items.0.id")
	show := alice.get("/search?type=show&q=the").text("shows.items.0.id")
	full := alice.get("/audiobooks/" + book)
	if chapters := alice.all("/audiobooks/"+book+"/chapters?", ""); len(chapters) != full.number("total_chapters") {
		t.Errorf("an audiobook of %d chapters has %d", full.number("total_chapters"), len(chapters))
	}
	chapter := alice.get("/chapters/" + full.text("chapters.items.1.id"))
	if chapter.text("audiobook.id") != book || chapter.text("type") != "chapter" || !chapter.has("resume_point") {
		t.Errorf("a chapter = %v", chapter.value)
	}
	dora.want("GET /audiobooks/"+book, "", 404, "Resource not found")
	app.want("GET /shows/"+show, "", 404, "Resource not found")
	app.get("/shows/" + show + "?market=GB")
	episodes := alice.all("/shows/"+show+"/episodes?", "")
	if episodes[0].text("release_date") < episodes[1].text("release_date") {
		t.Error("the episodes of a show are not newest first")
	}
	if got := alice.get("/episodes/" + episodes[0].text("id")); got.text("show.id") != show || !got.has("resume_point.fully_played") {
		t.Errorf("an episode = %v", got.value)
	}
	if plain := as(t, standing(), "alice", ""); plain.get("/episodes/" + episodes[0].text("id")).has("resume_point") {
		t.Error("without user-read-playback-position an episode has a resume_point")
	}
}

func TestSeveralAtOnce(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	nobody := strings.Repeat("0", 22)
	for _, kind := range []string{"track", "album", "artist", "show", "episode", "audiobook", "chapter"} {
		var id string
		if kind != "chapter" {
			uri := alice.found(kind, "the")
			id = uri[strings.LastIndex(uri, ":")+1:]
		} else {
			book := alice.found("audiobook", "the")
			id = alice.get("/audiobooks/" + book[strings.LastIndex(book, ":")+1:]).text("chapters.items.0.id")
		}
		got := alice.get("/" + kind + "s/?ids=" + id + "," + nobody + "," + id)
		if got.text(kind+"s.0.id") != id || got.at(kind+"s.1") != nil || got.text(kind+"s.2.id") != id {
			t.Errorf("GET /%ss of two ids and an unknown one = %v", kind, got.value)
		}
	}
}

func TestSameSeedSameSpotify(t *testing.T) {
	t.Parallel()
	first := func(seed int64) string {
		world := emulator.New(emulator.Config{Seed: seed, Apps: []emulator.App{{Extended: true}}})
		return as(t, world, "alice", everything).get("/me/tracks?limit=1").text("items.0.track.uri")
	}
	if a, b := first(7), first(7); a != b {
		t.Errorf("two worlds of one seed begin with %s and %s", a, b)
	}
	if a, b := first(7), first(8); a == b {
		t.Errorf("worlds of two seeds both begin with %s", a)
	}
}

func TestWhatDevelopmentModeWithholds(t *testing.T) {
	t.Parallel()
	old, young := as(t, extended(), "alice", everything), as(t, development(), "alice", everything)
	track := old.found("track", "the")
	artist, album := old.found("artist", "the"), old.found("album", "the")
	show, book := old.found("show", "the"), old.found("audiobook", "the")
	path := func(uri string) string {
		parts := strings.Split(uri, ":")
		return "/" + parts[1] + "s/" + parts[2]
	}
	tests := map[string][]string{
		path(track): {"available_markets", "popularity"}, path(artist): {"followers", "popularity"},
		path(album): {"available_markets", "label", "popularity"}, path(show): {"available_markets", "publisher"},
		path(book): {"available_markets", "publisher", "chapters.items.0.available_markets"},
	}
	for path, keys := range tests {
		full, reduced := old.get(path), young.get(path)
		for _, key := range keys {
			if !full.has(key) || reduced.has(key) {
				t.Errorf("GET %s has %s: extended %v, development %v; want only extended", path, key, full.has(key), reduced.has(key))
			}
		}
	}
	if got := young.get(path(track)); !got.has("external_ids.isrc") {
		t.Error("development: a track has no external_ids, which came back in March 2026")
	}
}

func TestBrowse(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	categories := alice.all("/browse/categories?", "categories")
	id := categories[3].text("id")
	if got := alice.get("/browse/categories/" + id); got.text("name") != categories[3].text("name") {
		t.Errorf("GET /browse/categories/{id} = %v", got.value)
	}
	lists := alice.get("/browse/categories/" + id + "/playlists")
	alice.get("/playlists/" + lists.text("playlists.items.0.id"))
	if got := alice.get("/browse/featured-playlists?limit=2"); len(got.items("playlists.items")) != 2 || got.text("message") == "" {
		t.Errorf("GET /browse/featured-playlists = %v", got.value)
	}
	if got := alice.get("/browse/new-releases"); got.text("albums.items.0.release_date") < got.text("albums.items.9.release_date") {
		t.Error("new releases are not newest first")
	}
	alice.want("GET /browse/categories/none", "", 404, "Resource not found")
	if got := alice.get("/users/spotify"); got.text("display_name") != "Spotify" {
		t.Errorf("GET /users/spotify = %v", got.value)
	}
	if got := alice.get("/users/bob/playlists"); len(got.items("items")) != 1 {
		t.Errorf("GET /users/bob/playlists = %v, want the one of two that is public", got.value)
	}
}

func TestFeaturesAndRecommendations(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	track := alice.found("track", "the")[len("spotify:track:"):]
	features := alice.get("/audio-features/" + track)
	analysis := alice.get("/audio-analysis/" + track)
	if features.at("tempo") != analysis.at("track.tempo") || len(analysis.items("segments")) < 100 {
		t.Errorf("tempo %v of the features, %v of the analysis: want the same", features.at("tempo"), analysis.at("track.tempo"))
	}
	alice.want("GET /audio-analysis/"+strings.Repeat("0", 22), "", 404, "analysis not found")
	genre := alice.get("/recommendations/available-genre-seeds").text("genres.0")
	got := alice.get("/recommendations?limit=10&min_popularity=20&target_tempo=120&seed_tracks=" + track + "&seed_genres=" + genre)
	if len(got.items("seeds")) != 2 || len(got.items("tracks")) != 10 || got.number("tracks.0.popularity") < 20 {
		t.Errorf("GET /recommendations = %d seeds, %d tracks", len(got.items("seeds")), len(got.items("tracks")))
	}
	alice.want("GET /recommendations", "", 400, "invalid request")
	artist := alice.found("artist", "bach")[len("spotify:artist:"):]
	if got := alice.get("/artists/" + artist + "/related-artists"); len(got.items("artists")) != 20 {
		t.Errorf("Bach has %d related artists, want 20", len(got.items("artists")))
	}
	if got := alice.get("/artists/" + artist + "/top-tracks?market=GB"); len(got.items("tracks")) != 10 || got.number("tracks.0.popularity") < got.number("tracks.9.popularity") {
		t.Errorf("top tracks = %v", got.value)
	}
}

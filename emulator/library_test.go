package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

func TestSavedTracksByPages(t *testing.T) {
	t.Parallel()
	alice := as(t, development(), "alice", everything)
	seen := map[string]bool{}
	last := "9999"
	for offset := 0; offset < 130; offset += 50 {
		page := alice.get(fmt.Sprintf("/me/tracks?limit=50&offset=%d", offset))
		if n := page.number("total"); n != 130 {
			t.Fatalf("total = %d, want 130", n)
		}
		for i := range page.items("items") {
			at := fmt.Sprintf("items.%d.", i)
			seen[page.text(at+"track.id")] = true
			if added := page.text(at + "added_at"); added > last {
				t.Errorf("saved at %s comes after %s, want newest first", added, last)
			} else {
				last = added
			}
		}
	}
	if len(seen) != 130 {
		t.Errorf("the pages hold %d different tracks, want 130", len(seen))
	}
	if page := alice.get("/me/tracks?offset=500"); len(page.items("items")) != 0 || page.at("next") != nil {
		t.Error("a page beyond the end has items or a next one")
	}
}

// found is the URI of something that search finds.
func (c caller) found(kind, query string) string {
	c.t.Helper()
	return c.get("/search?limit=1&type=" + kind + "&q=" + query).text(kind + "s.items.0.uri")
}

func TestLibraryByURIs(t *testing.T) {
	t.Parallel()
	for name, world := range map[string]*emulator.Emulator{"development": development(), "extended": extended()} {
		alice := as(t, world, "alice", everything)
		uris := []string{
			alice.found("track", "track:moon"), alice.found("album", "album:train"), alice.found("artist", "artist:bach"),
			alice.found("show", "the"), alice.found("episode", "river"), alice.found("audiobook", "the"), "spotify:user:bob",
		}
		list := strings.Join(uris, ",")
		alice.want("DELETE /me/library?uris="+list, "", 200, "")
		alice.want("GET /me/library/contains?uris="+list, "", 200, "[false,false,false,false,false,false,false]")
		if a := alice.do("PUT /me/library?uris="+list, ""); a.status != 200 || a.body != "" {
			t.Errorf("%s: PUT /me/library = %d %s, want 200 and nothing", name, a.status, a.body)
		}
		alice.want("GET /me/library/contains?uris="+list, "", 200, "[true,true,true,true,true,true,true]")
		for path, want := range map[string]string{"/me/tracks": "track.uri", "/me/albums": "album.uri", "/me/shows": "show.uri", "/me/episodes": "episode.uri"} {
			if got := alice.get(path).text("items.0." + want); !slices.Contains(uris, got) {
				t.Errorf("%s: GET %s begins with %s, want what was saved last", name, path, got)
			}
		}
		alice.want("PUT /me/library?uris=spotify:track:"+strings.Repeat("0", 22), "", 400, "non-existing")
		alice.want("PUT /me/library?uris=nonsense", "", 400, "Invalid uri")
		alice.want("PUT /me/library?uris="+strings.Repeat(uris[0]+",", 41), "", 400, "Too many ids requested")
		alice.want("PUT /me/library", "", 400, "uris")
	}
}

func TestLibraryNeedsScopesByKind(t *testing.T) {
	t.Parallel()
	world := development()
	track := as(t, world, "alice", everything).found("track", "moon")
	alice := as(t, development(), "alice", "user-library-modify")
	alice.want("PUT /me/library?uris="+track, "", 200, "")
	alice.want("PUT /me/library?uris="+track+",spotify:user:bob", "", 403, "Insufficient client scope")
	alice.want("GET /me/library/contains?uris="+track, "", 403, "Insufficient client scope")
	if got := alice.world.Ledger().Of("PUT /me/library").Where(func(e emulator.Entry) bool { return e.Status == 200 }).Scopes(); got != "user-library-modify" {
		t.Errorf("the ledger says that saving a track needs %q, want user-library-modify", got)
	}
}

func TestLibraryByIDs(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	for _, kind := range []string{"track", "album", "show", "episode", "audiobook"} {
		uri := alice.found(kind, "the")
		id := uri[strings.LastIndex(uri, ":")+1:]
		path := "/me/" + kind + "s"
		alice.want("DELETE "+path+"?ids="+id, "", 200, "")
		alice.want("GET "+path+"/contains?ids="+id, "", 200, "[false]")
		alice.want("PUT "+path, `{"ids":["`+id+`"]}`, 200, "")
		alice.want("GET "+path+"/contains/?ids="+id+",", "", 200, "[true]")
		alice.want("DELETE "+path, `["`+id+`"]`, 200, "")
		alice.want("GET "+path+"/contains?ids="+id, "", 200, "[false]")
	}
	uri := alice.found("track", "the")
	id := uri[len("spotify:track:"):]
	alice.want("PUT /me/tracks", `{"timestamped_ids":[{"id":"`+id+`","added_at":"2001-02-03T04:05:06Z"}]}`, 200, "")
	total := alice.get("/me/tracks").number("total")
	if last := alice.get(fmt.Sprintf("/me/tracks?offset=%d", total-1)); last.text("items.0.added_at") != "2001-02-03T04:05:06Z" {
		t.Errorf("the oldest track was saved at %s, want in 2001", last.text("items.0.added_at"))
	}
}

func TestFollowing(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	var ids []string
	path := "/me/following?type=artist&limit=10"
	for {
		page := alice.get(path)
		for i := range page.items("artists.items") {
			ids = append(ids, page.text(fmt.Sprintf("artists.items.%d.id", i)))
		}
		after, more := page.at("artists.cursors.after").(string)
		if !more {
			break
		}
		path = "/me/following?type=artist&limit=10&after=" + after
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != 27 {
		t.Errorf("alice follows %d artists, want 27", len(ids))
	}
	if a := alice.do("DELETE /me/following?type=artist&ids="+ids[0], ""); a.status != 204 || a.body != "" {
		t.Errorf("DELETE /me/following = %d %s, want 204", a.status, a.body)
	}
	alice.want("GET /me/following/contains?type=artist&ids="+ids[0]+","+ids[1], "", 200, "[false,true]")
	alice.want("PUT /me/following?type=artist", `{"ids":["`+ids[0]+`"]}`, 204, "")
	alice.want("PUT /me/following?type=user&ids=bob", "", 204, "")
	alice.want("GET /me/following/contains?type=user&ids=bob", "", 200, "[true]")
}

func TestTop(t *testing.T) {
	t.Parallel()
	alice := as(t, development(), "alice", everything)
	tracks := alice.get("/me/top/tracks?limit=50")
	if tracks.number("total") != 50 || tracks.text("items.0.type") != "track" {
		t.Errorf("GET /me/top/tracks = %v", tracks.value)
	}
	if short := alice.get("/me/top/tracks?time_range=short_term"); short.text("items.0.id") == tracks.text("items.0.id") && short.text("items.1.id") == tracks.text("items.1.id") {
		t.Error("the top tracks of four weeks are those of half a year")
	}
	if artists := alice.get("/me/top/artists"); artists.text("items.0.type") != "artist" {
		t.Errorf("GET /me/top/artists = %v", artists.value)
	}
	alice.want("GET /me/top/tracks?time_range=ever", "", 400, "time_range")
}

func TestSnapshotHoldsTheMusic(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	before := world.Snapshot()
	list, playing, saved := alice.uris(alice.mine("Held Notes")), alice.playing(), alice.some(3)
	alice.want("DELETE /me/library?uris="+strings.Join(saved, ","), "", 200, "")
	alice.want("PUT /playlists/"+alice.mine("Held Notes")+"/items", `{"uris":[]}`, 200, "")
	alice.command("POST /me/player/next", "")
	after := world.Snapshot()
	if err := world.Restore(before); err != nil {
		t.Fatal(err)
	}
	if got := alice.uris(alice.mine("Held Notes")); !slices.Equal(got, list) || alice.playing() != playing || !slices.Equal(alice.some(3), saved) {
		t.Error("after Restore alice's playlist, player or library are not as they were")
	}
	if err := world.Restore(after); err != nil {
		t.Fatal(err)
	}
	if got := alice.uris(alice.mine("Held Notes")); len(got) != 0 || alice.playing() == playing || slices.Equal(alice.some(3), saved) {
		t.Error("after Restore of the later snapshot alice's changes are gone")
	}
}

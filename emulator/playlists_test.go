package emulator_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// mine finds one of the caller's playlists by name and returns its id.
func (c caller) mine(name string) string {
	c.t.Helper()
	lists := c.get("/me/playlists?limit=50")
	for i := range lists.items("items") {
		if at := fmt.Sprintf("items.%d.", i); lists.text(at+"name") == name {
			return lists.text(at + "id")
		}
	}
	c.t.Fatalf("there is no playlist %q in %v", name, lists.value)
	return ""
}

// uris are those of a playlist's entries, "null" where an item is.
func (c caller) uris(id string) []string {
	c.t.Helper()
	page := c.get("/playlists/" + id + "/items?additional_types=track,episode&limit=50")
	var uris []string
	for i := range page.items("items") {
		uri := "null"
		if at := fmt.Sprintf("items.%d.item.uri", i); page.has(at) {
			uri = page.text(at)
		}
		uris = append(uris, uri)
	}
	return uris
}

// some are n tracks of the caller's library.
func (c caller) some(n int) []string {
	c.t.Helper()
	page := c.get(fmt.Sprintf("/me/tracks?limit=%d", n))
	var uris []string
	for i := range n {
		uris = append(uris, page.text(fmt.Sprintf("items.%d.track.uri", i)))
	}
	return uris
}

func quoted(uris []string) string { return `["` + strings.Join(uris, `","`) + `"]` }

func TestBothShapesOfAPlaylist(t *testing.T) {
	t.Parallel()
	old := as(t, extended(), "alice", everything)
	list := old.get("/playlists/" + old.mine("Held Notes"))
	for _, key := range []string{"tracks.items.0.track.uri", "tracks.items.0.item.uri", "items.items.0.item.uri", "items.items.0.track.uri",
		"items.items.0.item.track", "primary_color", "items.items.0.video_thumbnail.url", "items.items.0.primary_color", "followers.total", "tracks.total"} {
		if !list.has(key) {
			t.Errorf("extended: a playlist has no %s", key)
		}
	}
	young := as(t, development(), "alice", everything)
	id := young.mine("Held Notes")
	list = young.get("/playlists/" + id)
	if list.has("tracks") || list.has("followers") || !list.has("items.items.0.item.uri") || list.has("items.items.0.track") {
		t.Errorf("development: a playlist has keys of the old shape, or lacks those of the new: %v", list.value)
	}
	if lists := young.get("/me/playlists"); lists.has("items.0.tracks") || !lists.has("items.0.items.total") {
		t.Errorf("development: a simplified playlist = %v, want items and no tracks", lists.at("items.0"))
	}
	young.want("GET /playlists/"+id+"/tracks", "", 403, `{"error": {"status": 403, "message": "Forbidden" } }`)
}

func TestOtherPeoplesPlaylists(t *testing.T) {
	t.Parallel()
	alice := as(t, development(), "alice", everything)
	lists := alice.get("/me/playlists?limit=50")
	var foreign, editorial string
	for i := range lists.items("items") {
		at := fmt.Sprintf("items.%d.", i)
		switch owner := lists.text(at + "owner.id"); owner {
		case "alice":
		case "spotify":
			editorial = lists.text(at + "id")
		default:
			foreign = lists.text(at + "id")
		}
	}
	if list := alice.get("/playlists/" + foreign); list.has("items") {
		t.Error("development: somebody else's playlist shows its items")
	}
	alice.want("GET /playlists/"+foreign+"/items", "", 403, `{"error": {"status": 403, "message": "Forbidden" } }`)
	alice.want("GET /playlists/"+editorial, "", 404, "Resource not found")
	alice.want("PUT /playlists/"+foreign, `{"name":"Mine now"}`, 403, "own")
	alice.want("POST /playlists/"+foreign+"/items", `{"uris":[]}`, 403, "own")
	asApp(t, alice.world).want("GET /playlists/"+foreign+"/items", "", 401, "Valid user authentication required")
}

func TestVisibilityOfPlaylists(t *testing.T) {
	t.Parallel()
	world := extended()
	alice := as(t, world, "alice", everything)
	private := alice.mine("Not for Everybody")
	plain := as(t, extended(), "alice", "playlist-modify-public")
	if n := len(plain.get("/me/playlists").items("items")); n != 5 {
		t.Errorf("without scopes alice has %d playlists, want the 5 that are public", n)
	}
	plain.want("GET /playlists/"+private, "", 403, "Insufficient client scope")
	plain.want("PUT /playlists/"+private, `{"name":"x"}`, 403, "Insufficient client scope")
	if got := world.Ledger().Of("GET /me/playlists"); len(got) != 1 {
		t.Errorf("the ledger has %d calls of GET /me/playlists, want 1", len(got))
	}
}

func TestOddEntries(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	id := alice.mine("Odds & Ends")
	uris := alice.uris(id)
	if len(uris) != 16 || !strings.HasPrefix(uris[12], "spotify:local:") || !strings.HasPrefix(uris[13], "spotify:episode:") || uris[14] != "null" {
		t.Fatalf("entries = %v, want twelve tracks, a local file, an episode, something gone, a local file", uris)
	}
	page := alice.get("/playlists/" + id + "/items")
	if page.at("items.0.added_at") != nil || page.at("items.0.added_by") != nil {
		t.Error("the oldest entry tells when and by whom it was added, want null")
	}
	if page.at("items.12.is_local") != true || page.text("items.12.item.name") != "Lullaby (side B)" || page.at("items.12.item.id") != nil {
		t.Errorf("local file = %v", page.at("items.12"))
	}
	if page.at("items.13.item") != nil {
		t.Errorf("an episode for a client that does not know of them = %v, want null", page.at("items.13.item"))
	}
	if got := alice.get("/playlists/" + id).text("description"); got != "Files from the old computer &amp; one that is gone." {
		t.Errorf("description = %q, want it escaped", got)
	}
	if got := alice.get("/playlists/" + alice.mine("Later")).at("images"); got != nil {
		t.Errorf("images of an empty playlist = %v, want null", got)
	}
}

func TestFields(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	id := alice.mine("Held Notes")
	tests := []struct{ path, want string }{
		{"?fields=name,id", `{"id":"` + id + `","name":"Held Notes"}`},
		{"?fields=owner.id", `{"owner":{"id":"alice"}}`},
		{"?fields=owner(id,type),name", `{"name":"Held Notes","owner":{"id":"alice","type":"user"}}`},
		{"?fields=nothing", `{}`},
		{"/items?fields=total,limit", `{"limit":20,"total":72}`},
		{"/items?limit=1&fields=items(is_local,item.type)", `{"items":[{"is_local":false,"item":{"type":"track"}}]}`},
		{"/items?limit=1&fields=items(is_local),total", `{"total":72,"items":[{"is_local":false}]}`},
	}
	for _, test := range tests {
		alice.want("GET /playlists/"+id+test.path, "", 200, test.want)
	}
	album := alice.get("/playlists/" + id + "/items?limit=1&fields=items.item.album(!external_urls,images)")
	if album.has("items.0.item.album.images") || album.has("items.0.item.album.external_urls") || !album.has("items.0.item.album.name") {
		t.Errorf("fields with ! = %v, want all but the two", album.value)
	}
	alice.want("GET /playlists/"+id+"?fields=a(b", "", 400, "Invalid fields")
}

func TestEditingAPlaylist(t *testing.T) {
	t.Parallel()
	for _, mode := range []struct {
		world  *emulator.Emulator
		path   string
		remove string
	}{{development(), "/items", "items"}, {extended(), "/tracks", "tracks"}} {
		alice := as(t, mode.world, "alice", everything)
		some := alice.some(5)
		made := alice.want("POST /me/playlists", `{"name":"New","public":false,"description":"x"}`, 201, `"name":"New"`)
		list := decode(t, made.body)
		id, snapshot := list.text("id"), list.text("snapshot_id")
		if list.at("public") != false || alice.mine("New") != id {
			t.Errorf("the new playlist = %v, want it private and in the library", list.value)
		}
		items := "/playlists/" + id + mode.path
		check := func(want ...int) {
			t.Helper()
			var uris []string
			for _, i := range want {
				uris = append(uris, some[i])
			}
			if got := alice.uris(id); !slices.Equal(got, uris) {
				t.Errorf("entries = %v, want %v", got, uris)
			}
		}
		added := alice.want("POST "+items, `{"uris":`+quoted(some[:3])+`}`, 201, "snapshot_id")
		if got := decode(t, added.body).text("snapshot_id"); got == snapshot {
			t.Error("the snapshot did not change")
		}
		check(0, 1, 2)
		alice.want("POST "+items+"?position=1&uris="+some[3]+","+some[0], "", 201, "snapshot_id")
		check(0, 3, 0, 1, 2)
		alice.want("PUT "+items, `{"range_start":3,"range_length":2,"insert_before":0}`, 200, "snapshot_id")
		check(1, 2, 0, 3, 0)
		alice.want("PUT "+items, `{"range_start":0,"insert_before":5,"snapshot_id":"`+snapshot+`"}`, 200, "snapshot_id")
		check(2, 0, 3, 0, 1)
		alice.want("DELETE "+items, `{"`+mode.remove+`":[{"uri":"`+some[0]+`"}]}`, 200, "snapshot_id")
		check(2, 3, 1)
		alice.want("PUT "+items, `{"uris":`+quoted(some[3:])+`}`, 200, "snapshot_id")
		check(3, 4)
		alice.want("PUT "+items, `{"uris":[]}`, 200, "snapshot_id")
		check()

		alice.want("POST "+items, `{"uris":["spotify:track:nothing"]}`, 400, "Invalid track uri")
		alice.want("PUT "+items, `{"range_start":7,"insert_before":0}`, 400, "Index out of bounds")
		alice.want("PUT "+items, `{"uris":[],"snapshot_id":"nonsense"}`, 400, "snapshot_id")
		alice.want("POST "+items, `{"uris":[`+strings.Repeat(`"`+some[0]+`",`, 100)+`"`+some[0]+`"]}`, 400, "Too many ids requested")
	}
}

func TestPlaylistDetails(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	id := alice.mine("Held Notes")
	if a := alice.do("PUT /playlists/"+id, `{"name":"Longer Notes","public":false}`); a.status != 200 || a.body != "" {
		t.Errorf("PUT /playlists/{id} = %d %s, want 200 and nothing", a.status, a.body)
	}
	if list := alice.get("/playlists/" + id); list.text("name") != "Longer Notes" || list.at("public") != false || list.text("description") != "What stays." {
		t.Errorf("after the change: %v", list.value)
	}
	alice.want("PUT /playlists/"+id, `{"public":true,"collaborative":true}`, 400, "Collaborative")
	alice.want("POST /me/playlists", `{"public":true}`, 400, "name")
	alice.want("POST /users/bob/playlists", `{"name":"x"}`, 403, "You cannot create a playlist for another user")
	alice.want("POST /users/alice/playlists", `{"name":"x"}`, 201, `"name":"x"`)
}

func TestSharedPlaylists(t *testing.T) {
	t.Parallel()
	world := extended()
	alice, bob := as(t, world, "alice", everything), as(t, world, "bob", everything)
	id, some := alice.mine("Kitchen, Loud"), alice.some(1)
	bob.want("POST /playlists/"+id+"/items", `{"uris":`+quoted(some)+`}`, 403, "own")
	bob.want("PUT /me/library?uris=spotify:playlist:"+id, "", 200, "")
	bob.want("POST /playlists/"+id+"/items", `{"uris":`+quoted(some)+`,"position":0}`, 201, "snapshot_id")
	page := alice.get("/playlists/" + id + "/items?limit=1")
	if page.text("items.0.item.uri") != some[0] || page.text("items.0.added_by.id") != "bob" {
		t.Errorf("first entry = %v, want what bob added", page.at("items.0"))
	}
}

func TestFollowingPlaylists(t *testing.T) {
	t.Parallel()
	world := extended()
	alice, bob := as(t, world, "alice", everything), as(t, world, "bob", everything)
	id := alice.mine("Held Notes")
	fans := func() int { t.Helper(); return alice.get("/playlists/" + id).number("followers.total") }
	bob.want("GET /playlists/"+id+"/followers/contains?ids=bob", "", 200, "[false]")
	bob.want("PUT /playlists/"+id+"/followers", `{"public":true}`, 200, "")
	bob.want("GET /playlists/"+id+"/followers/contains?ids=bob", "", 200, "[true]")
	if fans() != 1 || bob.mine("Held Notes") != id {
		t.Errorf("followers = %d, want 1", fans())
	}
	bob.want("DELETE /users/alice/playlists/"+id+"/followers", "", 200, "") // the path of old
	if fans() != 0 {
		t.Errorf("followers = %d, want 0", fans())
	}
	alice.want("DELETE /playlists/"+id+"/followers", "", 200, "") // deletes it
	if n := len(alice.get("/me/playlists").items("items")); n != 6 {
		t.Errorf("alice has %d playlists, want 6", n)
	}
	alice.get("/playlists/" + id) // but it can still be asked for
}

func TestPlaylistCover(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	id := alice.mine("Later")
	alice.want("GET /playlists/"+id+"/images", "", 200, "[]")
	jpeg := "\xff\xd8\xff\xe0 a picture"
	if a := alice.do("PUT /playlists/"+id+"/images", base64.StdEncoding.EncodeToString([]byte(jpeg))); a.status != 202 || a.body != "" {
		t.Errorf("PUT images = %d %s, want 202 and nothing", a.status, a.body)
	}
	var link string
	images := alice.get("/playlists/" + id + "/images")
	link = images.text("0.url")
	if images.at("0.width") != nil {
		t.Errorf("width of an uploaded cover = %v, want null", images.at("0.width"))
	}
	resp, err := alice.world.Client().Get(link)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, resp); got != jpeg || resp.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("GET %s = %q, want the picture", link, got)
	}
	alice.want("PUT /playlists/"+id+"/images", "no picture", 400, "Bad request")
	alice.want("PUT /playlists/"+id+"/images", strings.Repeat("A", 256<<10+1), http.StatusRequestEntityTooLarge, "")
}

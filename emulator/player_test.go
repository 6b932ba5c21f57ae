package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// standing is a world whose clock moves only by Advance, its app in extended mode.
func standing(people ...emulator.Person) *emulator.Emulator {
	start := time.Date(2026, time.November, 21, 12, 0, 0, 0, time.UTC)
	return emulator.New(emulator.Config{
		Apps: []emulator.App{{Extended: true}}, People: people, Now: func() time.Time { return start }, TokenLifetime: 1e6 * time.Hour,
	})
}

// album finds an album of n tracks that are all available to the caller.
func (c caller) album(n int) (uri string, tracks []string, lengths []time.Duration) {
	c.t.Helper()
	for offset := 0; offset < 500; offset += 50 {
		found := c.get(fmt.Sprintf("/search?q=year:1950-2026&type=album&limit=50&offset=%d", offset))
		for i := range found.items("albums.items") {
			at := fmt.Sprintf("albums.items.%d.", i)
			if found.number(at+"total_tracks") != n {
				continue
			}
			album := c.get("/albums/" + found.text(at+"id") + "?market=GB")
			tracks, lengths = nil, nil
			for j := range n {
				at := fmt.Sprintf("tracks.items.%d.", j)
				if album.at(at+"is_playable") == true {
					tracks = append(tracks, album.text(at+"uri"))
					lengths = append(lengths, time.Duration(album.number(at+"duration_ms"))*time.Millisecond)
				}
			}
			if len(tracks) == n {
				return album.text("uri"), tracks, lengths
			}
		}
	}
	c.t.Fatalf("there is no album of %d tracks", n)
	return "", nil, nil
}

// playing is what GET /me/player says in short: item, place, playing or not.
func (c caller) playing() string {
	c.t.Helper()
	p := c.get("/me/player?additional_types=track,episode")
	uri := "null"
	if p.has("item.uri") {
		uri = p.text("item.uri")
	}
	return fmt.Sprintf("%s %dms %v", uri, p.number("progress_ms"), p.at("is_playing"))
}

func (c caller) plays(uri string, at time.Duration, playing bool) {
	c.t.Helper()
	if got, want := c.playing(), fmt.Sprintf("%s %dms %v", uri, at.Milliseconds(), playing); got != want {
		c.t.Errorf("GET /me/player = %s, want %s", got, want)
	}
}

func (c caller) command(request, body string) {
	c.t.Helper()
	if a := c.do(request, body); a.status != http.StatusNoContent || a.body != "" {
		c.t.Errorf("%s %s = %d %s, want 204", request, body, a.status, a.body)
	}
}

func TestPlaybackAdvancesWithTheClock(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	context, tracks, lengths := alice.album(2)
	alice.command("PUT /me/player/repeat?state=off", "")
	alice.command("PUT /me/player/play", `{"context_uri":"`+context+`"}`)
	alice.plays(tracks[0], 0, true)
	world.Advance(42 * time.Second)
	alice.plays(tracks[0], 42*time.Second, true)
	world.Advance(lengths[0] - 40*time.Second)
	alice.plays(tracks[1], 2*time.Second, true)
	recent := alice.get("/me/player/recently-played?limit=1")
	if got := recent.text("items.0.track.uri"); got != tracks[0] || recent.text("items.0.context.uri") != context {
		t.Errorf("played last: %s, want %s", got, tracks[0])
	}
	world.Advance(lengths[1])
	alice.plays(tracks[0], 0, false) // the album is over
	world.Advance(time.Hour)
	alice.plays(tracks[0], 0, false)
	alice.command("PUT /me/player/repeat?state=context", "")
	alice.command("PUT /me/player/play", "")
	world.Advance(lengths[0] + lengths[1] + time.Second)
	alice.plays(tracks[0], time.Second, true)
	alice.command("PUT /me/player/repeat?state=track", "")
	world.Advance(7 * lengths[0])
	alice.plays(tracks[0], time.Second, true)
}

func TestYearsOfPlayback(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	context, _, lengths := alice.album(3)
	alice.command("PUT /me/player/play", `{"context_uri":"`+context+`"}`)
	before := alice.playing()
	var round time.Duration
	for _, l := range lengths {
		round += l
	}
	world.Advance(round * 100_000)
	if got := alice.playing(); got != before {
		t.Errorf("after 100,000 rounds GET /me/player = %s, want %s", got, before)
	}
	recent := alice.get("/me/player/recently-played?limit=50")
	if n := len(recent.items("items")); n != 50 {
		t.Errorf("recently played are %d, want 50", n)
	}
	last, err := time.Parse(time.RFC3339, recent.text("items.0.played_at"))
	if err != nil || world.Now().Sub(last) > time.Second {
		t.Errorf("the last track was played at %v (%v), want now, %v", last, err, world.Now())
	}
}

func TestAliceNeverStops(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	for range 50 {
		if got := alice.get("/me/player/currently-playing"); got.at("is_playing") != true || got.at("item") == nil {
			t.Fatalf("GET /me/player/currently-playing = %v, want something that plays", got.value)
		}
		world.Advance(13 * time.Hour)
	}
}

func TestCommands(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	context, tracks, lengths := alice.album(3)
	play := func(body string) { t.Helper(); alice.command("PUT /me/player/play", body) }
	alice.command("PUT /me/player/repeat?state=off", "")

	play(`{"context_uri":"` + context + `","offset":{"position":1},"position_ms":5000}`)
	alice.plays(tracks[1], 5*time.Second, true)
	alice.command("PUT /me/player/pause", "")
	world.Advance(time.Hour)
	alice.plays(tracks[1], 5*time.Second, false)
	alice.want("PUT /me/player/pause", "", 403, `"Player command failed: Restriction violated","reason":"UNKNOWN"`)
	play("")
	alice.want("PUT /me/player/play", "", 403, "Restriction violated")
	alice.command("POST /me/player/next", "")
	alice.plays(tracks[2], 0, true)
	alice.command("POST /me/player/previous", "")
	alice.command("POST /me/player/previous", "")
	alice.plays(tracks[0], 0, true)
	alice.want("POST /me/player/previous", "", 403, "Restriction violated")
	alice.command("PUT /me/player/seek?position_ms=30000", "")
	alice.plays(tracks[0], 30*time.Second, true)
	alice.command(fmt.Sprintf("PUT /me/player/seek?position_ms=%d", lengths[0].Milliseconds()), "")
	alice.plays(tracks[1], 0, true)
	play(`{"context_uri":"` + context + `","offset":{"uri":"` + tracks[2] + `"}}`)
	alice.plays(tracks[2], 0, true)
	play(`{"uris":["` + tracks[1] + `","` + tracks[0] + `"]}`)
	if alice.get("/me/player").at("context") != nil {
		t.Error("playing a bare list, context is not null")
	}

	alice.command("POST /me/player/queue?uri="+tracks[2], "")
	if got := alice.get("/me/player/queue"); got.text("currently_playing.uri") != tracks[1] || got.text("queue.0.uri") != tracks[2] || got.text("queue.1.uri") != tracks[0] {
		t.Errorf("GET /me/player/queue = %v, want the queued track before the rest of the list", got.value)
	}
	alice.command("POST /me/player/next", "")
	alice.plays(tracks[2], 0, true)
	alice.command("POST /me/player/next", "")
	alice.plays(tracks[0], 0, true)

	tests := []struct {
		request, body string
		status        int
		piece         string
	}{
		{"PUT /me/player/play", `{"context_uri":"spotify:artist:` + strings.Repeat("0", 22) + `","offset":{"position":1}}`, 400, "Can't have offset for context type: ARTIST"},
		{"PUT /me/player/play", `{"context_uri":"` + context + `","uris":["` + tracks[0] + `"]}`, 400, "Bad request"},
		{"PUT /me/player/play", `{"uris":["spotify:track:x"]}`, 400, "Invalid track uri: spotify:track:x"},
		{"PUT /me/player/play", `{"context_uri":"` + context + `","offset":{"position":99}}`, 403, "Restriction violated"},
		{"PUT /me/player/play?device_id=nowhere", "", 404, `"Device not found"`},
		{"PUT /me/player/seek", "", 400, "Bad request"},
		{"PUT /me/player/repeat?state=often", "", 400, "Bad request"},
		{"PUT /me/player/shuffle?state=maybe", "", 400, "Bad request"},
		{"PUT /me/player/volume?volume_percent=101", "", 400, "Bad request"},
		{"POST /me/player/queue?uri=" + context, "", 400, "Invalid track uri"},
		{"PUT /me/player", `{"device_ids":[]}`, 400, "Bad request"},
		{"PUT /me/player", `{"device_ids":["nowhere"]}`, 404, "Device not found"},
	}
	for _, test := range tests {
		alice.want(test.request, test.body, test.status, test.piece)
	}
}

func TestShuffle(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	context, tracks, _ := alice.album(12)
	alice.command("PUT /me/player/play", `{"context_uri":"`+context+`"}`)
	alice.command("PUT /me/player/shuffle?state=true", "")
	alice.plays(tracks[0], 0, true) // what plays goes on
	var order []string
	for range 12 {
		order = append(order, alice.get("/me/player").text("item.uri"))
		alice.command("POST /me/player/next", "")
	}
	seen := map[string]bool{}
	for _, uri := range order {
		seen[uri] = true
	}
	if len(seen) != 12 || strings.Join(order, " ") == strings.Join(tracks, " ") {
		t.Errorf("shuffled, the album plays as %v, want all its tracks in another order than %v", order, tracks)
	}
	alice.command("PUT /me/player/shuffle?state=false", "")
	now := alice.get("/me/player").text("item.uri")
	alice.command("POST /me/player/next", "")
	for i, uri := range tracks {
		if uri == now {
			alice.plays(tracks[(i+1)%12], 0, true)
		}
	}
}

func TestDevices(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	devices := alice.get("/me/player/devices")
	id := func(i int) string { return devices.text(fmt.Sprintf("devices.%d.id", i)) }
	alice.command("PUT /me/player/volume?volume_percent=17", "")
	if got := alice.get("/me/player").number("device.volume_percent"); got != 17 {
		t.Errorf("volume = %d, want 17", got)
	}
	alice.command("PUT /me/player", `{"device_ids":["`+id(2)+`"]}`)
	player := alice.get("/me/player")
	if player.text("device.id") != id(2) || player.at("is_playing") != true {
		t.Errorf("after the transfer GET /me/player = %v, want %s playing", player.at("device"), id(2))
	}
	if player.at("device.volume_percent") != nil || player.at("device.supports_volume") != false {
		t.Errorf("a device without a dial = %v, want volume_percent null", player.at("device"))
	}
	alice.want("PUT /me/player/volume?volume_percent=10", "", 403, "VOLUME_CONTROL_DISALLOW")
	alice.want("PUT /me/player", `{"device_ids":["`+id(3)+`"]}`, 403, "Restriction violated")
	alice.command("PUT /me/player/play?device_id="+id(1), "")
	if got := alice.get("/me/player").text("device.id"); got != id(1) {
		t.Errorf("active is %s, want the device that was told to play, %s", got, id(1))
	}
}

func TestNobodyPlays(t *testing.T) {
	t.Parallel()
	world := standing(emulator.Person{Name: "carol", Silent: true})
	carol := as(t, world, "carol", everything)
	for _, path := range []string{"/me/player", "/me/player/currently-playing"} {
		if a := carol.do("GET "+path, ""); a.status != 204 || a.body != "" {
			t.Errorf("GET %s = %d %s, want 204", path, a.status, a.body)
		}
	}
	carol.want("PUT /me/player/pause", "", 404, `"Player command failed: No active device found","reason":"NO_ACTIVE_DEVICE"`)
	device := carol.get("/me/player/devices").text("devices.0.id")
	album, tracks, _ := carol.album(2)
	carol.command("PUT /me/player/play?device_id="+device, `{"context_uri":"`+album+`"}`)
	carol.plays(tracks[0], 0, true)
	world.Play("carol", "")
	carol.want("GET /me/player", "", 204, "")
}

func TestFreePeopleCommandNothing(t *testing.T) {
	t.Parallel()
	bob := as(t, standing(), "bob", everything)
	bob.get("/me/player")
	for _, request := range []string{"PUT /me/player/pause", "POST /me/player/next", "PUT /me/player/volume?volume_percent=5", "GET /me/player/queue"} {
		bob.want(request, "", 403, `"Player command failed: Premium required","reason":"PREMIUM_REQUIRED"`)
	}
}

func TestPlay(t *testing.T) {
	t.Parallel()
	world := standing()
	alice := as(t, world, "alice", everything)
	_, tracks, _ := alice.album(2)
	world.Play("alice", tracks[1])
	alice.plays(tracks[1], 0, true)

	episode := alice.get("/search?q=the&type=episode&limit=1")
	world.Play("alice", episode.text("episodes.items.0.uri"))
	alice.plays(episode.text("episodes.items.0.uri"), 0, true)
	player := alice.get("/me/player/currently-playing")
	if player.at("item") != nil || player.text("currently_playing_type") != "episode" {
		t.Errorf("an episode without additional_types = %v %v, want null", player.at("currently_playing_type"), player.at("item"))
	}
	if got := alice.get("/me/player/currently-playing?additional_types=episode").text("item.show.type"); got != "show" {
		t.Errorf("item.show.type = %q, want show", got)
	}

	world.Play("alice", "spotify:ad:0001")
	player = alice.get("/me/player")
	if player.at("item") != nil || player.text("currently_playing_type") != "ad" || !player.has("actions.disallows.skipping_next") {
		t.Errorf("an advertisement = %v, want item null and no skipping", player.value)
	}
	alice.want("POST /me/player/next", "", 403, "Restriction violated")
	world.Advance(31 * time.Second)
	if got := alice.get("/me/player").text("currently_playing_type"); got != "episode" {
		t.Errorf("after the advertisement plays %q, want the show again", got)
	}

	world.Play("alice", "spotify:local:Somebody:Tapes:Song+One:100")
	player = alice.get("/me/player")
	if player.text("item.name") != "Song One" || player.at("item.id") != nil || player.at("item.is_local") != true {
		t.Errorf("a local file = %v, want its name and no id", player.at("item"))
	}
}

// TestItemsWithoutLength: what lasts no time, repeated for days, holds nobody up.
func TestItemsWithoutLength(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{Albums: []emulator.Album{{Name: "Short", Tracks: []emulator.Track{{Name: "Blip", Duration: 1}}}}})
	for _, state := range []string{"track", "context"} {
		for _, what := range []string{"Blip", "spotify:local:a:b:c:0", "spotify:local:a:b:c:-5"} {
			alice := as(t, world, "alice", everything)
			if what == "Blip" {
				what = alice.get("/search?q=Blip&type=track&limit=1").text("tracks.items.0.uri")
			}
			world.Play("alice", what)
			alice.command("PUT /me/player/repeat?state="+state, "")
			world.Advance(47 * time.Hour)
			alice = as(t, world, "alice", everything) // the token has ended
			if got := alice.get("/me/player").text("repeat_state"); got != state {
				t.Errorf("%s, two days later: repeat_state = %q, want %q", what, got, state)
			}
		}
	}
}

func TestFullAnswerOfCurrentlyPlaying(t *testing.T) {
	t.Parallel()
	for seed := range int64(8) {
		world := emulator.New(emulator.Config{Seed: seed, Apps: []emulator.App{{Extended: true}}})
		a := as(t, world, "alice", everything).want("GET /me/player/currently-playing", "", 200, `"ZW"`)
		player := decode(t, a.body)
		if n := len(player.items("item.available_markets")); n < 180 || len(player.items("item.album.available_markets")) != n {
			t.Errorf("seed %d: %d markets, want all of them for track and album", seed, n)
		}
	}
}

func TestRecentlyPlayedByCursor(t *testing.T) {
	t.Parallel()
	alice := as(t, standing(), "alice", everything)
	all := alice.get("/me/player/recently-played?limit=50")
	var got []string
	path := "/me/player/recently-played?limit=7"
	for {
		page := alice.get(path)
		for i := range page.items("items") {
			got = append(got, page.text(fmt.Sprintf("items.%d.played_at", i)))
		}
		if page.at("cursors") == nil {
			break
		}
		path = "/me/player/recently-played?limit=7&before=" + page.text("cursors.before")
	}
	if len(got) != len(all.items("items")) || len(got) != 30 {
		t.Errorf("by pages of 7 there are %d plays, at once %d, want 30", len(got), len(all.items("items")))
	}
	oldest := all.text("items.29.played_at")
	at, _ := time.Parse(time.RFC3339, oldest)
	if page := alice.get(fmt.Sprintf("/me/player/recently-played?limit=2&after=%d", at.UnixMilli())); page.text("items.1.played_at") != all.text("items.28.played_at") {
		t.Errorf("after the oldest play come %v, want those next to it", page.at("items.1.played_at"))
	}
}

package spotify_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

func allQuirks() []emulator.Quirk {
	var all []emulator.Quirk
	for quirk := range emulator.Quirks() {
		if quirk != "no-scope-in-answer" {
			all = append(all, quirk)
		}
	}
	return all
}

// worlds are Spotify as it is, as it was, and with everything odd about it that is known.
func worlds(t *testing.T, story func(t *testing.T, world *emulator.Emulator, mode spotify.Option)) {
	for name, config := range map[string]emulator.Config{
		"development":              {},
		"extended":                 {Apps: []emulator.App{{Extended: true}}},
		"development, every quirk": {Quirks: allQuirks()},
		"extended, every quirk":    {Apps: []emulator.App{{Extended: true}}, Quirks: allQuirks()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mode := spotify.Development
			if config.Apps != nil {
				mode = spotify.Extended
			}
			story(t, emulator.New(config), spotify.WithMode(mode))
		})
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		me, err := clientOf(t, world, "alice", mode).Users.Me(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if me.ID != "alice" || me.AccountID == "" || me.DisplayName == "" || me.URI.Kind() != spotify.KindUser {
			t.Errorf("Me() = %+v", me)
		}
	})
	extended := emulator.New(emulator.Config{Apps: []emulator.App{{Extended: true}}})
	me, err := clientOf(t, extended, "alice").Users.Me(t.Context())
	if err != nil || me.Email == "" || me.Country == "" || me.Product != "premium" || me.Followers == nil {
		t.Errorf("Me() in extended mode = %+v, %v, want e-mail, country, product, followers", me, err)
	}
	development := emulator.New(emulator.Config{})
	me, err = clientOf(t, development, "alice").Users.Me(t.Context())
	if err != nil || me.Email != "" || me.Country != "" || me.Product != "" || me.Followers != nil {
		t.Errorf("Me() in development mode = %+v, %v, want none of e-mail, country, product, followers", me, err)
	}
}

func TestCurrentlyPlaying(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		client := clientOf(t, world, "alice", mode)
		got, err := client.Player.CurrentlyPlaying(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		item := got.Item
		if item == nil || item.Kind != spotify.KindTrack || item.Track == nil || item.Name == "" || item.Duration <= 0 || len(item.Images) == 0 {
			t.Fatalf("CurrentlyPlaying().Item = %+v", item)
		}
		if !got.IsPlaying || got.Kind != spotify.KindTrack || got.At.IsZero() || got.Context == nil || got.Context.URI.Kind() == "" {
			t.Errorf("CurrentlyPlaying() = %+v", got)
		}
		if track := item.Track; track.ID == "" || track.Album == nil || track.Album.Name == "" || len(track.Artists) == 0 ||
			item.String() == item.Name || item.URI != spotify.URIOf(track.ID) {
			t.Errorf("its track = %+v, as text %q", item.Track, item)
		}
	})
}

func TestNothingPlays(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	world.Play("alice", "")
	got, err := client.Player.CurrentlyPlaying(t.Context(), nil)
	if err != nil || got == nil || got.Item != nil || got.IsPlaying {
		t.Fatalf("CurrentlyPlaying() = %+v, %v, want nothing", got, err)
	}
	if s := got.Item.String(); s != "nothing" {
		t.Errorf("String() = %q, want nothing", s)
	}
	for _, body := range []string{" ", "null", "{}", `{"item":null,"currently_playing_type":"unknown","is_playing":true}`} {
		world.Fail(emulator.Fault{Operation: playing, Status: 200, Body: body})
		if got, err := client.Player.CurrentlyPlaying(t.Context(), nil); err != nil || got == nil || got.Item != nil {
			t.Errorf("with the body %q: %+v, %v", body, got, err)
		}
	}
}

func TestEpisodePlays(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		client := clientOf(t, world, "alice", mode)
		var found struct {
			Episodes struct{ Items []*spotify.Episode }
		}
		args := &spotify.Args{Query: map[string][]string{"q": {"a"}, "type": {"episode"}, "market": {"FI"}}}
		if err := client.Do(t.Context(), "GET /search", args, &found); err != nil {
			t.Fatal(err)
		}
		episode := found.Episodes.Items[slices.IndexFunc(found.Episodes.Items, func(e *spotify.Episode) bool { return e != nil })]
		world.Play("alice", string(episode.URI))
		got, err := client.Player.CurrentlyPlaying(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if item := got.Item; item == nil || item.Kind != spotify.KindEpisode || item.Episode == nil || item.Track != nil || item.Episode.Show == nil ||
			item.Episode.ID != episode.ID || item.String() != item.Name+" – "+item.Episode.Show.Name {
			t.Errorf("CurrentlyPlaying().Item = %+v", item)
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		client := appClient(t, world, mode, spotify.WithMarket("FI"))
		page, err := client.Search.Tracks(t.Context(), "a", &spotify.PageOptions{Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if page.Total <= len(page.Items) || !page.HasNext || len(page.Items) < 10 || page.Items[0].Name == "" {
			t.Errorf("a page of %d of %d, next %v", len(page.Items), page.Total, page.HasNext)
		}
		before, found := len(world.Ledger()), 0
		for _, err := range client.Search.AllTracks(t.Context(), "a", &spotify.PageOptions{Offset: 800}) {
			if err != nil {
				t.Fatal(err)
			}
			found++
		}
		if want := min(page.Total, 1000) - 800; found != want {
			t.Errorf("AllTracks gave %d, want %d", found, want)
		}
		for i, entry := range world.Ledger()[before:] {
			if want := fmt.Sprint(800 + i*page.Limit); entry.Query.Get("offset") != want {
				t.Errorf("page %d began at %q, want %q", i, entry.Query.Get("offset"), want)
			}
		}
	})
	world := emulator.New(emulator.Config{})
	if _, err := appClient(t, world).Search.Tracks(t.Context(), "", nil); !errors.Is(err, spotify.ErrConfig) {
		t.Errorf("searching for nothing: %v, want ErrConfig", err)
	}
}

func TestTrack(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		client := clientOf(t, world, "alice", mode)
		page, err := client.Library.Tracks(t.Context(), &spotify.PageOptions{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		want := page.Items[0].Track
		got, err := client.Tracks.Get(t.Context(), want.ID, &spotify.GetOptions{Market: "FI"})
		if err != nil || got.ID != want.ID || got.Name != want.Name || got.Duration != want.Duration || got.Album.ID != want.Album.ID {
			t.Errorf("Get(%s) = %+v, %v, want %+v", want.ID, got, err, want)
		}
	})
}

func TestAllSavedTracks(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		client := clientOf(t, world, "alice", mode)
		before := len(world.Ledger())
		var last time.Time
		seen := map[spotify.TrackID]bool{}
		for saved, err := range client.Library.AllTracks(t.Context(), nil) {
			if err != nil {
				t.Fatal(err)
			}
			if !last.IsZero() && saved.AddedAt.After(last) || saved.AddedAt.IsZero() || saved.Track.Name == "" {
				t.Errorf("after %v came %+v", last, saved)
			}
			last, seen[saved.Track.ID] = saved.AddedAt, true
		}
		if len(seen) != 130 {
			t.Errorf("%d different tracks, want 130", len(seen))
		}
		if n := len(world.Ledger()) - before; n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
	})
}

func TestWalksAreLazy(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	before := len(world.Ledger())
	walk := client.Library.AllTracks(t.Context(), &spotify.PageOptions{Limit: 10, Offset: 5})
	if n := len(world.Ledger()); n != before {
		t.Errorf("%d requests before the first item", n-before)
	}
	taken := 0
	for range walk {
		if taken++; taken == 10 {
			break
		}
	}
	sent := world.Ledger()[before:]
	if len(sent) != 1 || sent[0].Query.Get("limit") != "10" || sent[0].Query.Get("offset") != "5" {
		t.Errorf("ten items cost\n%v", sent)
	}

	world.Fail(emulator.Fault{Operation: "GET /me/tracks", After: 2, Status: 404, Times: -1})
	var items, errs int
	for saved, err := range client.Library.AllTracks(t.Context(), nil) {
		if err != nil {
			if errs++; saved.Track.ID != "" || !errors.Is(err, spotify.ErrNotFound) {
				t.Errorf("got %+v, %v, want the zero track and ErrNotFound", saved, err)
			}
			continue // an error ends the walk all the same
		}
		items++
	}
	if items != 100 || errs != 1 {
		t.Errorf("%d items and %d errors, want 100 and 1", items, errs)
	}
	if _, err := client.Library.Tracks(t.Context(), &spotify.PageOptions{Offset: -1}); !errors.Is(err, spotify.ErrConfig) {
		t.Errorf("a negative offset: %v, want ErrConfig", err)
	}
}

// Spotify has been seen to offer a next page for ever.
func TestWalksEnd(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"an empty page with a next one": `{"items":[],"next":"https://api.spotify.com/v1/me/tracks?offset=50","total":100,"offset":0}`,
		"no page at all":                `{}`,
		"no link, all there":            `{"items":[null],"total":1}`,
	} {
		client := answering(200, body)
		for saved, err := range client.Library.AllTracks(t.Context(), nil) {
			t.Errorf("%s: got %+v, %v", name, saved, err)
		}
	}
	// A link to somewhere else is read for its offset, and not followed.
	seen := 0
	client := answering(200, `{"items":[{"track":{"name":"a"}}],"next":"https://evil.example/?offset=2000","total":5000,"offset":0}`)
	for _, err := range client.Search.AllTracks(t.Context(), "x", nil) {
		seen++
		_ = err
	}
	if seen > 1 {
		t.Errorf("went on beyond what can be reached: %d", seen)
	}
}

func TestPlaylists(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		client := clientOf(t, world, "alice", mode, spotify.WithMarket("FI"))
		var mine spotify.Page[spotify.Playlist]
		if err := client.Do(t.Context(), "GET /me/playlists", nil, &mine); err != nil {
			t.Fatal(err)
		}
		walked := 0
		for _, listed := range mine.Items {
			if listed.Owner != "alice" {
				continue
			}
			whole, err := client.Playlists.Get(t.Context(), listed.ID, nil)
			if err != nil || whole.Name != listed.Name || whole.Items == nil || whole.Snapshot == "" {
				t.Fatalf("Get(%q) = %+v, %v", listed.Name, whole, err)
			}
			count := 0
			for item, err := range client.Playlists.AllItems(t.Context(), listed.ID, nil) {
				if err != nil {
					t.Fatal(err)
				}
				if count++; item.Item != nil && item.Item.URI.Kind() == "" {
					t.Errorf("%q holds %+v", listed.Name, item.Item)
				}
			}
			if count != whole.Items.Total {
				t.Errorf("AllItems(%q) gave %d, want %d", listed.Name, count, whole.Items.Total)
			}
			walked += count
		}
		if walked == 0 {
			t.Error("alice has no items in any playlist: nothing was tested")
		}
	})
}

func TestFieldsWithoutNext(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	playlist := ownPlaylist(t, client)
	if _, err := client.Playlists.AddItems(t.Context(), playlist, savedURIs(t, client, 130), nil); err != nil {
		t.Fatal(err)
	}
	n := 0
	for item, err := range client.Playlists.AllItems(t.Context(), playlist, &spotify.PlaylistItemsOptions{Fields: "items(item(name,uri)),total,offset"}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; item.Item.Name == "" || !item.AddedAt.IsZero() {
			t.Errorf("item %+v has other fields than asked for", item)
		}
	}
	if n != 130 {
		t.Errorf("walked %d items, want 130", n)
	}
}

func savedURIs(t *testing.T, client *spotify.Client, n int) (uris []spotify.URI) {
	t.Helper()
	for saved, err := range client.Library.AllTracks(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if uris = append(uris, saved.Track.URI); len(uris) == n {
			break
		}
	}
	return uris
}

func TestAddItems(t *testing.T) {
	t.Parallel()
	const add = "POST /playlists/{id}/items"
	for _, c := range []struct {
		name  string
		fault *emulator.Fault
		want  spotify.Progress
		err   bool
		in    int // how many are in the playlist afterwards
	}{
		{"all goes well", nil, spotify.Progress{Done: 350}, false, 350},
		{"refused half-way", &emulator.Fault{After: 2, Status: 403}, spotify.Progress{Done: 200}, true, 200},
		{"lost before", &emulator.Fault{After: 1, Reset: emulator.ResetBefore}, spotify.Progress{Done: 100, Unsure: 100}, true, 100},
		{"lost after", &emulator.Fault{After: 3, Reset: emulator.ResetAfter}, spotify.Progress{Done: 300, Unsure: 50}, true, 350},
		{"trouble", &emulator.Fault{Status: 502}, spotify.Progress{Unsure: 100}, true, 0},
		{"an odd answer", &emulator.Fault{After: 1, Body: "OK"}, spotify.Progress{Done: 100, Unsure: 100}, true, 200},
		{"a short wait", &emulator.Fault{After: 1, Status: 429, RetryAfter: time.Second}, spotify.Progress{Done: 350}, false, 350},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
				playlist, saved := ownPlaylist(t, client), savedURIs(t, client, 130)
				items := slices.Concat(saved, saved, saved)[:350]
				if c.fault != nil {
					c.fault.Operation = add
					world.Fail(*c.fault)
				}
				added, err := client.Playlists.AddItems(t.Context(), playlist, items, nil)
				if added.Progress != c.want || (err != nil) != c.err || added.Done > 0 && added.Snapshot == "" {
					t.Errorf("AddItems = %+v, %v, want %+v, error %v", added, err, c.want, c.err)
				}
				if got := urisIn(t, client, playlist); !slices.Equal(got, items[:c.in]) {
					t.Errorf("%d items are in, want the first %d in order", len(got), c.in)
				}
			})
		})
	}
}

func urisIn(t *testing.T, client *spotify.Client, playlist spotify.PlaylistID) (uris []spotify.URI) {
	t.Helper()
	for item, err := range client.Playlists.AllItems(t.Context(), playlist, nil) {
		if err != nil {
			t.Fatal(err)
		}
		uris = append(uris, item.Item.URI)
	}
	return uris
}

func TestAddItemsAtAPosition(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	playlist, saved := ownPlaylist(t, client), savedURIs(t, client, 130)
	for _, items := range [][]spotify.URI{saved[:2], nil} {
		if _, err := client.Playlists.AddItems(t.Context(), playlist, items, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Playlists.AddItems(t.Context(), playlist, saved[2:], &spotify.AddItemsOptions{Position: new(1)}); err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(saved[:1], saved[2:], saved[1:2])
	if got := urisIn(t, client, playlist); !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
	before := len(world.Ledger())
	if _, err := client.Playlists.AddItems(t.Context(), playlist, []spotify.URI{"nonsense"}, nil); !errors.Is(err, spotify.ErrConfig) {
		t.Errorf("adding nonsense: %v, want ErrConfig", err)
	}
	if len(world.Ledger()) != before {
		t.Error("nonsense was sent")
	}
}

func TestPlay(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	saved := savedURIs(t, client, 3)
	err := client.Player.Play(t.Context(), &spotify.PlayOptions{Items: saved, StartAt: saved[1], Position: new(7 * time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Player.CurrentlyPlaying(t.Context(), nil)
	if err != nil || got.Item == nil || got.Item.URI != saved[1] || got.Progress < 7*time.Second {
		t.Errorf("plays %v at %v, %v, want %v at 7 s", got.Item, got.Progress, err, saved[1])
	}
	if err := client.Player.Play(t.Context(), &spotify.PlayOptions{Items: saved, Context: "spotify:album:x"}); !errors.Is(err, spotify.ErrConfig) {
		t.Errorf("Context and Items: %v, want ErrConfig", err)
	}
	if err := client.Player.Play(t.Context(), &spotify.PlayOptions{Device: "0123456789"}); !errors.Is(err, spotify.ErrNotFound) {
		t.Errorf("an unknown device: %v, want ErrNotFound", err)
	}
}

func ExampleScopesFor() {
	need, err := spotify.ScopesFor("GET /me/player/currently-playing", "GET /me/tracks")
	if err != nil {
		panic(err)
	}
	granted := auth.Scopes(auth.ScopeUserLibraryRead)
	fmt.Println("missing:", need.Minus(granted))
	// Output: missing: user-read-currently-playing
}

func ExampleParse() {
	id, err := spotify.Parse[spotify.TrackID]("https://open.spotify.com/intl-fi/track/6rqhFgbbKwnb9MLmUQDhG6?si=1")
	fmt.Println(id, err)
	// Output: 6rqhFgbbKwnb9MLmUQDhG6 <nil>
}

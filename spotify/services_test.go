package spotify_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

func allQuirks() []emulator.Quirk {
	var all []emulator.Quirk
	for quirk, words := range emulator.Quirks() {
		if quirk != "no-scope-in-answer" && !strings.HasPrefix(words, "A pack: ") {
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
		client := appClient(t, world, mode, spotify.WithMarket("FI"), spotify.WithPrefetch(0))
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
		var offsets, want []string // the pages are fetched together, in any order
		for _, entry := range world.Ledger()[before:] {
			offsets, want = append(offsets, entry.Query.Get("offset")), append(want, fmt.Sprint(800+len(want)*page.Limit))
		}
		if slices.Sort(offsets); !slices.Equal(offsets, want) {
			t.Errorf("pages began at %q, want %q", offsets, want)
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

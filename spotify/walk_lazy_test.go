package spotify_test

import (
	"errors"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

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
	inOrder := client.With(spotify.WithPrefetch(0))
	for saved, err := range inOrder.Library.AllTracks(t.Context(), nil) {
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

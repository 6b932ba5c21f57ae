package spotify_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// Our models have all that any of the 96 operations answers, in either mode, and nothing that
// we say is always there is missing.
func TestModelsAreComplete(t *testing.T) {
	t.Parallel()
	said := promises(t)
	for _, mode := range []spotify.Mode{spotify.Development, spotify.Extended} {
		stages := &stages{mode: mode, said: said}
		for name := range uses(t.Context(), nil, newStage(t, mode)) {
			stage := stages.of(t, name)
			client := stage.client(t, auth.EveryScope()).With(spotify.WithStrictDecoding())
			if err := uses(t.Context(), client, stage)[name](); err != nil && !errors.Is(err, spotify.ErrOperationClosed) {
				t.Errorf("%s in mode %d: %v", name, mode, err)
			}
		}
	}
}

// drifts are what one look at alice's music finds odd in a world with a quirk.
func drifts(t *testing.T, quirks ...emulator.Quirk) (words []string) {
	t.Helper()
	stage := newStage(t, spotify.Extended, quirks...)
	var mu sync.Mutex
	client := stage.client(t, auth.EveryScope()).With(spotify.WithDriftObserver(func(d spotify.Drift) {
		mu.Lock()
		defer mu.Unlock()
		words = append(words, d.String())
	}))
	for _, name := range []string{"Library.AllTracks", "Playlists.AllItems", "Episodes.Get", "Player.Devices"} {
		if err := uses(t.Context(), client, stage)[name](); err != nil {
			t.Errorf("%s with %q: %v, want no error: it is only told", name, quirks, err)
		}
	}
	return words
}

func TestDriftIsTold(t *testing.T) {
	t.Parallel()
	for quirk, want := range map[emulator.Quirk][]string{
		"null-public":    nil,
		"unknown-fields": {"GET /me/tracks: unknown /items/*/track/", "GET /playlists/{id}/tracks: unknown /items/*/", "GET /me/player/devices: unknown /devices/*/"},
		"missing-fields": {"GET /me/player/devices: missing /devices/*/volume_percent"},
		"floats":         {"GET /me/tracks: another type /items/*/track/duration_ms", "GET /me/tracks: another type /total"},
	} {
		got := drifts(t, quirk)
		for _, want := range want {
			if !slices.ContainsFunc(got, func(word string) bool { return strings.HasPrefix(word, want) }) {
				t.Errorf("with %s: %q, want %q among them", quirk, got, want)
			}
		}
		if want == nil && got != nil {
			t.Errorf("with %s: %q, want nothing", quirk, got)
		}
	}
}

func TestStrictDecoding(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, says string }{
		{`{"id":"i","uri":"u","display_name":null}`, ""},
		{`{"id":"i","uri":"u","display_name":null,"href":"h","type":"user"}`, ""},
		{`{"id":"i","uri":"u","display_name":null,"nick":{"a":1}}`, "unknown /nick"},
		{`{"id":"i","display_name":"d"}`, "missing /uri"},
		{`{"id":["i"],"uri":"u","display_name":"d","images":[{"url":"x","width":1.5,"height":1},{"url":"x","width":2.5,"height":1}]}`, "another type /id, another type /images/*/width"},
		{`[]`, "another type"},
	} {
		client := answering(200, c.body, spotify.WithStrictDecoding())
		me, err := client.Users.Me(t.Context())
		if c.says == "" {
			if err != nil {
				t.Errorf("Me of %s: %v, want no error", c.body, err)
			}
			continue
		}
		if checkIs(t, err); me != nil || !errors.Is(err, spotify.ErrDrift) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("Me of %s = %+v, %v, want ErrDrift and %q", c.body, me, err, c.says)
		}
	}
	for body, says := range map[string]string{
		`{"is_playing":true,"item":{"type":"episode","id":"e","uri":"u","x":1},"progress_ms":1,"timestamp":1,"context":null,"currently_playing_type":"episode"}`: "unknown /item/x, missing /item/name",
		`{"is_playing":true,"item":{"type":"hologram","uri":"u"},"progress_ms":1,"timestamp":1,"context":null,"currently_playing_type":"hologram"}`:              "unknown kind /item",
	} {
		_, err := answering(200, body, spotify.WithStrictDecoding()).Player.CurrentlyPlaying(t.Context(), nil)
		if !errors.Is(err, spotify.ErrDrift) || !strings.Contains(err.Error(), says) {
			t.Errorf("CurrentlyPlaying of %s: %v, want %q", body, err, says)
		}
		playing, err := answering(200, body).Player.CurrentlyPlaying(t.Context(), nil)
		if err != nil || playing.Item == nil {
			t.Errorf("CurrentlyPlaying of %s, tolerantly = %+v, %v", body, playing, err)
		}
	}
	filtered := answering(200, `{"items":[{"item":{"type":"track","name":"n"}}]}`, spotify.WithStrictDecoding())
	if _, err := filtered.Playlists.Items(t.Context(), someID, &spotify.PlaylistItemsOptions{Fields: "items(item(name,type))"}); err != nil {
		t.Errorf("what Fields leave out is not missing: %v", err)
	}
}

package spotify_test

import (
	"errors"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func TestOperations(t *testing.T) {
	t.Parallel()
	all := spotify.Operations()
	if len(all) != 96 {
		t.Fatalf("%d operations, want 96", len(all))
	}
	byName := map[spotify.Operation]spotify.OperationInfo{}
	for _, info := range all {
		byName[info.Operation] = info
	}
	for _, want := range []spotify.OperationInfo{
		{Operation: "GET /search", MaxLimit: 10},
		{Operation: "GET /me", Optional: auth.Scopes(auth.ScopeUserReadEmail, auth.ScopeUserReadPrivate)},
		{Operation: "GET /tracks", Mode: spotify.Extended, Replacement: "GET /tracks/{id}", MaxLimit: 50},
		{Operation: "GET /recommendations", Mode: spotify.Extended, MaxLimit: 100},
		{Operation: "POST /playlists/{id}/items", MaxLimit: 100,
			Scopes: auth.Scopes(auth.ScopePlaylistModifyPrivate, auth.ScopePlaylistModifyPublic)},
	} {
		if got := byName[want.Operation]; got != want {
			t.Errorf("%s: %+v, want %+v", want.Operation, got, want)
		}
	}
}

func TestScopesFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ops  []spotify.Operation
		want string
	}{
		{nil, ""},
		{[]spotify.Operation{"GET /me", "GET /search"}, ""},
		{[]spotify.Operation{"GET /me/player/currently-playing", "GET /me/tracks"}, "user-library-read user-read-currently-playing"},
		{[]spotify.Operation{"GET /playlists/{playlist_id}/items"}, "playlist-read-private"},
		{[]spotify.Operation{"GET /me/player/queue"}, "user-read-currently-playing"},
		{[]spotify.Operation{"GET /me/player/queue", "GET /me/player/devices"}, "user-read-playback-state"},
		{[]spotify.Operation{"PUT /playlists/{id}/images"}, "playlist-modify-private playlist-modify-public ugc-image-upload"},
	} {
		got, err := spotify.ScopesFor(c.ops...)
		if got.String() != c.want || err != nil {
			t.Errorf("ScopesFor(%q) = %q, %v, want %q", c.ops, got, err, c.want)
		}
	}
	if got, err := spotify.ScopesFor("GET /me", "GET /you"); !errors.Is(err, spotify.ErrConfig) || got.Len() != 0 {
		t.Errorf("ScopesFor an unknown operation = %q, %v, want ErrConfig", got, err)
	}
}

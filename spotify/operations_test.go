package spotify_test

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

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

func TestMissing(t *testing.T) {
	t.Parallel()
	type lacks = []spotify.Lack
	for _, c := range []struct {
		granted []auth.Scope
		ops     []spotify.Operation
		want    lacks
	}{
		{nil, nil, nil},
		{nil, []spotify.Operation{"GET /me", "GET /search"}, nil},
		{nil, []spotify.Operation{"GET /me/tracks", "GET /me"}, lacks{{Operation: "GET /me/tracks", Missing: auth.Scopes(auth.ScopeUserLibraryRead)}}},
		{[]auth.Scope{auth.ScopeUserReadPlaybackState}, []spotify.Operation{"GET /me/player/queue"}, nil},
		{nil, []spotify.Operation{"GET /me/player/queue"}, lacks{{Operation: "GET /me/player/queue", Missing: auth.Scopes(auth.ScopeUserReadCurrentlyPlaying)}}},
		{nil, []spotify.Operation{"GET /playlists/{playlist_id}/items"}, lacks{{"GET /playlists/{id}/items", auth.Scopes(auth.ScopePlaylistReadPrivate), true}}},
		{[]auth.Scope{auth.ScopePlaylistModifyPublic}, []spotify.Operation{"POST /me/playlists"}, lacks{{"POST /me/playlists", auth.Scopes(auth.ScopePlaylistModifyPrivate), true}}},
		{[]auth.Scope{auth.ScopePlaylistModifyPublic}, []spotify.Operation{"PUT /playlists/{id}/images"},
			lacks{{"PUT /playlists/{id}/images", auth.Scopes(auth.ScopePlaylistModifyPrivate, auth.ScopeUGCImageUpload), false}}},
		{[]auth.Scope{auth.ScopeUserLibraryModify}, []spotify.Operation{"PUT /me/library"},
			lacks{{"PUT /me/library", auth.Scopes(auth.ScopeUserFollowModify, auth.ScopePlaylistModifyPublic), true}}},
	} {
		got, err := spotify.Missing(auth.Scopes(c.granted...), c.ops...)
		if !slices.Equal(got, c.want) || err != nil {
			t.Errorf("Missing(%q, %q) = %+v, %v, want %+v", c.granted, c.ops, got, err, c.want)
		}
	}
	if got, err := spotify.Missing(auth.EveryScope(), "GET /you"); !errors.Is(err, spotify.ErrConfig) || got != nil {
		t.Errorf("Missing for an unknown operation = %v, %v, want ErrConfig", got, err)
	}
}

// What ScopesFor asks for is enough for its operations, and nothing of it can be spared.
func TestScopesForIsLeast(t *testing.T) {
	t.Parallel()
	var all []spotify.Operation
	for _, info := range spotify.Operations() {
		all = append(all, info.Operation)
	}
	rapid.Check(t, func(t *rapid.T) {
		ops := rapid.SliceOfN(rapid.SampledFrom(all), 1, 8).Draw(t, "operations")
		scopes, err := spotify.ScopesFor(ops...)
		if err != nil {
			t.Fatal(err)
		}
		if lacks, err := spotify.Missing(scopes, ops...); err != nil || lacks != nil {
			t.Errorf("with %q: %+v, %v", scopes, lacks, err)
		}
		for scope := range scopes.All() {
			if lacks, _ := spotify.Missing(scopes.Minus(auth.Scopes(scope)), ops...); lacks == nil {
				t.Errorf("%q work without %s of %q", ops, scope, scopes)
			}
		}
	})
}

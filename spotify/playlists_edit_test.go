package spotify_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

func TestEditPlaylist(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx, saved := t.Context(), savedURIs(t, c, 130)
		want := func(what string, uris []spotify.URI) {
			t.Helper()
			if got := urisIn(t, c, s.playlist); !slices.Equal(got, uris) {
				t.Fatalf("%s: %d items, want %d in another order:\n%v", what, len(got), len(uris), got)
			}
		}
		long := slices.Concat(saved, saved[:120])
		replaced, err := c.Playlists.ReplaceItems(ctx, s.playlist, long)
		if err != nil || replaced.Progress != (spotify.Progress{Done: 250}) || replaced.Snapshot == "" {
			t.Fatalf("ReplaceItems = %+v, %v", replaced, err)
		}
		want("ReplaceItems", long)

		removed, err := c.Playlists.RemoveItems(ctx, s.playlist, saved[:110], &spotify.RemoveItemsOptions{Snapshot: replaced.Snapshot})
		if err != nil || removed.Progress != (spotify.Progress{Done: 110}) || removed.Snapshot == replaced.Snapshot {
			t.Fatalf("RemoveItems = %+v, %v", removed, err)
		}
		left := slices.Concat(saved[110:], saved[110:120])
		want("RemoveItems", left)
		sent := s.world.Ledger().Where(func(e emulator.Entry) bool { return strings.HasPrefix(e.Operation, "DELETE /playlists/{id}/") })
		for i, from := range []spotify.SnapshotID{replaced.Snapshot, ""} {
			var body struct {
				Snapshot spotify.SnapshotID `json:"snapshot_id"`
			}
			if err := json.Unmarshal(sent[i].Body, &body); err != nil || body.Snapshot == "" || from != "" && body.Snapshot != from || i > 0 && body.Snapshot == replaced.Snapshot {
				t.Errorf("request %d removed from version %q, %v; want that of the request before", i, body.Snapshot, err)
			}
		}

		snapshot, err := c.Playlists.MoveItems(ctx, s.playlist, spotify.Move{From: 0, Count: 2, Before: 5, Snapshot: removed.Snapshot})
		if err != nil || snapshot == removed.Snapshot {
			t.Fatalf("MoveItems = %q, %v", snapshot, err)
		}
		moved := slices.Concat(left[2:5], left[:2], left[5:])
		want("MoveItems", moved)
		if _, err := c.Playlists.MoveItems(ctx, s.playlist, spotify.Move{From: len(left) - 1}); err != nil {
			t.Fatal(err)
		}
		want("MoveItems of the last to the front", slices.Concat(moved[len(left)-1:], moved[:len(left)-1]))

		if replaced, err := c.Playlists.ReplaceItems(ctx, s.playlist, nil); err != nil || replaced.Done != 0 || replaced.Snapshot == "" {
			t.Fatalf("ReplaceItems(nothing) = %+v, %v", replaced, err)
		}
		want("ReplaceItems(nothing)", nil)
	})
}

// Replacing may be repeated after a lost answer, moving may not.
func TestLostEdits(t *testing.T) {
	t.Parallel()
	const edit = "PUT /playlists/{id}/items"
	inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, c *spotify.Client) {
		playlist, saved, ctx := ownPlaylist(t, c), savedURIs(t, c, 130), t.Context()
		world.Fail(emulator.Fault{Operation: edit, Reset: emulator.ResetAfter})
		if replaced, err := c.Playlists.ReplaceItems(ctx, playlist, saved); err != nil || replaced.Done != 130 {
			t.Errorf("ReplaceItems = %+v, %v", replaced, err)
		}
		world.Fail(emulator.Fault{Operation: edit, Reset: emulator.ResetAfter, Times: 4})
		if replaced, err := c.Playlists.ReplaceItems(ctx, playlist, saved); err == nil || replaced.Progress != (spotify.Progress{Unsure: 100}) {
			t.Errorf("ReplaceItems, lost for good = %+v, %v", replaced, err)
		}
		world.Fail(emulator.Fault{Operation: "POST /playlists/{id}/items", Reset: emulator.ResetAfter})
		if replaced, err := c.Playlists.ReplaceItems(ctx, playlist, saved); err == nil || replaced.Progress != (spotify.Progress{Done: 100, Unsure: 30}) || replaced.Snapshot == "" {
			t.Errorf("ReplaceItems, the rest lost = %+v, %v", replaced, err)
		}
		if got := urisIn(t, c, playlist); !slices.Equal(got, saved) {
			t.Errorf("%d items are in, want 130", len(got))
		}
		before := len(world.Ledger())
		world.Fail(emulator.Fault{Operation: edit, Reset: emulator.ResetAfter})
		if _, err := c.Playlists.MoveItems(ctx, playlist, spotify.Move{From: 1}); err == nil || len(world.Ledger()) != before+1 {
			t.Errorf("MoveItems, lost: %v after %d requests, want an error after one", err, len(world.Ledger())-before)
		}
	})
}

func TestWrongEditsAreNotSent(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	c, ctx := clientOf(t, world, "alice"), t.Context()
	before := len(world.Ledger())
	for name, err := range map[string]error{
		"replacing with nonsense":        failing(c.Playlists.ReplaceItems(ctx, someID, []spotify.URI{"nonsense"})),
		"removing nonsense":              failing(c.Playlists.RemoveItems(ctx, someID, []spotify.URI{"nonsense"}, nil)),
		"moving from before the first":   failing(c.Playlists.MoveItems(ctx, someID, spotify.Move{From: -1})),
		"changing nothing":               c.Playlists.Change(ctx, someID, spotify.PlaylistChanges{}),
		"creating without a name":        failing(c.Playlists.Create(ctx, spotify.NewPlaylist{})),
		"uploading a PNG":                c.Playlists.UploadCover(ctx, someID, []byte("\x89PNG")),
		"uploading too much":             c.Playlists.UploadCover(ctx, someID, jpegOf(192<<10+1)),
		"seeking before the beginning":   c.Player.Seek(ctx, -1, nil),
		"a volume of 101":                c.Player.SetVolume(ctx, 101, nil),
		"queueing nonsense":              c.Player.AddToQueue(ctx, "nonsense", nil),
		"playing from two places":        c.Player.Play(ctx, &spotify.PlayOptions{StartAt: "spotify:track:x", StartIndex: new(1)}),
		"transferring to nowhere":        c.Player.Transfer(ctx, "", nil),
		"searching for categories":       failing(c.Search.Find(ctx, "x", &spotify.FindOptions{Kinds: []spotify.Kind{"category"}})),
		"searching for nothing":          failing(c.Search.Find(ctx, " ", nil)),
		"recommending from nothing":      failing(c.Tracks.Recommendations(ctx, spotify.RecommendationsOptions{})),
		"recommending from six":          failing(c.Tracks.Recommendations(ctx, spotify.RecommendationsOptions{Genres: repeated([]string{"a"}, 6)})),
		"recommending by something else": failing(c.Tracks.Recommendations(ctx, spotify.RecommendationsOptions{Genres: []string{"a"}, Min: map[spotify.Attribute]float64{"x": 1}})),
		"following an empty playlist ID": c.Library.FollowPlaylist(ctx, "", nil),
	} {
		if !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("%s: %v, want ErrConfig", name, err)
		}
	}
	if sent := sentSince(world, before); len(sent) > 0 {
		t.Errorf("sent %q, want nothing", sent)
	}
}

// jpegOf looks like a JPEG of n bytes.
func jpegOf(n int) []byte { return append([]byte("\xff\xd8\xff"), make([]byte, n-3)...) }

func TestCover(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		before, err := c.Playlists.Cover(ctx, s.playlist)
		if err != nil {
			t.Fatal(err)
		}
		picture := jpegOf(192 << 10) // just what Spotify takes
		if err := c.Playlists.UploadCover(ctx, s.playlist, picture); err != nil {
			t.Fatal(err)
		}
		sent := s.world.Ledger().Of("PUT /playlists/{id}/images")
		if want := base64.StdEncoding.EncodeToString(picture); len(sent) != 1 || !strings.HasPrefix(want, string(sent[0].Body)) || len(sent[0].Body) == 0 {
			t.Errorf("sent %d requests, want one with the picture in base64", len(sent))
		}
		after, err := c.Playlists.Cover(ctx, s.playlist)
		if err != nil || len(after) == 0 || slices.Equal(before, after) {
			t.Errorf("Cover = %v, %v, want another one than %v", after, err, before)
		}
	})
}

func TestMakePlaylists(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		for _, p := range []struct {
			what   spotify.NewPlaylist
			public bool
		}{
			{spotify.NewPlaylist{Name: "open", Description: "words"}, true},
			{spotify.NewPlaylist{Name: "hidden", Private: true}, false},
			{spotify.NewPlaylist{Name: "shared", Collaborative: true}, false},
		} {
			for name, make := range map[string]func() (*spotify.Playlist, error){
				"Create":    func() (*spotify.Playlist, error) { return c.Playlists.Create(ctx, p.what) },
				"CreateFor": func() (*spotify.Playlist, error) { return c.Playlists.CreateFor(ctx, "alice", p.what) },
			} {
				made, err := make()
				if err != nil || made.Name != p.what.Name || made.Owner != "alice" || made.Public == nil || *made.Public != p.public ||
					made.Collaborative != p.what.Collaborative || made.Description != p.what.Description || made.ID == "" {
					t.Errorf("%s(%+v) = %+v, %v", name, p.what, made, err)
				}
			}
		}
		made, err := c.Playlists.CreateFor(ctx, "bob", spotify.NewPlaylist{Name: "not mine"})
		if !errors.Is(err, spotify.ErrNotOwner) || made != nil {
			t.Errorf("CreateFor somebody else = %+v, %v, want ErrNotOwner", made, err)
		}
		for playlist, err := range c.Playlists.AllMine(ctx, nil) {
			if err != nil || playlist.Name == "not mine" {
				t.Errorf("AllMine: %+v, %v", playlist, err)
			}
		}
		changes := spotify.PlaylistChanges{Name: new("changed"), Description: new("& so on"), Public: new(true)}
		if err := c.Playlists.Change(ctx, s.playlist, changes); err != nil {
			t.Fatal(err)
		}
		changed, err := c.Playlists.Get(ctx, s.playlist, nil)
		if err != nil || changed.Name != "changed" || !strings.Contains(changed.Description, "so on") || changed.Public == nil || !*changed.Public {
			t.Errorf("after Change: %+v, %v", changed, err)
		}
	})
}

// Creating asks for the scope of what is created, and no more.
func TestScopeOfWhatIsCreated(t *testing.T) {
	t.Parallel()
	stage := newStage(t, spotify.Development)
	none := stage.client(t, auth.Scopes(auth.ScopeUserReadEmail))
	for private, want := range map[bool]auth.Scope{true: auth.ScopePlaylistModifyPrivate, false: auth.ScopePlaylistModifyPublic} {
		_, err := none.Playlists.Create(t.Context(), spotify.NewPlaylist{Name: "x", Private: private})
		failed, _ := errors.AsType[*spotify.Error](err)
		if !errors.Is(err, spotify.ErrMissingScope) || failed.Missing != auth.Scopes(want) || failed.Consent() != auth.Scopes(want, auth.ScopeUserReadEmail) {
			t.Errorf("private %v: %v, want %s missing", private, err, want)
		}
	}
}

// Fields are written in the words of today, whatever the operation calls them.
func TestFieldsInBothModes(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		for _, fields := range []string{"items(item(name,uri,track_number)),next", "items(track(name,uri,track_number)),next"} {
			page, err := c.Playlists.Items(t.Context(), s.playlist, &spotify.PlaylistItemsOptions{Fields: fields})
			if err != nil || len(page.Items) != 3 || page.Items[0].Item == nil || page.Items[0].Item.Name == "" || page.Items[0].Item.Track.TrackNumber == 0 {
				t.Errorf("Items with the fields %q = %+v, %v", fields, page, err)
			}
		}
	})
}

package spotify_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// Without being told, the client learns from one refusal what the app may use, for all of its
// clients.
func TestLearnedMode(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		c = c.With(spotify.WithMode(spotify.Learned))
		other := c.As(logInFor(t, s.world, "bob", auth.EveryScope()))
		before := len(s.world.Ledger())
		for _, client := range []*spotify.Client{c, c, other} {
			for range client.Playlists.AllItems(t.Context(), s.playlist, nil) {
				break
			}
		}
		old, current := "GET /playlists/{id}/tracks", "GET /playlists/{id}/items"
		want := []string{old, old, old}
		if s.mode == spotify.Development {
			want = []string{old, current, current, current}
		}
		if sent := sentSince(s.world, before); !slices.Equal(sent, want) {
			t.Errorf("sent %q, want %q", sent, want)
		}
		if progress, err := c.Library.SaveTracks(t.Context(), s.tracks...); err != nil || progress.Done != len(s.tracks) {
			t.Errorf("SaveTracks = %+v, %v", progress, err)
		}
		before = len(s.world.Ledger())
		_, err := c.Browse.Markets(t.Context())
		if s.mode == spotify.Extended && err != nil {
			t.Errorf("Markets: %v", err)
		}
		if s.mode == spotify.Development && (!errors.Is(err, spotify.ErrOperationClosed) || len(s.world.Ledger()) != before) {
			t.Errorf("Markets, after what was learned: %v, sent %q", err, sentSince(s.world, before))
		}
	})
}

// A restricted operation is refused by the age of the app: nothing is learned of its mode.
func TestRestrictedTeachesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, spotify.Development)
	c := s.client(t, auth.EveryScope()).With(spotify.WithMode(spotify.Learned))
	if _, err := c.Tracks.AudioFeatures(t.Context(), s.tracks[0]); !errors.Is(err, spotify.ErrOperationClosed) {
		t.Errorf("AudioFeatures: %v, want ErrOperationClosed", err)
	}
	before := len(s.world.Ledger())
	_, _ = c.Albums.GetMany(t.Context(), []spotify.AlbumID{s.album}, nil)
	if sent := sentSince(s.world, before); !slices.Equal(sent, []string{"GET /albums", "GET /albums/{id}"}) {
		t.Errorf("sent %q, want both ways tried", sent)
	}
}

// Pages are as long as the mode allows.
func TestLimitsFollowTheMode(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		want := map[spotify.Mode][]int{spotify.Development: {10, 10, 50}, spotify.Extended: {50, 50, 100}}[s.mode]
		found, err := c.Search.Tracks(ctx, "a", nil)
		if err != nil || found.Limit != want[0] {
			t.Errorf("Search.Tracks: a page of %+v, %v, want %d", found, err, want[0])
		}
		albums, err := c.Artists.Albums(ctx, s.artist, nil)
		if err != nil || albums.Limit != want[1] {
			t.Errorf("Artists.Albums: a page of %+v, %v, want %d", albums, err, want[1])
		}
		items, err := c.Playlists.Items(ctx, s.playlist, nil)
		if err != nil || items.Limit != want[2] {
			t.Errorf("Playlists.Items: a page of %+v, %v, want %d", items, err, want[2])
		}
	})
}

func TestNextAndPrevious(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		first, err := c.Search.Tracks(ctx, "a", &spotify.PageOptions{Limit: 7, Market: "GB"})
		if err != nil || first.Previous() != nil {
			t.Fatalf("the first page: %+v, %v", first, err)
		}
		next := first.Next()
		if want := (spotify.PageOptions{Limit: 7, Offset: 7, Market: "GB"}); next == nil || *next != want {
			t.Fatalf("Next() = %+v, want %+v", next, want)
		}
		second, err := c.Search.Tracks(ctx, "a", next)
		if err != nil || second.Offset != 7 {
			t.Fatalf("the next page: %+v, %v", second, err)
		}
		if back := second.Previous(); back == nil || back.Offset != 0 || back.Limit != 7 {
			t.Errorf("Previous() = %+v, want the first page", back)
		}
		middle, err := c.Search.Tracks(ctx, "a", &spotify.PageOptions{Limit: 7, Offset: 3})
		if back := middle.Previous(); err != nil || back == nil || back.Offset != 0 || back.Limit != 3 {
			t.Errorf("Previous() of what begins at 3 = %+v, %v, want the three before it", back, err)
		}
		last, err := c.Library.Albums(ctx, nil)
		if err != nil || last.Next() != nil {
			t.Errorf("the only page: %+v, %v", last, err)
		}
	})
}

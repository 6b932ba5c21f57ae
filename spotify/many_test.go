package spotify_test

import (
	"errors"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// bothModes runs a story with apps of either kind.
func bothModes(t *testing.T, story func(t *testing.T, stage *stage, client *spotify.Client)) {
	t.Helper()
	for name, mode := range map[string]spotify.Mode{"development": spotify.Development, "extended": spotify.Extended} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stage := newStage(t, mode)
			story(t, stage, stage.client(t, auth.EveryScope()))
		})
	}
}

// sentSince lists the operations of a part of the ledger.
func sentSince(world *emulator.Emulator, before int) (sent []string) {
	for _, entry := range world.Ledger()[before:] {
		sent = append(sent, entry.Operation)
	}
	return sent
}

func TestGetManyIsPositional(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, stage *stage, client *spotify.Client) {
		var ids []spotify.TrackID
		for saved, err := range client.Library.AllTracks(t.Context(), nil) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, saved.Track.ID)
		}
		ids[3], ids[77], ids[78] = someID, someID, ids[0] // twice unknown, once a repetition
		before := len(stage.world.Ledger())
		found, err := client.Tracks.GetMany(t.Context(), ids, nil)
		if err != nil || len(found) != len(ids) {
			t.Fatalf("GetMany of %d gave %d, %v", len(ids), len(found), err)
		}
		for i, id := range ids {
			switch {
			case id == someID && found[i] != nil:
				t.Errorf("place %d has %+v, want nil", i, found[i])
			case id != someID && (found[i] == nil || found[i].ID != id || found[i].Name == ""):
				t.Errorf("place %d has %+v, want %s", i, found[i], id)
			}
		}
		want := 3 // 50 at a time
		if stage.mode == spotify.Development {
			want = len(ids) - 2 // what is there twice is asked for once
		}
		if sent := sentSince(stage.world, before); len(sent) != want {
			t.Errorf("%d requests, want %d", len(sent), want)
		}
	})
}

func TestGetManyFails(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, stage *stage, client *spotify.Client) {
		before := len(stage.world.Ledger())
		for _, ids := range [][]spotify.AlbumID{{""}, {stage.album, "a,b"}, {"a b"}} {
			if found, err := client.Albums.GetMany(t.Context(), ids, nil); !errors.Is(err, spotify.ErrConfig) || found != nil {
				t.Errorf("GetMany(%q) = %v, %v, want ErrConfig", ids, found, err)
			}
		}
		if found, err := client.Albums.GetMany(t.Context(), nil, nil); err != nil || len(found) != 0 {
			t.Errorf("GetMany(nil) = %v, %v, want nothing", found, err)
		}
		if sent := sentSince(stage.world, before); len(sent) > 0 {
			t.Errorf("sent %q, want nothing", sent)
		}
		stage.world.Fail(emulator.Fault{Operation: "GET /albums", Status: 400, Times: -1})
		stage.world.Fail(emulator.Fault{Operation: "GET /albums/{id}", Status: 400, Times: -1})
		if found, err := client.Albums.GetMany(t.Context(), []spotify.AlbumID{stage.album}, nil); err == nil || found != nil {
			t.Errorf("GetMany = %v, %v, want the failure alone", found, err)
		}
	})
	extended := answering(200, `{"albums":[null]}`, spotify.WithMode(spotify.Extended))
	if found, err := extended.Albums.GetMany(t.Context(), []spotify.AlbumID{"1", "2"}, nil); !errors.Is(err, spotify.ErrServer) || found != nil {
		t.Errorf("one answer to two questions: %v, %v, want ErrServer", found, err)
	}
}

func TestEveryGetMany(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		artists, err := c.Artists.GetMany(ctx, []spotify.ArtistID{someID, s.artist})
		if err != nil || artists[0] != nil || artists[1].ID != s.artist || artists[1].Name == "" {
			t.Errorf("Artists.GetMany = %v, %v", artists, err)
		}
		shows, err := c.Shows.GetMany(ctx, []spotify.ShowID{someID, s.show}, nil)
		if err != nil || shows[0] != nil || shows[1].ID != s.show || shows[1].TotalEpisodes == nil {
			t.Errorf("Shows.GetMany = %v, %v", shows, err)
		}
		episodes, err := c.Episodes.GetMany(ctx, []spotify.EpisodeID{someID, s.episode}, nil)
		if err != nil || episodes[0] != nil || episodes[1].ID != s.episode || episodes[1].Show == nil {
			t.Errorf("Episodes.GetMany = %v, %v", episodes, err)
		}
		books, err := c.Audiobooks.GetMany(ctx, []spotify.AudiobookID{someID, s.book}, nil)
		if err != nil || books[0] != nil || books[1].ID != s.book || len(books[1].Authors) == 0 {
			t.Errorf("Audiobooks.GetMany = %v, %v", books, err)
		}
		chapters, err := c.Chapters.GetMany(ctx, []spotify.ChapterID{someID, s.chapter}, nil)
		if err != nil || chapters[0] != nil || chapters[1].ID != s.chapter || chapters[1].Audiobook == nil {
			t.Errorf("Chapters.GetMany = %v, %v", chapters, err)
		}
		features, err := c.Tracks.ManyAudioFeatures(ctx, []spotify.TrackID{someID, s.tracks[0]})
		if s.mode == spotify.Development {
			if !errors.Is(err, spotify.ErrOperationClosed) {
				t.Errorf("ManyAudioFeatures in development mode: %v, want ErrOperationClosed", err)
			}
		} else if err != nil || features[0] != nil || features[1].ID != s.tracks[0] || features[1].Tempo < 30 {
			t.Errorf("ManyAudioFeatures = %v, %v", features, err)
		}
	})
}

package spotify_test

import (
	"errors"
	"iter"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

func TestLibraryOfAnyKind(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		things := []spotify.URI{s.items[0], spotify.URIOf(s.album), spotify.URIOf(s.episode), spotify.URIOf(s.show), spotify.URIOf(s.book),
			spotify.URIOf(s.artist), spotify.URIOf(spotify.UserID("bob")), spotify.URIOf(s.playlist)}
		saved := func(want bool) {
			t.Helper()
			got, err := c.Library.Contains(ctx, things...)
			if err != nil || !slices.Equal(got, repeated([]bool{want}, len(things))) {
				t.Errorf("Contains = %v, %v, want %v of each", got, err, want)
			}
		}
		for range 2 { // repeating is harmless
			if progress, err := c.Library.Save(ctx, things...); err != nil || progress != (spotify.Progress{Done: len(things)}) {
				t.Fatalf("Save = %+v, %v", progress, err)
			}
			saved(true)
		}
		for range 2 {
			if progress, err := c.Library.Remove(ctx, things...); err != nil || progress != (spotify.Progress{Done: len(things)}) {
				t.Fatalf("Remove = %+v, %v", progress, err)
			}
			saved(false)
		}
		before := len(s.world.Ledger())
		if _, err := c.Library.Save(ctx, "nonsense"); !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("saving nonsense: %v, want ErrConfig", err)
		}
		if got, err := c.Library.Contains(ctx); err != nil || len(got) != 0 {
			t.Errorf("Contains() = %v, %v, want nothing", got, err)
		}
		if sent := sentSince(s.world, before); len(sent) > 0 {
			t.Errorf("sent %q, want nothing", sent)
		}
	})
}

// kind is what the library does with one kind.
type kind struct {
	name                   string
	save, remove, contains func() (bool, error)
}

func TestLibraryOfOneKind(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx, l := t.Context(), c.Library
		done := func(p spotify.Progress, err error) (bool, error) { return p == spotify.Progress{Done: 1}, err }
		one := func(b []bool, err error) (bool, error) { return len(b) == 1 && b[0], err }
		for _, k := range []kind{
			{"tracks", func() (bool, error) { return done(l.SaveTracks(ctx, s.tracks[0])) }, func() (bool, error) { return done(l.RemoveTracks(ctx, s.tracks[0])) }, func() (bool, error) { return one(l.ContainsTracks(ctx, s.tracks[0])) }},
			{"albums", func() (bool, error) { return done(l.SaveAlbums(ctx, s.album)) }, func() (bool, error) { return done(l.RemoveAlbums(ctx, s.album)) }, func() (bool, error) { return one(l.ContainsAlbums(ctx, s.album)) }},
			{"episodes", func() (bool, error) { return done(l.SaveEpisodes(ctx, s.episode)) }, func() (bool, error) { return done(l.RemoveEpisodes(ctx, s.episode)) }, func() (bool, error) { return one(l.ContainsEpisodes(ctx, s.episode)) }},
			{"shows", func() (bool, error) { return done(l.SaveShows(ctx, s.show)) }, func() (bool, error) { return done(l.RemoveShows(ctx, s.show)) }, func() (bool, error) { return one(l.ContainsShows(ctx, s.show)) }},
			{"audiobooks", func() (bool, error) { return done(l.SaveAudiobooks(ctx, s.book)) }, func() (bool, error) { return done(l.RemoveAudiobooks(ctx, s.book)) }, func() (bool, error) { return one(l.ContainsAudiobooks(ctx, s.book)) }},
			{"artists", func() (bool, error) { return done(l.FollowArtists(ctx, s.artist)) }, func() (bool, error) { return done(l.UnfollowArtists(ctx, s.artist)) }, func() (bool, error) { return one(l.FollowsArtists(ctx, s.artist)) }},
			{"users", func() (bool, error) { return done(l.FollowUsers(ctx, "bob")) }, func() (bool, error) { return done(l.UnfollowUsers(ctx, "bob")) }, func() (bool, error) { return one(l.FollowsUsers(ctx, "bob")) }},
			{"playlists", func() (bool, error) { return true, l.FollowPlaylist(ctx, s.playlist, nil) }, func() (bool, error) { return true, l.UnfollowPlaylist(ctx, s.playlist) }, func() (bool, error) { return l.FollowsPlaylist(ctx, s.playlist) }},
		} {
			for i, step := range []struct {
				do   func() (bool, error)
				want bool
			}{{k.save, true}, {k.contains, true}, {k.remove, true}, {k.contains, false}, {k.save, true}, {k.contains, true}} {
				if got, err := step.do(); err != nil || got != step.want {
					t.Errorf("%s, step %d: %v, %v, want %v", k.name, i, got, err, step.want)
				}
			}
		}
	})
}

// holds wants something of a list to be as is says.
func holds[T any](t *testing.T, name string, all iter.Seq2[T, error], is func(T) bool) {
	t.Helper()
	found := false
	for item, err := range all {
		if err != nil {
			t.Fatal(err)
		}
		found = found || is(item)
	}
	if !found {
		t.Errorf("what was saved is not among the %s", name)
	}
}

func TestSavedLists(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		if _, err := c.Library.Save(ctx, spotify.URIOf(s.album), spotify.URIOf(s.episode), spotify.URIOf(s.show), spotify.URIOf(s.book)); err != nil {
			t.Fatal(err)
		}
		holds(t, "albums", c.Library.AllAlbums(ctx, nil), func(saved spotify.SavedAlbum) bool {
			return saved.Album.ID == s.album && !saved.AddedAt.IsZero() && saved.Album.Tracks != nil
		})
		holds(t, "episodes", c.Library.AllEpisodes(ctx, nil), func(saved spotify.SavedEpisode) bool {
			return saved.Episode.ID == s.episode && !saved.AddedAt.IsZero()
		})
		holds(t, "shows", c.Library.AllShows(ctx, nil), func(saved spotify.SavedShow) bool {
			return saved.Show.ID == s.show && !saved.AddedAt.IsZero()
		})
		holds(t, "audiobooks", c.Library.AllAudiobooks(ctx, nil), func(saved spotify.SavedAudiobook) bool {
			return saved.Audiobook.ID == s.book && !saved.AddedAt.IsZero()
		})
		bare, err := answering(200, `{"items":[{"id":"x","name":"n","uri":"u","total_chapters":3}],"total":1}`).Library.Audiobooks(ctx, nil)
		if err != nil || bare.Items[0].Audiobook.ID != "x" || *bare.Items[0].Audiobook.TotalChapters != 3 {
			t.Errorf("Audiobooks without their wrapper = %+v, %v", bare, err)
		}
	})
}

// Long lists go in chunks of what each operation takes, and stop where one fails.
func TestLibraryProgress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		mode  spotify.Mode
		op    string
		fault emulator.Fault
		want  spotify.Progress
		sent  int
		err   bool
	}{
		{"all goes well", spotify.Development, "PUT /me/library", emulator.Fault{Status: 500}, spotify.Progress{Done: 130}, 5, false}, // repeated once
		{"refused", spotify.Development, "PUT /me/library", emulator.Fault{After: 2, Status: 400}, spotify.Progress{Done: 80}, 3, true},
		{"lost", spotify.Development, "PUT /me/library", emulator.Fault{After: 1, Times: 4, Reset: emulator.ResetAfter}, spotify.Progress{Done: 40, Unsure: 40}, 5, true},
		{"all goes well, as before 2026", spotify.Extended, "PUT /me/tracks", emulator.Fault{After: 3, Status: 400}, spotify.Progress{Done: 130}, 3, false},
		{"refused, as before 2026", spotify.Extended, "PUT /me/tracks", emulator.Fault{After: 1, Status: 400}, spotify.Progress{Done: 50}, 2, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				world := emulator.New(emulator.Config{Apps: []emulator.App{{Extended: c.mode == spotify.Extended}}})
				client := clientOf(t, world, "alice", spotify.WithMode(c.mode))
				var ids []spotify.TrackID
				for _, uri := range savedURIs(t, client, 130) {
					ids = append(ids, spotify.TrackID(uri.ID()))
				}
				c.fault.Operation = c.op
				world.Fail(c.fault)
				before := len(world.Ledger())
				progress, err := client.Library.SaveTracks(t.Context(), ids...)
				if progress != c.want || (err != nil) != c.err {
					t.Errorf("SaveTracks = %+v, %v, want %+v, error %v", progress, err, c.want, c.err)
				}
				if sent := sentSince(world, before); len(sent) != c.sent {
					t.Errorf("%d requests, want %d: %q", len(sent), c.sent, sent)
				}
			})
		})
	}
}

func TestSaveTracksAt(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx, at := t.Context(), time.Date(2009, 8, 7, 6, 5, 4, 0, time.UTC)
		if _, err := c.Library.RemoveTracks(ctx, s.tracks[0]); err != nil {
			t.Fatal(err)
		}
		progress, err := c.Library.SaveTracksAt(ctx, spotify.TimedTrack{ID: s.tracks[0], AddedAt: at})
		if s.mode == spotify.Development {
			if failed, _ := errors.AsType[*spotify.Error](err); !errors.Is(err, spotify.ErrOperationClosed) || failed.Replacement != "PUT /me/library" {
				t.Errorf("SaveTracksAt in development mode: %v, want ErrOperationClosed and what is instead", err)
			}
			return
		}
		if err != nil || progress.Done != 1 {
			t.Fatalf("SaveTracksAt = %+v, %v", progress, err)
		}
		var last spotify.SavedTrack
		for saved, err := range c.Library.AllTracks(ctx, nil) {
			if err != nil {
				t.Fatal(err)
			}
			last = saved
		}
		if last.Track.ID != s.tracks[0] || !last.AddedAt.Equal(at) {
			t.Errorf("the last is %s of %v, want %s of %v", last.Track.ID, last.AddedAt, s.tracks[0], at)
		}
	})
}

func TestFollowPlaylistInPrivate(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		before := len(s.world.Ledger())
		err := c.Library.FollowPlaylist(t.Context(), s.playlist, &spotify.FollowPlaylistOptions{Private: true})
		sent := s.world.Ledger()[before:]
		if s.mode == spotify.Development {
			if !errors.Is(err, spotify.ErrConfig) || len(sent) > 0 {
				t.Errorf("in development mode: %v, sent\n%v", err, sent)
			}
		} else if err != nil || len(sent) != 1 || string(sent[0].Body) != `{"public":false}` {
			t.Errorf("with extended quota: %v, sent\n%v", err, sent)
		}
	})
}

func TestCursors(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		var artists []spotify.ArtistID
		for track, err := range c.Search.AllTracks(ctx, "a", nil) {
			if err != nil {
				t.Fatal(err)
			}
			if id := track.Artists[0].ID; !slices.Contains(artists, id) {
				artists = append(artists, id)
			}
		}
		if progress, err := c.Library.FollowArtists(ctx, artists...); err != nil || progress.Done != len(artists) || len(artists) < 60 {
			t.Fatalf("FollowArtists of %d = %+v, %v", len(artists), progress, err)
		}
		page, err := c.Library.FollowedArtists(ctx, &spotify.CursorOptions{Limit: 7})
		if err != nil || len(page.Items) != 7 || !page.HasNext || page.After != string(page.Items[6].ID) || page.Total == nil || *page.Total < len(artists) {
			t.Fatalf("FollowedArtists = %+v, %v", page, err)
		}
		next, err := c.Library.FollowedArtists(ctx, &spotify.CursorOptions{Limit: 7, After: page.After})
		if err != nil || next.Items[0].ID == page.Items[0].ID {
			t.Errorf("the next page = %+v, %v", next, err)
		}
		before, seen := len(s.world.Ledger()), map[spotify.ArtistID]bool{}
		for artist, err := range c.Library.AllFollowedArtists(ctx, nil) {
			if err != nil {
				t.Fatal(err)
			}
			seen[artist.ID] = true
		}
		if len(seen) != *page.Total || len(sentSince(s.world, before)) != (len(seen)+49)/50 {
			t.Errorf("walked %d artists of %d with %q", len(seen), *page.Total, sentSince(s.world, before))
		}
		if _, err := c.Library.FollowedArtists(ctx, &spotify.CursorOptions{After: "a", Before: "b"}); !errors.Is(err, spotify.ErrConfig) {
			t.Errorf("After and Before: %v, want ErrConfig", err)
		}
	})
}

func TestRecentlyPlayed(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		whole, err := c.Player.RecentlyPlayed(ctx, nil)
		if err != nil || len(whole.Items) < 20 || whole.Items[0].PlayedAt.IsZero() || whole.Items[0].Track.Name == "" {
			t.Fatalf("RecentlyPlayed = %+v, %v", whole, err)
		}
		var want, got []time.Time
		for _, played := range whole.Items {
			want = append(want, played.PlayedAt)
		}
		for played, err := range c.Player.AllRecentlyPlayed(ctx, &spotify.CursorOptions{Limit: 7}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, played.PlayedAt)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("walked by sevens (-one page +walk):\n%s", diff)
		}
		earlier, err := c.Player.RecentlyPlayed(ctx, &spotify.CursorOptions{Before: spotify.CursorAt(want[4])})
		if err != nil || !earlier.Items[0].PlayedAt.Equal(want[5]) {
			t.Errorf("before %v = %+v, %v, want %v first", want[4], earlier, err, want[5])
		}
	})
	for _, body := range []string{`{}`, `{"items":[],"cursors":null,"next":null}`, `{"items":[null],"cursors":{"before":"1"}}`} {
		for played, err := range answering(200, body).Player.AllRecentlyPlayed(t.Context(), &spotify.CursorOptions{Before: "1"}) {
			t.Errorf("walking %s: %+v, %v", body, played, err)
		}
	}
}

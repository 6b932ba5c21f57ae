package spotify_test

import (
	"context"
	"iter"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/operations/openapi"
	"github.com/tenuto-dev/tenuto/spotify"
)

// stage is a world with one of everything, and alice, whose country has it all.
type stage struct {
	world    *emulator.Emulator
	odd      bool // its answers deviate on purpose
	mode     spotify.Mode
	tracks   []spotify.TrackID
	items    []spotify.URI // the same
	album    spotify.AlbumID
	artist   spotify.ArtistID
	show     spotify.ShowID
	episode  spotify.EpisodeID
	book     spotify.AudiobookID
	chapter  spotify.ChapterID
	playlist spotify.PlaylistID // alice's own, private, with three tracks
	device   spotify.DeviceID   // not the active one
	category spotify.CategoryID
}

func newStage(t *testing.T, mode spotify.Mode, quirks ...emulator.Quirk) *stage {
	t.Helper()
	world := emulator.New(emulator.Config{
		Apps:   []emulator.App{{Extended: mode == spotify.Extended}},
		People: []emulator.Person{{Name: "alice", Country: "GB"}, {Name: "bob"}},
		Quirks: quirks,
	})
	s := &stage{world: world, mode: mode, odd: len(quirks) > 0}
	ctx, client := t.Context(), s.client(t, auth.EveryScope())
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	saved, err := client.Library.Tracks(ctx, &spotify.PageOptions{Limit: 3})
	check(err)
	for _, saved := range saved.Items {
		s.tracks, s.items = append(s.tracks, saved.Track.ID), append(s.items, saved.Track.URI)
	}
	s.album, s.artist = saved.Items[0].Track.Album.ID, saved.Items[0].Track.Artists[0].ID
	found, err := client.Search.Find(ctx, "a", &spotify.FindOptions{Kinds: []spotify.Kind{spotify.KindShow, spotify.KindAudiobook}})
	check(err)
	s.show, s.book = found.Shows.Items[0].ID, found.Audiobooks.Items[0].ID
	episodes, err := client.Shows.Episodes(ctx, s.show, nil)
	check(err)
	chapters, err := client.Audiobooks.Chapters(ctx, s.book, nil)
	check(err)
	s.episode, s.chapter = episodes.Items[0].ID, chapters.Items[0].ID
	made, err := client.Playlists.Create(ctx, spotify.NewPlaylist{Name: "ours", Private: true})
	check(err)
	s.playlist = made.ID
	_, err = client.Playlists.AddItems(ctx, s.playlist, s.items, nil)
	check(err)
	if s.category = "none"; mode == spotify.Extended {
		categories, err := client.Browse.Categories(ctx, nil)
		check(err)
		s.category = categories.Items[0].ID
	}
	devices, err := client.Player.Devices(ctx)
	check(err)
	for _, device := range devices {
		if !device.IsActive && !device.IsRestricted {
			s.device = device.ID
		}
	}
	return s
}

// stages are those of a mode: one for all that only look, a new one for each that changes it.
type stages struct {
	mode    spotify.Mode
	said    map[string]promise
	looking *stage
}

func (s *stages) of(t *testing.T, method string, quirks ...emulator.Quirk) *stage {
	t.Helper()
	if slices.ContainsFunc(s.said[method].operations, func(name string) bool { return !strings.HasPrefix(name, "GET ") }) {
		return newStage(t, s.mode, quirks...)
	}
	if s.looking == nil {
		s.looking = newStage(t, s.mode, quirks...)
	}
	return s.looking
}

// descriptions are ours, and with TENUTO_TEST_OPENAPI=FILE that one, say Spotify's.
var descriptions = sync.OnceValues(func() (list []*openapi.Description, err error) {
	paths := []string{openAPIFile}
	if path := os.Getenv("TENUTO_TEST_OPENAPI"); path != "" {
		paths = append(paths, path)
	}
	for _, path := range paths {
		described, err := openapi.Load(path)
		if err != nil {
			return nil, err
		}
		list = append(list, described)
	}
	return list, nil
})

// client is one of alice's, with these scopes. All that it sends and hears is held against the
// descriptions, where nothing is odd on purpose.
func (s *stage) client(t *testing.T, scopes auth.ScopeSet) *spotify.Client {
	t.Helper()
	wire := s.world.Client()
	all, err := descriptions()
	if err != nil {
		t.Fatal(err)
	}
	for _, described := range all {
		if !s.odd {
			wire.Transport = described.Transport(wire.Transport, func(d openapi.Deviation) { t.Error(d) })
		}
	}
	return spotify.New(logInFor(t, s.world, "alice", scopes), spotify.WithHTTPClient(wire), spotify.WithMode(s.mode))
}

// failing makes an error of what a method gives besides.
func failing[T any](_ T, err error) error { return err }

// walked is the error of a walk, or nil.
func walked[T any](all iter.Seq2[T, error]) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// uses has one for each method of each service.
func uses(ctx context.Context, c *spotify.Client, s *stage) map[string]func() error {
	return map[string]func() error{
		"Albums.Get":       func() error { return failing(c.Albums.Get(ctx, s.album, nil)) },
		"Albums.GetMany":   func() error { return failing(c.Albums.GetMany(ctx, []spotify.AlbumID{s.album}, nil)) },
		"Albums.Tracks":    func() error { return failing(c.Albums.Tracks(ctx, s.album, nil)) },
		"Albums.AllTracks": func() error { return walked(c.Albums.AllTracks(ctx, s.album, nil)) },

		"Artists.Get":       func() error { return failing(c.Artists.Get(ctx, s.artist)) },
		"Artists.GetMany":   func() error { return failing(c.Artists.GetMany(ctx, []spotify.ArtistID{s.artist})) },
		"Artists.Albums":    func() error { return failing(c.Artists.Albums(ctx, s.artist, nil)) },
		"Artists.AllAlbums": func() error { return walked(c.Artists.AllAlbums(ctx, s.artist, nil)) },
		"Artists.TopTracks": func() error { return failing(c.Artists.TopTracks(ctx, s.artist, nil)) },
		"Artists.Related":   func() error { return failing(c.Artists.Related(ctx, s.artist)) },

		"Audiobooks.Get":         func() error { return failing(c.Audiobooks.Get(ctx, s.book, nil)) },
		"Audiobooks.GetMany":     func() error { return failing(c.Audiobooks.GetMany(ctx, []spotify.AudiobookID{s.book}, nil)) },
		"Audiobooks.Chapters":    func() error { return failing(c.Audiobooks.Chapters(ctx, s.book, nil)) },
		"Audiobooks.AllChapters": func() error { return walked(c.Audiobooks.AllChapters(ctx, s.book, nil)) },
		"Chapters.Get":           func() error { return failing(c.Chapters.Get(ctx, s.chapter, nil)) },
		"Chapters.GetMany":       func() error { return failing(c.Chapters.GetMany(ctx, []spotify.ChapterID{s.chapter}, nil)) },
		"Episodes.Get":           func() error { return failing(c.Episodes.Get(ctx, s.episode, nil)) },
		"Episodes.GetMany":       func() error { return failing(c.Episodes.GetMany(ctx, []spotify.EpisodeID{s.episode}, nil)) },
		"Shows.Get":              func() error { return failing(c.Shows.Get(ctx, s.show, nil)) },
		"Shows.GetMany":          func() error { return failing(c.Shows.GetMany(ctx, []spotify.ShowID{s.show}, nil)) },
		"Shows.Episodes":         func() error { return failing(c.Shows.Episodes(ctx, s.show, nil)) },
		"Shows.AllEpisodes":      func() error { return walked(c.Shows.AllEpisodes(ctx, s.show, nil)) },

		"Browse.Categories":           func() error { return failing(c.Browse.Categories(ctx, nil)) },
		"Browse.AllCategories":        func() error { return walked(c.Browse.AllCategories(ctx, nil)) },
		"Browse.Category":             func() error { return failing(c.Browse.Category(ctx, s.category, nil)) },
		"Browse.CategoryPlaylists":    func() error { return failing(c.Browse.CategoryPlaylists(ctx, s.category, nil)) },
		"Browse.AllCategoryPlaylists": func() error { return walked(c.Browse.AllCategoryPlaylists(ctx, s.category, nil)) },
		"Browse.FeaturedPlaylists":    func() error { return failing(c.Browse.FeaturedPlaylists(ctx, nil)) },
		"Browse.AllFeaturedPlaylists": func() error { return walked(c.Browse.AllFeaturedPlaylists(ctx, nil)) },
		"Browse.NewReleases":          func() error { return failing(c.Browse.NewReleases(ctx, nil)) },
		"Browse.AllNewReleases":       func() error { return walked(c.Browse.AllNewReleases(ctx, nil)) },
		"Browse.Genres":               func() error { return failing(c.Browse.Genres(ctx)) },
		"Browse.Markets":              func() error { return failing(c.Browse.Markets(ctx)) },

		"Tracks.Get":               func() error { return failing(c.Tracks.Get(ctx, s.tracks[0], nil)) },
		"Tracks.GetMany":           func() error { return failing(c.Tracks.GetMany(ctx, s.tracks, nil)) },
		"Tracks.AudioFeatures":     func() error { return failing(c.Tracks.AudioFeatures(ctx, s.tracks[0])) },
		"Tracks.ManyAudioFeatures": func() error { return failing(c.Tracks.ManyAudioFeatures(ctx, s.tracks)) },
		"Tracks.AudioAnalysis":     func() error { return failing(c.Tracks.AudioAnalysis(ctx, s.tracks[0])) },
		"Tracks.Recommendations": func() error {
			return failing(c.Tracks.Recommendations(ctx, spotify.RecommendationsOptions{Tracks: s.tracks[:1]}))
		},

		"Search.Find":          func() error { return failing(c.Search.Find(ctx, "moon", nil)) },
		"Search.Tracks":        func() error { return failing(c.Search.Tracks(ctx, "moon", nil)) },
		"Search.AllTracks":     func() error { return walked(c.Search.AllTracks(ctx, "moon", nil)) },
		"Search.Artists":       func() error { return failing(c.Search.Artists(ctx, "moon", nil)) },
		"Search.AllArtists":    func() error { return walked(c.Search.AllArtists(ctx, "moon", nil)) },
		"Search.Albums":        func() error { return failing(c.Search.Albums(ctx, "moon", nil)) },
		"Search.AllAlbums":     func() error { return walked(c.Search.AllAlbums(ctx, "moon", nil)) },
		"Search.Playlists":     func() error { return failing(c.Search.Playlists(ctx, "moon", nil)) },
		"Search.AllPlaylists":  func() error { return walked(c.Search.AllPlaylists(ctx, "moon", nil)) },
		"Search.Shows":         func() error { return failing(c.Search.Shows(ctx, "moon", nil)) },
		"Search.AllShows":      func() error { return walked(c.Search.AllShows(ctx, "moon", nil)) },
		"Search.Episodes":      func() error { return failing(c.Search.Episodes(ctx, "moon", nil)) },
		"Search.AllEpisodes":   func() error { return walked(c.Search.AllEpisodes(ctx, "moon", nil)) },
		"Search.Audiobooks":    func() error { return failing(c.Search.Audiobooks(ctx, "moon", nil)) },
		"Search.AllAudiobooks": func() error { return walked(c.Search.AllAudiobooks(ctx, "moon", nil)) },

		"Users.Me":            func() error { return failing(c.Users.Me(ctx)) },
		"Users.Get":           func() error { return failing(c.Users.Get(ctx, "bob")) },
		"Users.TopTracks":     func() error { return failing(c.Users.TopTracks(ctx, nil)) },
		"Users.AllTopTracks":  func() error { return walked(c.Users.AllTopTracks(ctx, nil)) },
		"Users.TopArtists":    func() error { return failing(c.Users.TopArtists(ctx, nil)) },
		"Users.AllTopArtists": func() error { return walked(c.Users.AllTopArtists(ctx, nil)) },

		"Player.CurrentlyPlaying":  func() error { return failing(c.Player.CurrentlyPlaying(ctx, nil)) },
		"Player.State":             func() error { return failing(c.Player.State(ctx, nil)) },
		"Player.Devices":           func() error { return failing(c.Player.Devices(ctx)) },
		"Player.Queue":             func() error { return failing(c.Player.Queue(ctx)) },
		"Player.RecentlyPlayed":    func() error { return failing(c.Player.RecentlyPlayed(ctx, nil)) },
		"Player.AllRecentlyPlayed": func() error { return walked(c.Player.AllRecentlyPlayed(ctx, nil)) },
		"Player.Play":              func() error { return c.Player.Play(ctx, &spotify.PlayOptions{Items: s.items}) },
		"Player.Pause":             func() error { return c.Player.Pause(ctx, nil) },
		"Player.Next":              func() error { return c.Player.Next(ctx, nil) },
		"Player.Previous":          func() error { return c.Player.Previous(ctx, nil) },
		"Player.Seek":              func() error { return c.Player.Seek(ctx, time.Second, nil) },
		"Player.SetRepeat":         func() error { return c.Player.SetRepeat(ctx, spotify.RepeatTrack, nil) },
		"Player.SetVolume":         func() error { return c.Player.SetVolume(ctx, 7, nil) },
		"Player.SetShuffle":        func() error { return c.Player.SetShuffle(ctx, true, nil) },
		"Player.Transfer":          func() error { return c.Player.Transfer(ctx, s.device, nil) },
		"Player.AddToQueue":        func() error { return c.Player.AddToQueue(ctx, s.items[0], nil) },

		"Playlists.Get":       func() error { return failing(c.Playlists.Get(ctx, s.playlist, nil)) },
		"Playlists.Mine":      func() error { return failing(c.Playlists.Mine(ctx, nil)) },
		"Playlists.AllMine":   func() error { return walked(c.Playlists.AllMine(ctx, nil)) },
		"Playlists.OfUser":    func() error { return failing(c.Playlists.OfUser(ctx, "bob", nil)) },
		"Playlists.AllOfUser": func() error { return walked(c.Playlists.AllOfUser(ctx, "bob", nil)) },
		"Playlists.Items":     func() error { return failing(c.Playlists.Items(ctx, s.playlist, nil)) },
		"Playlists.AllItems":  func() error { return walked(c.Playlists.AllItems(ctx, s.playlist, nil)) },
		"Playlists.Create":    func() error { return failing(c.Playlists.Create(ctx, spotify.NewPlaylist{Name: "new"})) },
		"Playlists.CreateFor": func() error { return failing(c.Playlists.CreateFor(ctx, "alice", spotify.NewPlaylist{Name: "new"})) },
		"Playlists.Change": func() error {
			return c.Playlists.Change(ctx, s.playlist, spotify.PlaylistChanges{Name: new("changed")})
		},
		"Playlists.AddItems":     func() error { return failing(c.Playlists.AddItems(ctx, s.playlist, s.items, nil)) },
		"Playlists.ReplaceItems": func() error { return failing(c.Playlists.ReplaceItems(ctx, s.playlist, repeated(s.items, 101))) },
		"Playlists.RemoveItems":  func() error { return failing(c.Playlists.RemoveItems(ctx, s.playlist, s.items, nil)) },
		"Playlists.MoveItems":    func() error { return failing(c.Playlists.MoveItems(ctx, s.playlist, spotify.Move{From: 2})) },
		"Playlists.Cover":        func() error { return failing(c.Playlists.Cover(ctx, s.playlist)) },
		"Playlists.UploadCover":  func() error { return c.Playlists.UploadCover(ctx, s.playlist, []byte("\xff\xd8\xff\xd9")) },

		"Library.Tracks":             func() error { return failing(c.Library.Tracks(ctx, nil)) },
		"Library.AllTracks":          func() error { return walked(c.Library.AllTracks(ctx, nil)) },
		"Library.SaveTracks":         func() error { return failing(c.Library.SaveTracks(ctx, s.tracks...)) },
		"Library.RemoveTracks":       func() error { return failing(c.Library.RemoveTracks(ctx, s.tracks...)) },
		"Library.ContainsTracks":     func() error { return failing(c.Library.ContainsTracks(ctx, s.tracks...)) },
		"Library.Albums":             func() error { return failing(c.Library.Albums(ctx, nil)) },
		"Library.AllAlbums":          func() error { return walked(c.Library.AllAlbums(ctx, nil)) },
		"Library.SaveAlbums":         func() error { return failing(c.Library.SaveAlbums(ctx, s.album)) },
		"Library.RemoveAlbums":       func() error { return failing(c.Library.RemoveAlbums(ctx, s.album)) },
		"Library.ContainsAlbums":     func() error { return failing(c.Library.ContainsAlbums(ctx, s.album)) },
		"Library.Episodes":           func() error { return failing(c.Library.Episodes(ctx, nil)) },
		"Library.AllEpisodes":        func() error { return walked(c.Library.AllEpisodes(ctx, nil)) },
		"Library.SaveEpisodes":       func() error { return failing(c.Library.SaveEpisodes(ctx, s.episode)) },
		"Library.RemoveEpisodes":     func() error { return failing(c.Library.RemoveEpisodes(ctx, s.episode)) },
		"Library.ContainsEpisodes":   func() error { return failing(c.Library.ContainsEpisodes(ctx, s.episode)) },
		"Library.Shows":              func() error { return failing(c.Library.Shows(ctx, nil)) },
		"Library.AllShows":           func() error { return walked(c.Library.AllShows(ctx, nil)) },
		"Library.SaveShows":          func() error { return failing(c.Library.SaveShows(ctx, s.show)) },
		"Library.RemoveShows":        func() error { return failing(c.Library.RemoveShows(ctx, s.show)) },
		"Library.ContainsShows":      func() error { return failing(c.Library.ContainsShows(ctx, s.show)) },
		"Library.Audiobooks":         func() error { return failing(c.Library.Audiobooks(ctx, nil)) },
		"Library.AllAudiobooks":      func() error { return walked(c.Library.AllAudiobooks(ctx, nil)) },
		"Library.SaveAudiobooks":     func() error { return failing(c.Library.SaveAudiobooks(ctx, s.book)) },
		"Library.RemoveAudiobooks":   func() error { return failing(c.Library.RemoveAudiobooks(ctx, s.book)) },
		"Library.ContainsAudiobooks": func() error { return failing(c.Library.ContainsAudiobooks(ctx, s.book)) },
		"Library.Save":               func() error { return failing(c.Library.Save(ctx, s.items...)) },
		"Library.Remove":             func() error { return failing(c.Library.Remove(ctx, s.items...)) },
		"Library.Contains":           func() error { return failing(c.Library.Contains(ctx, s.items...)) },
		"Library.SaveTracksAt": func() error {
			return failing(c.Library.SaveTracksAt(ctx, spotify.TimedTrack{ID: s.tracks[0], AddedAt: time.Unix(1e9, 0)}))
		},
		"Library.FollowArtists":      func() error { return failing(c.Library.FollowArtists(ctx, s.artist)) },
		"Library.UnfollowArtists":    func() error { return failing(c.Library.UnfollowArtists(ctx, s.artist)) },
		"Library.FollowsArtists":     func() error { return failing(c.Library.FollowsArtists(ctx, s.artist)) },
		"Library.FollowUsers":        func() error { return failing(c.Library.FollowUsers(ctx, "bob")) },
		"Library.UnfollowUsers":      func() error { return failing(c.Library.UnfollowUsers(ctx, "bob")) },
		"Library.FollowsUsers":       func() error { return failing(c.Library.FollowsUsers(ctx, "bob")) },
		"Library.FollowPlaylist":     func() error { return c.Library.FollowPlaylist(ctx, s.playlist, nil) },
		"Library.UnfollowPlaylist":   func() error { return c.Library.UnfollowPlaylist(ctx, s.playlist) },
		"Library.FollowsPlaylist":    func() error { return failing(c.Library.FollowsPlaylist(ctx, s.playlist)) },
		"Library.FollowedArtists":    func() error { return failing(c.Library.FollowedArtists(ctx, nil)) },
		"Library.AllFollowedArtists": func() error { return walked(c.Library.AllFollowedArtists(ctx, nil)) },
	}
}

// repeated is a list of n, made of a shorter one.
func repeated[T any](list []T, n int) []T {
	long := make([]T, n)
	for i := range long {
		long[i] = list[i%len(list)]
	}
	return long
}

package spotify_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/spotify"
)

// must is for calls whose failure ends the test.
func must[T any](t *testing.T, value T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// What only apps with extended quota get is there for them, and absent in development mode.
func TestWhatTheModeTells(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx, extended := t.Context(), s.mode == spotify.Extended
		appTells := func(what string, told bool) {
			t.Helper()
			if told != extended {
				t.Errorf("%s: told %v, want %v", what, told, extended)
			}
		}
		album, err := c.Albums.Get(ctx, s.album, nil)
		must(t, album, err)
		appTells("an album's label", album.Label != "")
		appTells("an album's popularity", album.Popularity != nil)
		if album.ID != s.album || album.Tracks == nil || len(album.Tracks.Items) == 0 || album.ReleaseDate.Year == 0 || album.Type == "" ||
			len(album.Copyrights) == 0 || album.Copyrights[0].Text == "" || album.Copyrights[0].Kind == "" || len(album.Images) == 0 || album.ExternalIDs.UPC == "" {
			t.Errorf("an album: %+v", album)
		}
		tracks, err := c.Albums.Tracks(ctx, s.album, nil)
		must(t, tracks, err)
		if len(tracks.Items) != album.TotalTracks || tracks.Items[0].Name == "" || tracks.Items[0].Album != nil {
			t.Errorf("its tracks: %+v", tracks)
		}
		artist, err := c.Artists.Get(ctx, s.artist)
		must(t, artist, err)
		appTells("an artist's followers", artist.Followers != nil)
		appTells("an artist's popularity", artist.Popularity != nil)
		albums, err := c.Artists.Albums(ctx, s.artist, &spotify.ArtistAlbumsOptions{Groups: []spotify.AlbumGroup{spotify.GroupAlbum, spotify.GroupSingle}})
		must(t, albums, err)
		for _, album := range albums.Items {
			if appTells("an album's group", album.Group != ""); album.Group == "appears_on" {
				t.Errorf("an album that was not asked for: %+v", album)
			}
		}
		show, err := c.Shows.Get(ctx, s.show, nil)
		must(t, show, err)
		appTells("a show's publisher", show.Publisher != "")
		if show.Episodes == nil || len(show.Episodes.Items) == 0 || show.TotalEpisodes == nil || show.Description == "" || show.HTMLDescription == "" {
			t.Errorf("a show: %+v", show)
		}
		episode, err := c.Episodes.Get(ctx, s.episode, nil)
		must(t, episode, err)
		if episode.Show == nil || episode.Show.ID == "" || episode.Duration <= 0 || len(episode.Languages) == 0 || episode.ReleaseDate.Day == 0 || episode.ResumePoint == nil {
			t.Errorf("an episode: %+v", episode)
		}
		book, err := c.Audiobooks.Get(ctx, s.book, nil)
		must(t, book, err)
		appTells("an audiobook's publisher", book.Publisher != "")
		if book.Chapters == nil || len(book.Authors) == 0 || len(book.Narrators) == 0 || book.TotalChapters == nil || book.Edition == "" {
			t.Errorf("an audiobook: %+v", book)
		}
		chapter, err := c.Chapters.Get(ctx, s.chapter, nil)
		must(t, chapter, err)
		if chapter.Audiobook == nil || chapter.Audiobook.ID != s.book || chapter.Duration <= 0 || chapter.ResumePoint == nil || chapter.URI.ID() != string(s.chapter) {
			t.Errorf("a chapter: %+v", chapter)
		}
		me, err := c.Users.Me(ctx)
		must(t, me, err)
		appTells("explicit content", me.ExplicitContent != nil)
	})
}

// An application token has no country, so it hears where things can be had.
func TestAvailableMarkets(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, _ *spotify.Client) {
		c := appClient(t, s.world, spotify.WithMode(s.mode))
		track, err := c.Tracks.Get(t.Context(), s.tracks[0], nil)
		must(t, track, err)
		if got := track.AvailableMarkets.Has("GB") && track.Album.AvailableMarkets.Has("GB"); got != (s.mode == spotify.Extended) {
			t.Errorf("available in %q", track.AvailableMarkets)
		}
	})
}

func TestBrowse(t *testing.T) {
	t.Parallel()
	s := newStage(t, spotify.Extended)
	c, ctx := appClient(t, s.world, spotify.WithMode(spotify.Extended), spotify.WithMarket("GB")), t.Context()
	categories, err := c.Browse.Categories(ctx, &spotify.BrowseOptions{PageOptions: spotify.PageOptions{Limit: 3}, Locale: "sv_SE"})
	if must(t, categories, err); len(categories.Items) != 3 || categories.Items[0].Name == "" || len(categories.Items[0].Icons) == 0 || !categories.HasNext {
		t.Errorf("Categories = %+v", categories)
	}
	category, err := c.Browse.Category(ctx, s.category, &spotify.CategoryOptions{Locale: "sv_SE"})
	if must(t, category, err); category.ID != s.category || category.Name == "" {
		t.Errorf("Category = %+v", category)
	}
	playlists, err := c.Browse.CategoryPlaylists(ctx, s.category, nil)
	if must(t, playlists, err); len(playlists.Items) == 0 || playlists.Items[0].Name == "" || playlists.Items[0].Items == nil || playlists.Items[0].Items.Total == 0 {
		t.Errorf("CategoryPlaylists = %+v", playlists)
	}
	featured, err := c.Browse.FeaturedPlaylists(ctx, nil)
	if must(t, featured, err); featured.Message == "" || len(featured.Items) == 0 {
		t.Errorf("FeaturedPlaylists = %+v", featured)
	}
	n := 0
	for album, err := range c.Browse.AllNewReleases(ctx, nil) {
		if n++; err != nil || album.Name == "" {
			t.Fatalf("AllNewReleases: %+v, %v", album, err)
		}
	}
	if n != 100 {
		t.Errorf("AllNewReleases gave %d, want 100", n)
	}
	markets, err := c.Browse.Markets(ctx)
	if must(t, markets, err); !slices.Contains(markets, "GB") || len(markets) < 100 {
		t.Errorf("Markets = %q", markets)
	}
	genres, err := c.Browse.Genres(ctx)
	if must(t, genres, err); len(genres) == 0 || genres[0] == "" {
		t.Errorf("Genres = %q", genres)
	}
	profile, err := c.Users.Get(ctx, "bob")
	if must(t, profile, err); profile.ID != "bob" || profile.DisplayName == "" || profile.Followers == nil {
		t.Errorf("Users.Get = %+v", profile)
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	s := newStage(t, spotify.Extended)
	c, ctx := appClient(t, s.world, spotify.WithMode(spotify.Extended), spotify.WithMarket("GB")), t.Context()
	features, err := c.Tracks.AudioFeatures(ctx, s.tracks[0])
	if must(t, features, err); features.ID != s.tracks[0] || features.Tempo < 30 || features.Loudness >= 0 || features.Duration <= 0 || features.TimeSignature == 0 {
		t.Errorf("AudioFeatures = %+v", features)
	}
	analysis, err := c.Tracks.AudioAnalysis(ctx, s.tracks[0])
	must(t, analysis, err)
	near := func(a, b time.Duration) bool { return (a - b).Abs() < 10*time.Millisecond }
	if track := analysis.Track; track.Sound.Tempo != features.Tempo || track.Sound.Key != features.Key || !near(track.Duration, features.Duration) || track.SampleRate != 22050 || track.Sound.Loudness != features.Loudness {
		t.Errorf("AudioAnalysis.Track = %+v, want what the features say: %+v", track, features)
	}
	if meta := analysis.Meta; meta.Status != "OK" || meta.At.Year() < 2020 || meta.Took <= 0 || meta.AnalyzerVersion == "" || meta.Platform == "" || meta.Input == "" {
		t.Errorf("AudioAnalysis.Meta = %+v", meta)
	}
	last := analysis.Segments[len(analysis.Segments)-1]
	if len(analysis.Beats) < len(analysis.Bars) || len(analysis.Tatums) < len(analysis.Beats) || len(analysis.Sections) == 0 || analysis.Sections[0].Tempo == 0 ||
		len(last.Pitches) != 12 || len(last.Timbre) != 12 || last.Confidence == 0 || !near(last.Start+last.Duration, analysis.Track.Duration) {
		t.Errorf("AudioAnalysis: %d bars, %d beats, %d tatums, sections %+v, the last sound %+v", len(analysis.Bars), len(analysis.Beats), len(analysis.Tatums), analysis.Sections, last)
	}
	wanted := spotify.RecommendationsOptions{Tracks: s.tracks[:1], Artists: []spotify.ArtistID{s.artist}, Limit: 5, Max: map[spotify.Attribute]float64{"duration_ms": 200_000}}
	found, err := c.Tracks.Recommendations(ctx, wanted)
	if must(t, found, err); len(found.Tracks) == 0 || len(found.Tracks) > 5 || len(found.Seeds) != 2 || found.Seeds[0].ID == "" || found.Seeds[0].Kind == "" || found.Seeds[0].Pool == 0 {
		t.Errorf("Recommendations = %+v", found)
	}
	for _, track := range found.Tracks {
		if track.Duration > 200*time.Second {
			t.Errorf("%s is %v long, want 200 s at most", track.Name, track.Duration)
		}
	}
	related, err := c.Artists.Related(ctx, s.artist)
	if must(t, related, err); len(related) == 0 || related[0].Name == "" {
		t.Errorf("Related = %+v", related)
	}
	best, err := c.Artists.TopTracks(ctx, s.artist, nil)
	if must(t, best, err); len(best) == 0 || best[0].Name == "" {
		t.Errorf("TopTracks = %+v", best)
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		ctx := t.Context()
		all, err := c.Search.Find(ctx, "a", &spotify.FindOptions{External: true})
		if must(t, all, err); all.Albums == nil || all.Artists == nil || all.Playlists == nil || all.Tracks == nil || all.Shows == nil || all.Episodes == nil || all.Audiobooks == nil {
			t.Errorf("Find = %+v, want a page of each kind", all)
		}
		two, err := c.Search.Find(ctx, "a", &spotify.FindOptions{PageOptions: spotify.PageOptions{Limit: 2, Offset: 1}, Kinds: []spotify.Kind{spotify.KindAlbum, spotify.KindTrack}})
		if must(t, two, err); len(two.Albums.Items) != 2 || len(two.Tracks.Items) != 2 || two.Tracks.Offset != 1 || two.Artists != nil {
			t.Errorf("Find two of albums and tracks = %+v", two)
		}
		hidden := 0
		for offset := 0; offset < all.Playlists.Total; offset += all.Playlists.Limit {
			page, err := c.Search.Playlists(ctx, "a", &spotify.PageOptions{Offset: offset})
			hidden += must(t, page, err).Skipped
		}
		if (hidden > 0) != (s.mode == spotify.Development) {
			t.Errorf("%d playlists were null", hidden)
		}
	})
}

func TestTop(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, c *spotify.Client) {
		orders := map[spotify.TrackID]bool{}
		for _, span := range []spotify.TimeRange{spotify.ShortTerm, spotify.MediumTerm, spotify.LongTerm} {
			page, err := c.Users.TopTracks(t.Context(), &spotify.TopOptions{Range: span, PageOptions: spotify.PageOptions{Limit: 4}})
			if must(t, page, err); len(page.Items) != 4 || page.Items[0].Name == "" {
				t.Fatalf("TopTracks of %s = %+v", span, page)
			}
			orders[page.Items[0].ID] = true
		}
		if len(orders) < 2 {
			t.Errorf("the same track is first in each time: %v", orders)
		}
		artists, err := c.Users.TopArtists(t.Context(), nil)
		if must(t, artists, err); len(artists.Items) == 0 || artists.Items[0].Name == "" {
			t.Errorf("TopArtists = %+v", artists)
		}
	})
}

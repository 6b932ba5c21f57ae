package spotify

import (
	"context"
	"iter"
	"net/url"
	"slices"
	"strings"
)

// SearchService finds things by words. Spotify's language for them has the fields album,
// artist, track, year, isrc, genre and more: "artist:beethoven year:1990-1999".
//
// A page has at most 10 things of a kind in development mode, 50 with extended quota, and the
// first 1,000 can be reached.
type SearchService service

// reachable is how far Spotify lets a search be paged.
const reachable = 1000

// searchable are the kinds that can be searched for.
var searchable = []Kind{KindAlbum, KindArtist, KindPlaylist, KindTrack, KindShow, KindEpisode, KindAudiobook}

// FindOptions choose what Find looks for.
type FindOptions struct {
	PageOptions        // of each kind
	Kinds       []Kind // nil: all seven
	External    bool   // episodes that are hosted elsewhere count as playable
}

// Found is one page of each kind that was looked for; nil for the others.
type Found struct {
	Albums     *Page[Album]
	Artists    *Page[Artist]
	Playlists  *Page[Playlist] // with Skipped where Spotify hides its own
	Tracks     *Page[Track]
	Shows      *Page[Show]
	Episodes   *Page[Episode]
	Audiobooks *Page[Audiobook]
}

func (f *Found) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "albums":
			f.Albums = readOptional[Page[Album]](d)
		case "artists":
			f.Artists = readOptional[Page[Artist]](d)
		case "playlists":
			f.Playlists = readOptional[Page[Playlist]](d)
		case "tracks":
			f.Tracks = readOptional[Page[Track]](d)
		case "shows":
			f.Shows = readOptional[Page[Show]](d)
		case "episodes":
			f.Episodes = readOptional[Page[Episode]](d)
		case "audiobooks":
			f.Audiobooks = readOptional[Page[Audiobook]](d)
		}
	}
}

// Find looks for several kinds at once.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Find(ctx context.Context, query string, opts *FindOptions) (*Found, error) {
	if opts == nil {
		opts = &FindOptions{}
	}
	kinds := opts.Kinds
	if kinds == nil {
		kinds = searchable
	}
	r := request{name: "GET /search"}
	if slices.ContainsFunc(kinds, func(kind Kind) bool { return !slices.Contains(searchable, kind) }) || len(kinds) == 0 {
		return nil, r.refuse("only albums, artists, playlists, tracks, shows, episodes and audiobooks can be searched for")
	}
	page, err := s.client.pageQuery(&r, &opts.PageOptions)
	if err != nil {
		return nil, err
	}
	page.Set("q", query)
	page.Set("type", join(kinds))
	if opts.External {
		page.Set("include_external", "audio")
	}
	r.query = page
	if strings.TrimSpace(query) == "" {
		return nil, r.refuse("nothing to search for")
	}
	return get[Found](ctx, s.client, r)
}

// search is the list of one kind.
func search[T any](s *SearchService, kind Kind, query string) list[T] {
	r := request{name: "GET /search", query: url.Values{"q": {query}, "type": {string(kind)}}}
	if strings.TrimSpace(query) == "" {
		r.wrong = "nothing to search for"
	}
	return list[T]{client: s.client, request: r, key: string(kind) + "s", end: reachable}
}

// Tracks finds tracks: one page.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Tracks(ctx context.Context, query string, opts *PageOptions) (*Page[Track], error) {
	return search[Track](s, KindTrack, query).page(ctx, opts)
}

// AllTracks walks what Tracks finds, at most 1,000, in Spotify's order. An error is yielded once,
// with a zero track, and ends the walk.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) AllTracks(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Track, error] {
	return search[Track](s, KindTrack, query).all(ctx, opts)
}

// Artists finds artists: one page.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Artists(ctx context.Context, query string, opts *PageOptions) (*Page[Artist], error) {
	return search[Artist](s, KindArtist, query).page(ctx, opts)
}

// AllArtists walks what Artists finds, at most 1,000, in Spotify's order. An error is yielded once,
// with a zero artist, and ends the walk.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) AllArtists(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Artist, error] {
	return search[Artist](s, KindArtist, query).all(ctx, opts)
}

// Albums finds albums: one page.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Albums(ctx context.Context, query string, opts *PageOptions) (*Page[Album], error) {
	return search[Album](s, KindAlbum, query).page(ctx, opts)
}

// AllAlbums walks what Albums finds, at most 1,000, in Spotify's order. An error is yielded once,
// with a zero album, and ends the walk.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) AllAlbums(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Album, error] {
	return search[Album](s, KindAlbum, query).all(ctx, opts)
}

// Playlists finds playlists: one page.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Playlists(ctx context.Context, query string, opts *PageOptions) (*Page[Playlist], error) {
	return search[Playlist](s, KindPlaylist, query).page(ctx, opts)
}

// AllPlaylists walks what Playlists finds, at most 1,000, in Spotify's order. An error is yielded once,
// with a zero playlist, and ends the walk.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) AllPlaylists(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Playlist, error] {
	return search[Playlist](s, KindPlaylist, query).all(ctx, opts)
}

// Shows finds shows: one page.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Shows(ctx context.Context, query string, opts *PageOptions) (*Page[Show], error) {
	return search[Show](s, KindShow, query).page(ctx, opts)
}

// AllShows walks what Shows finds, at most 1,000, in Spotify's order. An error is yielded once,
// with a zero show, and ends the walk.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) AllShows(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Show, error] {
	return search[Show](s, KindShow, query).all(ctx, opts)
}

// Episodes finds episodes: one page.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Episodes(ctx context.Context, query string, opts *PageOptions) (*Page[Episode], error) {
	return search[Episode](s, KindEpisode, query).page(ctx, opts)
}

// AllEpisodes walks what Episodes finds, at most 1,000, in Spotify's order. An error is yielded once,
// with a zero episode, and ends the walk.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) AllEpisodes(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Episode, error] {
	return search[Episode](s, KindEpisode, query).all(ctx, opts)
}

// Audiobooks finds audiobooks: one page.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Audiobooks(ctx context.Context, query string, opts *PageOptions) (*Page[Audiobook], error) {
	return search[Audiobook](s, KindAudiobook, query).page(ctx, opts)
}

// AllAudiobooks walks what Audiobooks finds, at most 1,000, in Spotify's order. An error is yielded once,
// with a zero audiobook, and ends the walk.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) AllAudiobooks(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Audiobook, error] {
	return search[Audiobook](s, KindAudiobook, query).all(ctx, opts)
}

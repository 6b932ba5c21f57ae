package spotify

import (
	"context"
	"iter"
	"net/url"
)

// ArtistsService is artists and what they made.
type ArtistsService service

// Get is one artist; ErrNotFound if there is none.
//
// Scope: none. GET /artists/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-an-artist
func (s *ArtistsService) Get(ctx context.Context, id ArtistID) (*Artist, error) {
	return get[Artist](ctx, s.client, request{name: "GET /artists/{id}", path: pathID(id)})
}

// GetMany is positional: nil where Spotify knows no such artist. With extended quota it asks
// for 50 at a time, else one by one.
//
// Scope: none. GET /artists; in development mode GET /artists/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-multiple-artists
func (s *ArtistsService) GetMany(ctx context.Context, ids []ArtistID) ([]*Artist, error) {
	return getMany[Artist](ctx, s.client, lookup{"GET /artists", "GET /artists/{id}", "artists", url.Values{}}, ids)
}

// AlbumGroup is how an artist has to do with an album. An open set.
type AlbumGroup string

// What ArtistAlbumsOptions.Groups may hold.
const (
	GroupAlbum       AlbumGroup = "album"
	GroupSingle      AlbumGroup = "single"
	GroupCompilation AlbumGroup = "compilation"
	GroupAppearsOn   AlbumGroup = "appears_on" // as a guest on somebody else's
)

// ArtistAlbumsOptions choose a page of an artist's albums.
type ArtistAlbumsOptions struct {
	PageOptions
	Groups []AlbumGroup // nil: all
}

func (o *ArtistAlbumsOptions) page() *PageOptions {
	if o == nil {
		return nil
	}
	return &o.PageOptions
}

// Albums is a page of an artist's albums: at most 10 in development mode, 50 with extended
// quota, which also tells Album.Group.
//
// Scope: none. GET /artists/{id}/albums
// https://developer.spotify.com/documentation/web-api/reference/get-an-artists-albums
func (s *ArtistsService) Albums(ctx context.Context, id ArtistID, opts *ArtistAlbumsOptions) (*Page[Album], error) {
	return s.albums(id, opts).page(ctx, opts.page())
}

// AllAlbums walks an artist's albums. An error is yielded once, with a zero album, and ends
// the walk.
//
// Scope: none. GET /artists/{id}/albums
// https://developer.spotify.com/documentation/web-api/reference/get-an-artists-albums
func (s *ArtistsService) AllAlbums(ctx context.Context, id ArtistID, opts *ArtistAlbumsOptions) iter.Seq2[Album, error] {
	return s.albums(id, opts).all(ctx, opts.page())
}

func (s *ArtistsService) albums(id ArtistID, opts *ArtistAlbumsOptions) list[Album] {
	r := request{name: "GET /artists/{id}/albums", path: pathID(id)}
	if opts != nil && len(opts.Groups) > 0 {
		r.query = url.Values{"include_groups": {join(opts.Groups)}}
	}
	return list[Album]{client: s.client, request: r}
}

// TopTracks are an artist's best known tracks, up to 10.
//
// Scope: none. GET /artists/{id}/top-tracks, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-an-artists-top-tracks
func (s *ArtistsService) TopTracks(ctx context.Context, id ArtistID, opts *GetOptions) ([]Track, error) {
	r := request{name: "GET /artists/{id}/top-tracks", path: pathID(id), query: opts.query()}
	return getArray[Track](ctx, s.client, "tracks", r)
}

// Related are artists that the same people listen to, up to 20.
//
// Scope: none. GET /artists/{id}/related-artists, with extended quota only, and only for apps
// that used it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-an-artists-related-artists
func (s *ArtistsService) Related(ctx context.Context, id ArtistID) ([]Artist, error) {
	r := request{name: "GET /artists/{id}/related-artists", path: pathID(id)}
	return getArray[Artist](ctx, s.client, "artists", r)
}

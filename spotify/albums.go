package spotify

import (
	"context"
	"iter"
)

// AlbumsService is albums, singles and compilations.
type AlbumsService service

// Get is one album with the first page of its tracks; ErrNotFound if there is none.
//
// Scope: none. GET /albums/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-an-album
func (s *AlbumsService) Get(ctx context.Context, id AlbumID, opts *GetOptions) (*Album, error) {
	return get[Album](ctx, s.client, request{name: "GET /albums/{id}", path: pathID(id), query: opts.query()})
}

// GetMany is positional: nil where Spotify knows no such album. With extended quota it asks
// for 20 at a time, else one by one.
//
// Scope: none. GET /albums; in development mode GET /albums/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-multiple-albums
func (s *AlbumsService) GetMany(ctx context.Context, ids []AlbumID, opts *GetOptions) ([]*Album, error) {
	return getMany[Album](ctx, s.client, lookup{"GET /albums", "GET /albums/{id}", "albums", opts.query()}, ids)
}

// Tracks is a page of an album's tracks, at most 50, in its order. They are without Album.
//
// Scope: none. GET /albums/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/get-an-albums-tracks
func (s *AlbumsService) Tracks(ctx context.Context, id AlbumID, opts *PageOptions) (*Page[Track], error) {
	return s.tracks(id).page(ctx, opts)
}

// AllTracks walks an album. An error is yielded once, with a zero track, and ends the walk.
//
// Scope: none. GET /albums/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/get-an-albums-tracks
func (s *AlbumsService) AllTracks(ctx context.Context, id AlbumID, opts *PageOptions) iter.Seq2[Track, error] {
	return s.tracks(id).all(ctx, opts)
}

func (s *AlbumsService) tracks(id AlbumID) list[Track] {
	return list[Track]{client: s.client, request: request{name: "GET /albums/{id}/tracks", path: pathID(id)}}
}

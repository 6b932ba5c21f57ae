package spotify

import (
	"context"
	"net/http"
	"net/url"
)

// shelf is the part of the library that holds one kind. Apps with extended quota have
// operations for it alone.
type shelf[T ID] struct {
	client *Client
	path   string     // of those operations
	query  url.Values // they always have; nil: nothing
}

func (s shelf[T]) save(ctx context.Context, ids []T) (Progress, error) {
	return s.change(ctx, http.MethodPut, ids)
}

func (s shelf[T]) remove(ctx context.Context, ids []T) (Progress, error) {
	return s.change(ctx, http.MethodDelete, ids)
}

func (s shelf[T]) change(ctx context.Context, method string, ids []T) (progress Progress, err error) {
	old, current := Operation(method+" "+s.path), Operation(method+" /me/library")
	if err := checkIDs(current, ids); err != nil {
		return Progress{}, err
	}
	err = s.client.route(old, current, func(name Operation) (err error) {
		if name == old {
			progress, err = change(ctx, s.client, request{name: old, query: s.query}, "ids", ids)
		} else {
			progress, err = change(ctx, s.client, request{name: current}, "uris", URIs(ids...))
		}
		return err
	})
	return progress, err
}

func (s shelf[T]) contains(ctx context.Context, ids []T) (found []bool, err error) {
	old, current := Operation("GET "+s.path+"/contains"), Operation("GET /me/library/contains")
	if err := checkIDs(current, ids); err != nil {
		return nil, err
	}
	err = s.client.route(old, current, func(name Operation) (err error) {
		if name == old {
			found, err = contains(ctx, s.client, request{name: old, query: s.query}, "ids", ids)
		} else {
			found, err = contains(ctx, s.client, request{name: current}, "uris", URIs(ids...))
		}
		return err
	})
	return found, err
}

func (s *LibraryService) tracks() shelf[TrackID] {
	return shelf[TrackID]{client: s.client, path: "/me/tracks"}
}

// SaveTracks saves any number, 50 a request with extended quota, else 40.
//
// Scope: user-library-modify. PUT /me/tracks; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/save-tracks-user
func (s *LibraryService) SaveTracks(ctx context.Context, ids ...TrackID) (Progress, error) {
	return s.tracks().save(ctx, ids)
}

// RemoveTracks is the opposite of SaveTracks.
//
// Scope: user-library-modify. DELETE /me/tracks; in development mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/remove-tracks-user
func (s *LibraryService) RemoveTracks(ctx context.Context, ids ...TrackID) (Progress, error) {
	return s.tracks().remove(ctx, ids)
}

// ContainsTracks says of each whether it is saved. Beside an error stand the answers so far.
//
// Scope: user-library-read. GET /me/tracks/contains; in development mode
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-users-saved-tracks
func (s *LibraryService) ContainsTracks(ctx context.Context, ids ...TrackID) ([]bool, error) {
	return s.tracks().contains(ctx, ids)
}

func (s *LibraryService) albums() shelf[AlbumID] {
	return shelf[AlbumID]{client: s.client, path: "/me/albums"}
}

// SaveAlbums saves any number, 20 a request with extended quota, else 40.
//
// Scope: user-library-modify. PUT /me/albums; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/save-albums-user
func (s *LibraryService) SaveAlbums(ctx context.Context, ids ...AlbumID) (Progress, error) {
	return s.albums().save(ctx, ids)
}

// RemoveAlbums is the opposite of SaveAlbums.
//
// Scope: user-library-modify. DELETE /me/albums; in development mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/remove-albums-user
func (s *LibraryService) RemoveAlbums(ctx context.Context, ids ...AlbumID) (Progress, error) {
	return s.albums().remove(ctx, ids)
}

// ContainsAlbums says of each whether it is saved. Beside an error stand the answers so far.
//
// Scope: user-library-read. GET /me/albums/contains; in development mode
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-users-saved-albums
func (s *LibraryService) ContainsAlbums(ctx context.Context, ids ...AlbumID) ([]bool, error) {
	return s.albums().contains(ctx, ids)
}

func (s *LibraryService) episodes() shelf[EpisodeID] {
	return shelf[EpisodeID]{client: s.client, path: "/me/episodes"}
}

// SaveEpisodes saves any number, 50 a request with extended quota, else 40.
//
// Scope: user-library-modify. PUT /me/episodes; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/save-episodes-user
func (s *LibraryService) SaveEpisodes(ctx context.Context, ids ...EpisodeID) (Progress, error) {
	return s.episodes().save(ctx, ids)
}

// RemoveEpisodes is the opposite of SaveEpisodes.
//
// Scope: user-library-modify. DELETE /me/episodes; in development mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/remove-episodes-user
func (s *LibraryService) RemoveEpisodes(ctx context.Context, ids ...EpisodeID) (Progress, error) {
	return s.episodes().remove(ctx, ids)
}

// ContainsEpisodes says of each whether it is saved. Beside an error stand the answers so far.
//
// Scope: user-library-read. GET /me/episodes/contains; in development mode
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-users-saved-episodes
func (s *LibraryService) ContainsEpisodes(ctx context.Context, ids ...EpisodeID) ([]bool, error) {
	return s.episodes().contains(ctx, ids)
}

func (s *LibraryService) shows() shelf[ShowID] {
	return shelf[ShowID]{client: s.client, path: "/me/shows"}
}

// SaveShows saves any number, 50 a request with extended quota, else 40.
//
// Scope: user-library-modify. PUT /me/shows; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/save-shows-user
func (s *LibraryService) SaveShows(ctx context.Context, ids ...ShowID) (Progress, error) {
	return s.shows().save(ctx, ids)
}

// RemoveShows is the opposite of SaveShows.
//
// Scope: user-library-modify. DELETE /me/shows; in development mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/remove-shows-user
func (s *LibraryService) RemoveShows(ctx context.Context, ids ...ShowID) (Progress, error) {
	return s.shows().remove(ctx, ids)
}

// ContainsShows says of each whether it is saved. Beside an error stand the answers so far.
//
// Scope: user-library-read. GET /me/shows/contains; in development mode
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-users-saved-shows
func (s *LibraryService) ContainsShows(ctx context.Context, ids ...ShowID) ([]bool, error) {
	return s.shows().contains(ctx, ids)
}

func (s *LibraryService) audiobooks() shelf[AudiobookID] {
	return shelf[AudiobookID]{client: s.client, path: "/me/audiobooks"}
}

// SaveAudiobooks saves any number, 50 a request with extended quota, else 40.
//
// Scope: user-library-modify. PUT /me/audiobooks; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/save-audiobooks-user
func (s *LibraryService) SaveAudiobooks(ctx context.Context, ids ...AudiobookID) (Progress, error) {
	return s.audiobooks().save(ctx, ids)
}

// RemoveAudiobooks is the opposite of SaveAudiobooks.
//
// Scope: user-library-modify. DELETE /me/audiobooks; in development mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/remove-audiobooks-user
func (s *LibraryService) RemoveAudiobooks(ctx context.Context, ids ...AudiobookID) (Progress, error) {
	return s.audiobooks().remove(ctx, ids)
}

// ContainsAudiobooks says of each whether it is saved. Beside an error stand the answers so far.
//
// Scope: user-library-read. GET /me/audiobooks/contains; in development mode
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-users-saved-audiobooks
func (s *LibraryService) ContainsAudiobooks(ctx context.Context, ids ...AudiobookID) ([]bool, error) {
	return s.audiobooks().contains(ctx, ids)
}

package spotify

import (
	"context"
	"iter"
	"time"
)

// SavedTrack is a track in "Liked Songs".
type SavedTrack struct {
	AddedAt time.Time
	Track   Track
}

func (s *SavedTrack) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "added_at":
			s.AddedAt = d.instant()
		case "track", "item": // not renamed here, so far
			d.into(&s.Track)
		}
	}
}

// SavedAlbum is an album in the library, with the first page of its tracks.
type SavedAlbum struct {
	AddedAt time.Time
	Album   Album
}

func (s *SavedAlbum) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "added_at":
			s.AddedAt = d.instant()
		case "album":
			d.into(&s.Album)
		}
	}
}

// SavedEpisode is an episode in "Your Episodes".
type SavedEpisode struct {
	AddedAt time.Time
	Episode Episode
}

func (s *SavedEpisode) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "added_at":
			s.AddedAt = d.instant()
		case "episode":
			d.into(&s.Episode)
		}
	}
}

// SavedShow is a show the person follows.
type SavedShow struct {
	AddedAt time.Time
	Show    Show
}

func (s *SavedShow) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "added_at":
			s.AddedAt = d.instant()
		case "show":
			d.into(&s.Show)
		}
	}
}

// SavedAudiobook is an audiobook in the library.
type SavedAudiobook struct {
	AddedAt   time.Time // zero where Spotify does not say
	Audiobook Audiobook
}

func (s *SavedAudiobook) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "added_at":
			s.AddedAt = d.instant()
		case "audiobook":
			d.into(&s.Audiobook)
		default: // Spotify documents bare audiobooks
			s.Audiobook.readMember(name, d)
		}
	}
}

// Tracks is a page of the person's saved tracks, at most 50, newest first.
//
// Scope: user-library-read. GET /me/tracks
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-tracks
func (s *LibraryService) Tracks(ctx context.Context, opts *PageOptions) (*Page[SavedTrack], error) {
	return savedThings[SavedTrack](s, "GET /me/tracks").page(ctx, opts)
}

// AllTracks walks them all, newest first. An error is yielded once, with a zero track, and ends
// the walk.
//
// Scope: user-library-read. GET /me/tracks
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-tracks
func (s *LibraryService) AllTracks(ctx context.Context, opts *PageOptions) iter.Seq2[SavedTrack, error] {
	return savedThings[SavedTrack](s, "GET /me/tracks").all(ctx, opts)
}

// Albums is a page of the person's saved albums, at most 50, newest first.
//
// Scope: user-library-read. GET /me/albums
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-albums
func (s *LibraryService) Albums(ctx context.Context, opts *PageOptions) (*Page[SavedAlbum], error) {
	return savedThings[SavedAlbum](s, "GET /me/albums").page(ctx, opts)
}

// AllAlbums walks them all, newest first. An error is yielded once, with a zero album, and ends
// the walk.
//
// Scope: user-library-read. GET /me/albums
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-albums
func (s *LibraryService) AllAlbums(ctx context.Context, opts *PageOptions) iter.Seq2[SavedAlbum, error] {
	return savedThings[SavedAlbum](s, "GET /me/albums").all(ctx, opts)
}

// Episodes is a page of the person's saved episodes, at most 50, newest first.
//
// Scope: user-library-read; user-read-playback-position for ResumePoint. GET /me/episodes
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-episodes
func (s *LibraryService) Episodes(ctx context.Context, opts *PageOptions) (*Page[SavedEpisode], error) {
	return savedThings[SavedEpisode](s, "GET /me/episodes").page(ctx, opts)
}

// AllEpisodes walks them all, newest first. An error is yielded once, with a zero episode, and ends
// the walk.
//
// Scope: user-library-read; user-read-playback-position for ResumePoint. GET /me/episodes
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-episodes
func (s *LibraryService) AllEpisodes(ctx context.Context, opts *PageOptions) iter.Seq2[SavedEpisode, error] {
	return savedThings[SavedEpisode](s, "GET /me/episodes").all(ctx, opts)
}

// Shows is a page of the person's saved shows, at most 50, newest first.
//
// Scope: user-library-read. GET /me/shows
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-shows
func (s *LibraryService) Shows(ctx context.Context, opts *PageOptions) (*Page[SavedShow], error) {
	return savedThings[SavedShow](s, "GET /me/shows").page(ctx, opts)
}

// AllShows walks them all, newest first. An error is yielded once, with a zero show, and ends
// the walk.
//
// Scope: user-library-read. GET /me/shows
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-shows
func (s *LibraryService) AllShows(ctx context.Context, opts *PageOptions) iter.Seq2[SavedShow, error] {
	return savedThings[SavedShow](s, "GET /me/shows").all(ctx, opts)
}

// Audiobooks is a page of the person's saved audiobooks, at most 50, newest first.
//
// Scope: user-library-read. GET /me/audiobooks
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-audiobooks
func (s *LibraryService) Audiobooks(ctx context.Context, opts *PageOptions) (*Page[SavedAudiobook], error) {
	return savedThings[SavedAudiobook](s, "GET /me/audiobooks").page(ctx, opts)
}

// AllAudiobooks walks them all, newest first. An error is yielded once, with a zero audiobook, and ends
// the walk.
//
// Scope: user-library-read. GET /me/audiobooks
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-audiobooks
func (s *LibraryService) AllAudiobooks(ctx context.Context, opts *PageOptions) iter.Seq2[SavedAudiobook, error] {
	return savedThings[SavedAudiobook](s, "GET /me/audiobooks").all(ctx, opts)
}

func savedThings[T any](s *LibraryService, name Operation) list[T] {
	return list[T]{client: s.client, request: request{name: name}}
}

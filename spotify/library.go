package spotify

import (
	"context"
	"iter"
	"time"
)

// LibraryService is all that the person saved or follows.
type LibraryService service

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
			s.Track.read(d)
		}
	}
}

// Tracks is a page of the person's saved tracks, newest first.
//
// Scope: user-library-read. GET /me/tracks
// https://developer.spotify.com/documentation/web-api/reference/get-users-saved-tracks
func (s *LibraryService) Tracks(ctx context.Context, opts *PageOptions) (_ *Page[SavedTrack], err error) {
	r := request{name: "GET /me/tracks"}
	if r.query, err = s.client.pageQuery(&r, opts); err != nil {
		return nil, err
	}
	page := new(Page[SavedTrack])
	if err := s.client.call(ctx, &r, page); err != nil {
		return nil, err
	}
	return page, nil
}

// AllTracks walks them all, newest first. An error is yielded once, with a zero track, and
// ends the walk; a page is fetched when it is needed.
func (s *LibraryService) AllTracks(ctx context.Context, opts *PageOptions) iter.Seq2[SavedTrack, error] {
	return walk(opts, 0, func(opts *PageOptions) (*Page[SavedTrack], error) { return s.Tracks(ctx, opts) })
}

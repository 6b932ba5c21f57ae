package spotify

import (
	"context"
	"iter"
	"time"
)

// PlayedTrack is a track the person heard for more than 30 seconds. Spotify keeps no record of
// episodes.
type PlayedTrack struct {
	PlayedAt time.Time
	Track    Track
	Context  *Context // nil: not from a list
}

func (p *PlayedTrack) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "played_at":
			p.PlayedAt = d.instant()
		case "track":
			d.into(&p.Track)
		case "context":
			p.Context = readOptional[Context](d)
		}
	}
}

// RecentlyPlayed is a page of what the person heard, latest first: the last 50 at most.
//
// Scope: user-read-recently-played. GET /me/player/recently-played
// https://developer.spotify.com/documentation/web-api/reference/get-recently-played
func (s *PlayerService) RecentlyPlayed(ctx context.Context, opts *CursorOptions) (*CursorPage[PlayedTrack], error) {
	return s.recent().page(ctx, opts)
}

// AllRecentlyPlayed walks what the person heard, latest first; from After on, if that is set,
// earliest page first. An error is yielded once, with a zero track, and ends the walk.
//
// Scope: user-read-recently-played. GET /me/player/recently-played
// https://developer.spotify.com/documentation/web-api/reference/get-recently-played
func (s *PlayerService) AllRecentlyPlayed(ctx context.Context, opts *CursorOptions) iter.Seq2[PlayedTrack, error] {
	return s.recent().all(ctx, opts)
}

func (s *PlayerService) recent() cursorList[PlayedTrack] {
	return cursorList[PlayedTrack]{client: s.client, request: request{name: "GET /me/player/recently-played"}, back: true}
}

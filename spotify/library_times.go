package spotify

import (
	"context"
	"time"
)

// TimedTrack is a track and when it is to have been saved.
type TimedTrack struct {
	ID      TrackID
	AddedAt time.Time
}

type timedBody struct {
	IDs   []TrackID `json:"ids"` // required, and overridden by the others
	Timed []timedID `json:"timestamped_ids"`
}

type timedID struct {
	ID      TrackID `json:"id"`
	AddedAt string  `json:"added_at"`
}

// SaveTracksAt saves tracks with times of their own, by which "Liked Songs" is sorted: any
// number, 50 a request, in order, until one fails. In development mode there is only
// SaveTracks.
//
// Scope: user-library-modify. PUT /me/tracks, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/save-tracks-user
func (s *LibraryService) SaveTracksAt(ctx context.Context, tracks ...TimedTrack) (Progress, error) {
	const name = "PUT /me/tracks"
	return inChunks(tracks, s.client.limits(name).IDs, func(chunk []TimedTrack) error {
		body := timedBody{make([]TrackID, len(chunk)), make([]timedID, len(chunk))}
		for i, track := range chunk {
			body.IDs[i], body.Timed[i] = track.ID, timedID{track.ID, track.AddedAt.UTC().Format(time.RFC3339)}
		}
		return s.client.call(ctx, &request{name: name, body: body}, nil)
	})
}

package spotify

import (
	"context"
	"net/url"
)

// TracksService is single tracks, what was measured of them, and recommendations.
type TracksService service

// GetOptions refine the look at things.
type GetOptions struct {
	Market Market // "": the client's, then the person's own
}

func (o *GetOptions) query() url.Values {
	query := url.Values{}
	if o != nil {
		setMarket(query, o.Market)
	}
	return query
}

// Get is one track; ErrNotFound if there is none.
//
// Scope: none. GET /tracks/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-track
func (s *TracksService) Get(ctx context.Context, id TrackID, opts *GetOptions) (*Track, error) {
	return get[Track](ctx, s.client, request{name: "GET /tracks/{id}", path: pathID(id), query: opts.query()})
}

// GetMany is positional: nil where Spotify knows no such track. With extended quota it asks
// for 50 at a time, else one by one.
//
// Scope: none. GET /tracks; in development mode GET /tracks/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-several-tracks
func (s *TracksService) GetMany(ctx context.Context, ids []TrackID, opts *GetOptions) ([]*Track, error) {
	return getMany[Track](ctx, s.client, lookup{"GET /tracks", "GET /tracks/{id}", "tracks", opts.query()}, ids)
}

// AudioFeatures is how one track sounds; ErrNotFound if it was never measured.
//
// Scope: none. GET /audio-features/{id}, with extended quota only, and only for apps that used
// it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-audio-features
func (s *TracksService) AudioFeatures(ctx context.Context, id TrackID) (*AudioFeatures, error) {
	return get[AudioFeatures](ctx, s.client, request{name: "GET /audio-features/{id}", path: pathID(id)})
}

// ManyAudioFeatures is positional, 100 a request: nil for tracks that were never measured.
//
// Scope: none. GET /audio-features, with extended quota only, and only for apps that used it
// before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-several-audio-features
func (s *TracksService) ManyAudioFeatures(ctx context.Context, ids []TrackID) ([]*AudioFeatures, error) {
	l := lookup{several: "GET /audio-features", key: "audio_features", query: url.Values{}}
	if err := checkIDs(l.several, ids); err != nil {
		return nil, err
	}
	return atOnce[AudioFeatures](ctx, s.client, l, ids)
}

// AudioAnalysis is the structure of one track, down to single sounds; ErrNotFound if it was
// never analysed. Answers may have some hundred kilobytes.
//
// Scope: none. GET /audio-analysis/{id}, with extended quota only, and only for apps that used
// it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-audio-analysis
func (s *TracksService) AudioAnalysis(ctx context.Context, id TrackID) (*AudioAnalysis, error) {
	return get[AudioAnalysis](ctx, s.client, request{name: "GET /audio-analysis/{id}", path: pathID(id)})
}

func pathID[T ~string](id T) map[string]string { return map[string]string{"id": string(id)} }

package spotify

import (
	"context"
	"net/url"
)

// TracksService is single tracks.
type TracksService service

// GetOptions refine the look at one thing.
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
	track := new(Track)
	r := request{name: "GET /tracks/{id}", path: pathID(id), query: opts.query()}
	if err := s.client.call(ctx, &r, track); err != nil {
		return nil, err
	}
	return track, nil
}

func pathID[T ~string](id T) map[string]string { return map[string]string{"id": string(id)} }

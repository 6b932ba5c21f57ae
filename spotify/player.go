package spotify

import (
	"context"
	"net/url"
)

// PlayerService is what the person listens to, where, and what is to come.
type PlayerService service

// bothKinds asks for episodes as well: without it Spotify shows them as nothing.
const bothKinds = "track,episode"

// PlayerOptions refine a look at the player.
type PlayerOptions struct {
	Market Market // "": the client's, then the person's own
}

func (o *PlayerOptions) query() url.Values {
	query := url.Values{"additional_types": {bothKinds}}
	if o != nil {
		setMarket(query, o.Market)
	}
	return query
}

// CurrentlyPlaying is what the person is listening to: a track, an episode, an advertisement,
// or nothing.
//
// Scope: user-read-currently-playing. GET /me/player/currently-playing
// https://developer.spotify.com/documentation/web-api/reference/get-the-users-currently-playing-track
func (s *PlayerService) CurrentlyPlaying(ctx context.Context, opts *PlayerOptions) (*CurrentlyPlaying, error) {
	r := request{name: "GET /me/player/currently-playing", query: opts.query(), mayBeEmpty: true}
	return get[CurrentlyPlaying](ctx, s.client, r)
}

// State is all about the player: what CurrentlyPlaying tells, on which device, and how.
//
// Scope: user-read-playback-state. GET /me/player
// https://developer.spotify.com/documentation/web-api/reference/get-information-about-the-users-current-playback
func (s *PlayerService) State(ctx context.Context, opts *PlayerOptions) (*Playback, error) {
	return get[Playback](ctx, s.client, request{name: "GET /me/player", query: opts.query(), mayBeEmpty: true})
}

// Devices are those the person could play on, often none.
//
// Scope: user-read-playback-state. GET /me/player/devices
// https://developer.spotify.com/documentation/web-api/reference/get-a-users-available-devices
func (s *PlayerService) Devices(ctx context.Context) ([]Device, error) {
	return getArray[Device](ctx, s.client, "devices", request{name: "GET /me/player/devices"})
}

// Queue is what plays and what comes next.
//
// Scope: user-read-currently-playing or user-read-playback-state. GET /me/player/queue
// https://developer.spotify.com/documentation/web-api/reference/get-queue
func (s *PlayerService) Queue(ctx context.Context) (*Queue, error) {
	return get[Queue](ctx, s.client, request{name: "GET /me/player/queue", mayBeEmpty: true})
}

func setMarket(query url.Values, market Market) {
	if market != "" {
		query.Set("market", string(market))
	}
}

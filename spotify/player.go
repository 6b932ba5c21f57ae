package spotify

import (
	"context"
	"net/url"
	"time"
)

// PlayerService is what the person listens to, and where.
type PlayerService service

// bothKinds asks for episodes as well: without it Spotify shows them as nothing.
const bothKinds = "track,episode"

// PlayerOptions refine a look at the player.
type PlayerOptions struct {
	Market Market // "": the client's, then the person's own
}

// CurrentlyPlaying is never nil: when nothing plays, Item is.
type CurrentlyPlaying struct {
	Item      *Item // nil: nothing, an advertisement, a private session
	Kind      Kind  // of what plays: "track", "episode", "ad", "unknown"; "" when nothing does
	IsPlaying bool  // false: paused
	Progress  time.Duration
	At        time.Time // when Spotify last saw a change
	Context   *Context  // nil: not from a list
	Device    *Device   // nil: Spotify mostly leaves it out here
}

// KindAd and KindUnknown are what CurrentlyPlaying may be besides a track or an episode.
const (
	KindAd      Kind = "ad"
	KindUnknown Kind = "unknown"
)

func (c *CurrentlyPlaying) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "item":
			c.Item = readOptional[Item](d)
		case "currently_playing_type":
			c.Kind = Kind(d.text())
		case "is_playing":
			c.IsPlaying = d.boolean()
		case "progress_ms":
			c.Progress = d.milliseconds()
		case "timestamp":
			c.At = d.instant()
		case "context":
			c.Context = readOptional[Context](d)
		case "device":
			c.Device = readOptional[Device](d)
		}
	}
	if c.Kind == "" && c.Item != nil {
		c.Kind = c.Item.Kind
	}
}

// Context is the list that plays.
type Context struct {
	Kind Kind // "album", "artist", "playlist", "show", "collection" (saved tracks); an open set
	URI  URI
}

func (c *Context) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "type":
			c.Kind = Kind(d.text())
		case "uri":
			c.URI = URI(d.text())
		}
	}
}

// Device is something that plays Spotify.
type Device struct {
	ID               DeviceID // "" where it cannot be addressed
	Name             string
	Kind             string // "Computer", "Smartphone", "Speaker"; an open set
	IsActive         bool
	IsPrivateSession bool
	IsRestricted     bool // takes no commands
	SupportsVolume   bool
	Volume           *int // percent; nil: not known
}

func (v *Device) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			v.ID = DeviceID(d.text())
		case "name":
			v.Name = d.text()
		case "type":
			v.Kind = d.text()
		case "is_active":
			v.IsActive = d.boolean()
		case "is_private_session":
			v.IsPrivateSession = d.boolean()
		case "is_restricted":
			v.IsRestricted = d.boolean()
		case "supports_volume":
			v.SupportsVolume = d.boolean()
		case "volume_percent":
			v.Volume = d.optionalInteger()
		}
	}
}

// CurrentlyPlaying is what the person is listening to: a track, an episode, an advertisement,
// or nothing.
//
// Scope: user-read-currently-playing. GET /me/player/currently-playing
// https://developer.spotify.com/documentation/web-api/reference/get-the-users-currently-playing-track
func (s *PlayerService) CurrentlyPlaying(ctx context.Context, opts *PlayerOptions) (*CurrentlyPlaying, error) {
	query := url.Values{"additional_types": {bothKinds}}
	if opts != nil {
		setMarket(query, opts.Market)
	}
	playing := new(CurrentlyPlaying)
	r := request{name: "GET /me/player/currently-playing", query: query, mayBeEmpty: true}
	if err := s.client.call(ctx, &r, playing); err != nil {
		return nil, err
	}
	return playing, nil
}

// PlayOptions say what to play, and where.
type PlayOptions struct {
	Device   DeviceID       // "": the active one
	Context  URI            // an album, artist or playlist
	Items    []URI          // tracks or episodes; not together with Context
	StartAt  URI            // in Context or Items
	Position *time.Duration // in the first item; nil: resume where it stopped
}

type playBody struct {
	Context  URI         `json:"context_uri,omitempty"`
	Items    []URI       `json:"uris,omitempty"`
	Offset   *playOffset `json:"offset,omitempty"`
	Position *int64      `json:"position_ms,omitempty"`
}

type playOffset struct {
	URI URI `json:"uri"`
}

// Play starts what opts say; nil resumes. The person needs Premium, else ErrPremiumRequired;
// without a device that is active or named it is ErrNoActiveDevice, and where playing is not
// possible now ErrRestricted.
//
// Scope: user-modify-playback-state. PUT /me/player/play
// https://developer.spotify.com/documentation/web-api/reference/start-a-users-playback
func (s *PlayerService) Play(ctx context.Context, opts *PlayOptions) error {
	r := request{name: "PUT /me/player/play", mayBeEmpty: true}
	if opts != nil {
		if opts.Context != "" && len(opts.Items) > 0 {
			return r.refuse("Context and Items exclude each other")
		}
		r.body = opts.body()
		if opts.Device != "" {
			r.query = url.Values{"device_id": {string(opts.Device)}}
		}
	}
	return s.client.call(ctx, &r, nil)
}

func (o *PlayOptions) body() playBody {
	body := playBody{Context: o.Context, Items: o.Items}
	if o.StartAt != "" {
		body.Offset = &playOffset{o.StartAt}
	}
	if o.Position != nil {
		body.Position = new(o.Position.Milliseconds())
	}
	return body
}

func setMarket(query url.Values, market Market) {
	if market != "" {
		query.Set("market", string(market))
	}
}

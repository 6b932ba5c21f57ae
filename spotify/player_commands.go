package spotify

import (
	"context"
	"net/url"
	"strconv"
	"time"
)

// All commands need Premium, else they are ErrPremiumRequired. Without a device that is active
// or named they are ErrNoActiveDevice, and where the player cannot do it now, ErrRestricted;
// but see Play about lost answers.

// DeviceOptions say which device is meant.
type DeviceOptions struct {
	Device DeviceID // "": the active one
}

func (o *DeviceOptions) query() url.Values {
	if o == nil {
		return url.Values{}
	}
	return on(o.Device)
}

// on names a device.
func on(device DeviceID) url.Values {
	query := url.Values{}
	setText(query, "device_id", string(device))
	return query
}

func (s *PlayerService) command(ctx context.Context, name Operation, query url.Values) error {
	return s.client.call(ctx, &request{name: name, query: query}, nil)
}

// PlayOptions say what to play, and where.
type PlayOptions struct {
	Device     DeviceID       // "": the active one
	Context    URI            // an album, artist, playlist or show
	Items      []URI          // tracks or episodes; not together with Context
	StartAt    URI            // in Context or Items; not in an artist
	StartIndex *int           // the same by place, from 0; not together with StartAt
	Position   *time.Duration // in the first item; nil: resume where it stopped
}

type playBody struct {
	Context  URI         `json:"context_uri,omitzero"`
	Items    []URI       `json:"uris,omitempty"`
	Offset   *playOffset `json:"offset,omitzero"`
	Position *int64      `json:"position_ms,omitzero"`
}

type playOffset struct {
	URI      URI  `json:"uri,omitzero"`
	Position *int `json:"position,omitzero"`
}

// Play starts what opts say; nil resumes. The person needs Premium, else ErrPremiumRequired;
// without a device that is active or named it is ErrNoActiveDevice, and where playing is not
// possible now ErrRestricted. Where an answer is lost the command is sent again; if that is
// refused because the player cannot do it now, the error is the lost answer's and not
// ErrRestricted: it may be playing already. State tells.
//
// Scope: user-modify-playback-state. PUT /me/player/play
// https://developer.spotify.com/documentation/web-api/reference/start-a-users-playback
func (s *PlayerService) Play(ctx context.Context, opts *PlayOptions) error {
	r := request{name: "PUT /me/player/play", mayBeEmpty: true}
	if opts != nil {
		switch {
		case opts.Context != "" && len(opts.Items) > 0:
			return r.refuse("Context and Items exclude each other")
		case opts.StartAt != "" && opts.StartIndex != nil:
			return r.refuse("StartAt and StartIndex exclude each other")
		}
		r.body = opts.body()
		r.query = on(opts.Device)
	}
	return s.client.call(ctx, &r, nil)
}

func (o *PlayOptions) body() playBody {
	body := playBody{Context: o.Context, Items: o.Items}
	if o.StartAt != "" || o.StartIndex != nil {
		body.Offset = &playOffset{o.StartAt, o.StartIndex}
	}
	if o.Position != nil {
		body.Position = new(o.Position.Milliseconds())
	}
	return body
}

// Pause stops until Play. Paused already is ErrRestricted.
//
// Scope: user-modify-playback-state. PUT /me/player/pause
// https://developer.spotify.com/documentation/web-api/reference/pause-a-users-playback
func (s *PlayerService) Pause(ctx context.Context, opts *DeviceOptions) error {
	return s.command(ctx, "PUT /me/player/pause", opts.query())
}

// Next skips to what comes next. A request whose answer is lost is not repeated.
//
// Scope: user-modify-playback-state. POST /me/player/next
// https://developer.spotify.com/documentation/web-api/reference/skip-users-playback-to-next-track
func (s *PlayerService) Next(ctx context.Context, opts *DeviceOptions) error {
	return s.command(ctx, "POST /me/player/next", opts.query())
}

// Previous skips to what was before; at the beginning it may be ErrRestricted. A request whose
// answer is lost is not repeated.
//
// Scope: user-modify-playback-state. POST /me/player/previous
// https://developer.spotify.com/documentation/web-api/reference/skip-users-playback-to-previous-track
func (s *PlayerService) Previous(ctx context.Context, opts *DeviceOptions) error {
	return s.command(ctx, "POST /me/player/previous", opts.query())
}

// Seek goes to a point of what plays; beyond its end, to what comes next.
//
// Scope: user-modify-playback-state. PUT /me/player/seek
// https://developer.spotify.com/documentation/web-api/reference/seek-to-position-in-currently-playing-track
func (s *PlayerService) Seek(ctx context.Context, to time.Duration, opts *DeviceOptions) error {
	query := opts.query()
	query.Set("position_ms", strconv.FormatInt(to.Milliseconds(), 10))
	if to < 0 {
		return (&request{name: "PUT /me/player/seek"}).refuse("nothing is before the beginning")
	}
	return s.command(ctx, "PUT /me/player/seek", query)
}

// SetRepeat says what is played again.
//
// Scope: user-modify-playback-state. PUT /me/player/repeat
// https://developer.spotify.com/documentation/web-api/reference/set-repeat-mode-on-users-playback
func (s *PlayerService) SetRepeat(ctx context.Context, mode RepeatMode, opts *DeviceOptions) error {
	query := opts.query()
	query.Set("state", string(mode))
	return s.command(ctx, "PUT /me/player/repeat", query)
}

// SetVolume sets the volume, 0 to 100 percent. Many devices do not let it be set: ErrRestricted.
//
// Scope: user-modify-playback-state. PUT /me/player/volume
// https://developer.spotify.com/documentation/web-api/reference/set-volume-for-users-playback
func (s *PlayerService) SetVolume(ctx context.Context, percent int, opts *DeviceOptions) error {
	if percent < 0 || percent > 100 {
		return (&request{name: "PUT /me/player/volume"}).refuse("a volume is 0 to 100 percent")
	}
	query := opts.query()
	query.Set("volume_percent", strconv.Itoa(percent))
	return s.command(ctx, "PUT /me/player/volume", query)
}

// SetShuffle says whether a list is played in an order of chance.
//
// Scope: user-modify-playback-state. PUT /me/player/shuffle
// https://developer.spotify.com/documentation/web-api/reference/toggle-shuffle-for-users-playback
func (s *PlayerService) SetShuffle(ctx context.Context, shuffle bool, opts *DeviceOptions) error {
	query := opts.query()
	query.Set("state", strconv.FormatBool(shuffle))
	return s.command(ctx, "PUT /me/player/shuffle", query)
}

// TransferOptions say what becomes of the music.
type TransferOptions struct {
	Play bool // start where it was paused; else it stays as it is
}

type transferBody struct {
	Devices []DeviceID `json:"device_ids"`
	Play    bool       `json:"play,omitzero"`
}

// Transfer goes on playing on another device.
//
// Scope: user-modify-playback-state. PUT /me/player
// https://developer.spotify.com/documentation/web-api/reference/transfer-a-users-playback
func (s *PlayerService) Transfer(ctx context.Context, to DeviceID, opts *TransferOptions) error {
	body := transferBody{Devices: []DeviceID{to}, Play: opts != nil && opts.Play}
	r := request{name: "PUT /me/player", body: body}
	if to == "" {
		return r.refuse("to which device? Devices lists them")
	}
	return s.client.call(ctx, &r, nil)
}

// AddToQueue puts a track or an episode behind those queued before. A request whose answer is
// lost is not repeated: it may have been heard.
//
// Scope: user-modify-playback-state. POST /me/player/queue
// https://developer.spotify.com/documentation/web-api/reference/add-to-queue
func (s *PlayerService) AddToQueue(ctx context.Context, item URI, opts *DeviceOptions) error {
	const name = "POST /me/player/queue"
	if item.Kind() == "" {
		return (&request{name: name}).refuse("the item is no URI: ParseURI reads links")
	}
	query := opts.query()
	query.Set("uri", string(item))
	return s.command(ctx, name, query)
}

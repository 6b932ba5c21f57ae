package spotify

import "time"

// CurrentlyPlaying is never nil: when nothing plays, Item is.
// https://developer.spotify.com/documentation/web-api/reference/get-the-users-currently-playing-track
type CurrentlyPlaying struct {
	Item       *Item // nil: nothing, an advertisement, a private session
	Kind       Kind  // of what plays: "track", "episode", "ad", "unknown"; "" when nothing does
	IsPlaying  bool  // false: paused
	Progress   time.Duration
	At         time.Time // when Spotify last saw a change
	Context    *Context  // nil: not from a list
	Device     *Device   // nil: Spotify mostly leaves it out, but for State
	Disallowed []Action  // what the player would refuse now
}

// KindAd and KindUnknown are what CurrentlyPlaying may be besides a track or an episode.
const (
	KindAd      Kind = "ad"
	KindUnknown Kind = "unknown"
)

func (c *CurrentlyPlaying) read(d *decoder) {
	for name := range d.members() {
		c.readMember(name, d)
	}
	c.finish()
}

func (c *CurrentlyPlaying) readMember(name []byte, d *decoder) {
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
	case "actions":
		c.readActions(d)
	}
}

func (c *CurrentlyPlaying) finish() {
	if c.Kind == "" && c.Item != nil {
		c.Kind = c.Item.Kind
	}
}

// readActions reads {"disallows": {"pausing": true}}, or what stands inside alone, as Spotify
// documents it.
func (c *CurrentlyPlaying) readActions(d *decoder) {
	for name := range d.members() {
		if action := Action(name); d.isObject() {
			c.readActions(d)
		} else if d.boolean() {
			c.Disallowed = append(c.Disallowed, action)
		}
	}
}

// Action is something a player can do. An open set.
type Action string

// The actions that Spotify documents.
const (
	ActionInterrupt     Action = "interrupting_playback"
	ActionPause         Action = "pausing"
	ActionResume        Action = "resuming"
	ActionSeek          Action = "seeking"
	ActionNext          Action = "skipping_next"
	ActionPrevious      Action = "skipping_prev"
	ActionRepeatContext Action = "toggling_repeat_context"
	ActionRepeatTrack   Action = "toggling_repeat_track"
	ActionShuffle       Action = "toggling_shuffle"
	ActionTransfer      Action = "transferring_playback"
)

// RepeatMode is what is played again. An open set.
type RepeatMode string

// Spotify's modes.
const (
	RepeatOff     RepeatMode = "off"
	RepeatTrack   RepeatMode = "track"
	RepeatContext RepeatMode = "context" // the album or playlist
)

// Playback is all about the player. Like CurrentlyPlaying it is never nil: when there is no
// player, Item and Device are.
// https://developer.spotify.com/documentation/web-api/reference/get-information-about-the-users-current-playback
type Playback struct {
	CurrentlyPlaying
	Repeat       RepeatMode // "" when there is no player
	Shuffle      bool
	SmartShuffle bool // Spotify mixes in recommendations
}

func (p *Playback) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "repeat_state":
			p.Repeat = RepeatMode(d.text())
		case "shuffle_state":
			p.Shuffle = d.boolean()
		case "smart_shuffle":
			p.SmartShuffle = d.boolean()
		default:
			p.readMember(name, d)
		}
	}
	p.finish()
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

// Queue is what plays, and up to twenty things that come next, those of the list included.
// https://developer.spotify.com/documentation/web-api/reference/get-queue
type Queue struct {
	CurrentlyPlaying *Item // nil: nothing
	Items            []Item
}

func (q *Queue) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "currently_playing":
			q.CurrentlyPlaying = readOptional[Item](d)
		case "queue":
			q.Items, _ = readList[Item](d)
		}
	}
}

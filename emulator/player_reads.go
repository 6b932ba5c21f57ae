package emulator

import (
	"net/http"
	"slices"
	"strconv"
	"time"
)

// getPlayer answers GET /me/player: 204 when no device is active.
func (c *call) getPlayer() *apiError {
	p := &c.m.Player
	if p.Device == "" {
		c.status = http.StatusNoContent
		return nil
	}
	c.begin("")
	c.device("device", c.m.deviceNamed(p.Device))
	c.bool("shuffle_state", p.Shuffle)
	c.bool("smart_shuffle", false)
	c.str("repeat_state", c.quirks.repeatState(p.repeat()))
	c.playing()
	c.end()
	return nil
}

// getCurrentlyPlaying answers GET /me/player/currently-playing: the same without the device.
func (c *call) getCurrentlyPlaying() *apiError {
	if c.m.Player.Device == "" || c.m.Player.Item == "" {
		c.status = http.StatusNoContent
		return nil
	}
	c.begin("")
	c.playing()
	c.end()
	return nil
}

func (p *player) repeat() string {
	if p.Repeat == "" {
		return repeatOff
	}
	return p.Repeat
}

// playing writes what both answers share.
func (c *call) playing() {
	p := &c.m.Player
	item := c.e.cat.find(p.Item)
	c.bool("is_playing", p.Playing)
	c.int("timestamp", p.Changed.UnixMilli())
	c.context("context", p.Context)
	switch {
	case p.Item == "" || c.quirks.nullProgress:
		c.null("progress_ms")
	default:
		c.millis("progress_ms", min(p.progress(c.at), item.duration()))
	}
	c.item("item", item)
	c.str("currently_playing_type", item.kind())
	c.begin("actions")
	c.disallows(p, item)
	c.end()
}

// kind is the value of currently_playing_type.
func (p playable) kind() string {
	switch {
	case p.track != nil, p.local != nil:
		return "track"
	case p.episode != nil, p.chapter != nil:
		return "episode"
	case p.ad:
		return "ad"
	}
	return "unknown"
}

// item writes what is played or stands in a queue: null for advertisements and what is gone,
// and for episodes if the client does not know of them.
func (c *call) item(key string, item playable) {
	switch {
	case item.track != nil:
		c.track(key, item.track)
	case item.local != nil:
		c.localTrack(key, item.local)
	case item.episode != nil && c.episodes:
		c.episode(key, item.episode)
	case item.chapter != nil && c.episodes:
		c.chapter(key, item.chapter)
	default:
		c.null(key)
	}
}

// heard is how far the person has listened to an episode or a chapter.
func (m *music) heard(id string, now time.Time) time.Duration {
	if _, playing := splitURI(m.Player.Item); playing == id {
		return m.Player.progress(now)
	}
	return time.Duration(m.Heard[id]) * time.Millisecond
}

// disallows says which commands would be refused now. A key is there only if it is true.
func (c *call) disallows(p *player, item playable) {
	c.begin("disallows")
	if p.Playing {
		c.bool("resuming", true)
	} else {
		c.bool("pausing", true)
	}
	if item.ad {
		for _, key := range []string{"seeking", "skipping_next", "skipping_prev"} {
			c.bool(key, true)
		}
	} else if !p.hasPrevious() {
		c.bool("skipping_prev", true)
	}
	if p.Context == "" {
		c.bool("toggling_repeat_context", true)
	}
	c.end()
}

// context writes where an item is played from; null if from no list.
func (c *call) context(key, uri string) {
	kind, id := splitURI(uri)
	if uri == "" {
		c.null(key)
		return
	}
	c.begin(key)
	switch kind {
	case "collection":
		c.str("type", kind)
		c.str("href", c.origin+"/v1/me/tracks")
		c.begin("external_urls")
		c.str("spotify", "https://open.spotify.com/collection")
		c.end()
		c.str("uri", "spotify:user:"+id+":collection")
	default:
		c.begin("external_urls")
		c.str3("spotify", "https://open.spotify.com/"+kind, "/", id)
		c.end()
		c.link(kind, id)
		c.str("type", kind)
		c.str("uri", uri)
	}
	c.end()
}

// getDevices answers GET /me/player/devices.
func (c *call) getDevices() *apiError {
	c.begin("")
	c.list("devices")
	for i := range c.m.Devices {
		c.device("", &c.m.Devices[i])
	}
	c.endList()
	c.end()
	return nil
}

func (m *music) deviceNamed(id string) *device {
	i := slices.IndexFunc(m.Devices, func(d device) bool { return d.ID == id })
	if i < 0 {
		return nil
	}
	return &m.Devices[i]
}

func (c *call) device(key string, d *device) {
	active := d.ID == c.m.Player.Device
	c.begin(key)
	if c.quirks.nullDeviceIDs && !active {
		c.null("id")
	} else {
		c.str("id", d.ID)
	}
	c.bool("is_active", active)
	c.bool("is_private_session", false)
	c.bool("is_restricted", d.Restricted)
	c.str("name", d.Name)
	c.str("type", c.quirks.deviceType(d.Type))
	c.bool("supports_volume", d.Dial)
	switch {
	case c.quirks.missingFields:
	case d.Dial:
		c.num("volume_percent", int64(d.Volume))
	default:
		c.null("volume_percent")
	}
	c.end()
}

// queueLength is how much of what comes next the queue shows.
const queueLength = 20

// getQueue answers GET /me/player/queue.
func (c *call) getQueue() *apiError {
	if c.person.Free {
		return errPremium
	}
	c.episodes = true // the queue has no additional_types
	p := &c.m.Player
	c.begin("")
	c.item("currently_playing", c.e.cat.find(p.Item))
	c.list("queue")
	for _, uri := range p.upcoming(queueLength) {
		if item := c.e.cat.find(uri); item.exists() {
			c.item("", item)
		}
	}
	c.endList()
	c.end()
	return nil
}

// getRecentlyPlayed answers with what was played before or after a moment in Unix
// milliseconds, newest first. Only tracks count.
func (c *call) getRecentlyPlayed() *apiError {
	limit, problem := c.limit()
	if problem != nil {
		return problem
	}
	plays, problem := c.playsAsked(limit)
	if problem != nil {
		return problem
	}
	c.begin("")
	c.list("items")
	for _, p := range plays {
		c.begin("")
		c.track("track", c.e.cat.find(p.URI).track)
		c.str("played_at", p.At.UTC().Format("2006-01-02T15:04:05.000Z"))
		c.context("context", p.Context)
		c.end()
	}
	c.endList()
	c.cursors(plays, limit)
	c.end()
	return nil
}

// playsAsked are the plays that limit, before and after choose, newest first.
func (c *call) playsAsked(limit int) ([]play, *apiError) {
	before, after := c.query.Get("before"), c.query.Get("after")
	if before != "" && after != "" {
		return nil, badRequest("Bad request")
	}
	plays := slices.Clone(c.m.History)
	slices.Reverse(plays)
	for _, bound := range []string{before, after} {
		at, err := strconv.ParseInt(bound, 10, 64)
		if bound == "" {
			continue
		}
		if err != nil {
			return nil, badRequest("Bad request")
		}
		plays = slices.DeleteFunc(plays, func(p play) bool {
			played := p.At.UnixMilli()
			return before != "" && played >= at || after != "" && played <= at
		})
	}
	if after != "" && len(plays) > limit {
		return plays[len(plays)-limit:], nil // those nearest to the cursor
	}
	return plays[:min(limit, len(plays))], nil
}

// cursors writes the end of a page of plays. They are null when nothing is left.
func (c *call) cursors(plays []play, limit int) {
	c.str("href", c.origin+"/v1/me/player/recently-played?"+c.r.URL.RawQuery)
	c.num("limit", int64(limit))
	if len(plays) == 0 {
		c.null("next")
		c.null("cursors")
		return
	}
	newest, oldest := plays[0].At.UnixMilli(), plays[len(plays)-1].At.UnixMilli()
	next := c.origin + "/v1/me/player/recently-played?before=" + strconv.FormatInt(oldest, 10)
	if c.query.Has("after") {
		next = c.origin + "/v1/me/player/recently-played?after=" + strconv.FormatInt(newest, 10)
	}
	c.str("next", next+"&limit="+strconv.Itoa(limit))
	c.begin("cursors")
	c.str("after", strconv.FormatInt(newest, 10))
	c.str("before", strconv.FormatInt(oldest, 10))
	c.end()
}

package emulator

import (
	"slices"
	"time"
)

// playRequest is the body of PUT /me/player/play. Empty, it resumes.
type playRequest struct {
	Context  string   `json:"context_uri"`
	URIs     []string `json:"uris"`
	Offset   *offset  `json:"offset"`
	Position *int64   `json:"position_ms"`
}

// offset is where in its list playback starts.
type offset struct {
	Position *int   `json:"position"`
	URI      string `json:"uri"`
}

// startPlayback answers PUT /me/player/play. An inactive device that is named becomes active.
func (c *call) startPlayback() *apiError {
	var s playRequest
	if problem := c.decode(&s); problem != nil {
		return problem
	}
	if problem := c.valid(&s); problem != nil {
		return problem
	}
	return c.command(func(p *player, on *device) *apiError {
		position := time.Duration(0)
		if s.Position != nil {
			position = time.Duration(*s.Position) * time.Millisecond
		}
		if s.Context == "" && len(s.URIs) == 0 {
			return c.resumeOn(p, on, s.Position, position)
		}
		list, problem := c.listOf(&s)
		if problem != nil {
			return problem
		}
		index, problem := s.Offset.within(list)
		if problem != nil {
			return problem
		}
		if p.Item != "" {
			c.m.remember(c.e.cat, c.at)
		}
		p.Device = on.ID
		if p.Shuffle && s.Offset == nil {
			index = int(c.m.Seed+p.Shuffles) & 0x7fffffff % len(list)
		}
		p.start(s.Context, list, index, position, c.at, c.m.Seed)
		c.m.settle(c.e.cat, c.at) // a position beyond the end moves on
		return nil
	})
}

// valid refuses what makes no sense before anything is looked up.
func (c *call) valid(s *playRequest) *apiError {
	kind, _ := splitURI(s.Context)
	switch {
	case s.Context != "" && len(s.URIs) > 0:
		return badRequest("Bad request")
	case s.Position != nil && (*s.Position < 0 || *s.Position > maxPosition):
		return badRequest("Bad request")
	case s.Offset != nil && kind == "artist":
		return badRequest("Can't have offset for context type: ARTIST")
	case s.Context != "" && !slices.Contains([]string{"album", "artist", "playlist", "show", "audiobook", "collection"}, kind):
		return badRequest("Unsupported context uri")
	}
	for _, uri := range s.URIs {
		if kind, id := splitURI(uri); !slices.Contains([]string{"track", "episode", "chapter"}, kind) || !isBase62(id) {
			return badRequest("Invalid track uri: " + uri)
		}
	}
	return nil
}

// resumeOn goes on where playback stopped, on that device.
func (c *call) resumeOn(p *player, on *device, asked *int64, position time.Duration) *apiError {
	switch {
	case p.Item == "", p.Playing && p.Device == on.ID && asked == nil:
		return errRestricted
	case asked == nil:
		position = p.progress(c.at)
	}
	p.Device = on.ID
	p.resume(position, c.at)
	c.m.settle(c.e.cat, c.at)
	return nil
}

// listOf is what is to be played and this person can play.
func (c *call) listOf(s *playRequest) ([]string, *apiError) {
	if s.Context == "" {
		list := slices.DeleteFunc(s.URIs, func(uri string) bool { return !c.m.canPlay(c.e.cat.find(uri)) })
		if len(list) == 0 {
			return nil, errRestricted
		}
		return list, nil
	}
	if kind, id := splitURI(s.Context); kind == "collection" && id != c.person.Name || !c.knows(kind, id) {
		return nil, errNotFound
	}
	list := c.m.uris(c.e.cat, s.Context, c.e.playlistByID)
	if len(list) == 0 {
		return nil, errRestricted
	}
	return list, nil
}

// knows reports whether there is such a context at all.
func (c *call) knows(kind, id string) bool {
	cat := c.e.cat
	switch kind {
	case "album":
		return cat.albumByID[id] != nil
	case "artist":
		return cat.artistByID[id] != nil
	case "show":
		return cat.showByID[id] != nil
	case "audiobook":
		return cat.audiobookByID[id] != nil
	case "playlist":
		return c.e.playlistByID(id) != nil
	}
	return kind == "collection"
}

// within is the index in list where playback starts.
func (o *offset) within(list []string) (int, *apiError) {
	switch {
	case o == nil:
		return 0, nil
	case o.Position != nil:
		if *o.Position < 0 || *o.Position >= len(list) {
			return 0, errRestricted
		}
		return *o.Position, nil
	case o.URI != "":
		if i := slices.Index(list, o.URI); i >= 0 {
			return i, nil
		}
		return 0, errRestricted
	}
	return 0, nil
}

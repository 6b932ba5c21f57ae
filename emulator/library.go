package emulator

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// savedPage answers with a page of a library: when each thing was saved, and the thing.
func (c *call) savedPage(items []saved, write func(id string)) *apiError {
	return c.listed("", len(items), func(i int) {
		c.begin("")
		c.time("added_at", items[i].At)
		write(items[i].ID)
		c.end()
	})
}

// getSavedTracks answers GET /me/tracks. The key of an entry is still track.
func (c *call) getSavedTracks() *apiError {
	return c.savedPage(c.m.Tracks, func(id string) { c.track("track", c.e.cat.trackByID[id]) })
}

func (c *call) getSavedAlbums() *apiError {
	return c.savedPage(c.m.Albums, func(id string) {
		c.begin("album")
		c.albumFields(c.e.cat.albumByID[id])
		c.end()
	})
}

func (c *call) getSavedEpisodes() *apiError {
	return c.savedPage(c.m.Episodes, func(id string) { c.episode("episode", c.e.cat.episodeByID[id]) })
}

func (c *call) getSavedShows() *apiError {
	shows := c.m.Shows
	return c.listed("", len(shows), c.nullable(func(i int) {
		c.begin("")
		c.time("added_at", shows[i].At)
		c.showRef("show", c.e.cat.showByID[shows[i].ID])
		c.end()
	}))
}

// getSavedAudiobooks wraps audiobooks as the other lists do. Spotify's own description leaves
// the wrapper out, its service does not.
func (c *call) getSavedAudiobooks() *apiError {
	return c.savedPage(c.m.Audiobooks, func(id string) { c.fullAudiobook("audiobook", c.e.cat.audiobookByID[id]) })
}

// getTop answers GET /me/top/{type}: the person's own order of what they saved, another for
// each stretch of time.
func (c *call) getTop() *apiError {
	span := c.query.Get("time_range")
	if !slices.Contains([]string{"", "long_term", "medium_term", "short_term"}, span) {
		return badRequest("Invalid time_range")
	}
	if span == "" {
		span = "medium_term"
	}
	switch c.params["type"] {
	case "tracks":
		tracks := ranked(span, c.m.Tracks, func(s saved) string { return s.ID })
		return c.listed("", len(tracks), func(i int) { c.track("", c.e.cat.trackByID[tracks[i].ID]) })
	case "artists":
		artists := ranked(span, c.topArtists(), func(a *artist) string { return a.ID })
		return c.listed("", len(artists), func(i int) { c.artist(artists[i]) })
	}
	return badRequest("Invalid type")
}

// topArtists are those of the saved tracks, each once.
func (c *call) topArtists() (artists []*artist) {
	seen := map[*artist]bool{}
	for _, s := range c.m.Tracks {
		for _, a := range c.e.cat.trackByID[s.ID].Artists {
			if !seen[a] {
				seen[a] = true
				artists = append(artists, a)
			}
		}
	}
	return artists
}

// ranked puts things into an order that depends on nothing but them and the span.
func ranked[T any](span string, things []T, id func(T) string) []T {
	things = slices.Clone(things)
	slices.SortFunc(things, func(a, b T) int { return cmp.Compare(hash(span+id(a)), hash(span+id(b))) })
	return things[:min(50, len(things))]
}

// getFollowed answers GET /me/following: artists, page by cursor. after is the last id of the
// page before.
func (c *call) getFollowed() *apiError {
	if c.query.Get("type") != "artist" {
		return badRequest("Bad request")
	}
	limit, problem := c.limit()
	if problem != nil {
		return problem
	}
	from := 0
	if after := c.query.Get("after"); after != "" {
		from = slices.Index(c.m.Artists, after) + 1
		if from == 0 {
			return badRequest("Invalid base62 id")
		}
	}
	to := min(from+limit, len(c.m.Artists))
	c.begin("")
	c.begin("artists")
	base := c.origin + "/v1/me/following?type=artist"
	c.str("href", base+"&limit="+itoa(limit))
	c.num("limit", int64(limit))
	c.begin("cursors")
	if to < len(c.m.Artists) {
		c.str("after", c.m.Artists[to-1])
		c.end()
		c.str("next", base+"&after="+c.m.Artists[to-1]+"&limit="+itoa(limit))
	} else {
		c.null("after")
		c.end()
		c.null("next")
	}
	c.num("total", int64(len(c.m.Artists)))
	c.list("items")
	for _, id := range c.m.Artists[from:to] {
		c.artist(c.e.cat.artistByID[id])
	}
	c.endList()
	c.end()
	c.end()
	return nil
}

// shelf is where a library keeps things of that kind; nil for kinds that are only followed.
func (m *music) shelf(kind string) *[]saved {
	switch kind {
	case "track":
		return &m.Tracks
	case "album":
		return &m.Albums
	case "show":
		return &m.Shows
	case "episode":
		return &m.Episodes
	case "audiobook":
		return &m.Audiobooks
	}
	return nil
}

// exists reports whether there is something of that kind with that id.
func (c *call) exists(kind, id string) bool {
	switch kind {
	case "track":
		return c.e.cat.trackByID[id] != nil
	case "episode":
		return c.e.cat.episodeByID[id] != nil
	case "user":
		return c.nameOf(id) != ""
	}
	return kind != "collection" && c.knows(kind, id)
}

// keeps reports whether something is in the person's library or followed.
func (c *call) keeps(kind, id string) bool {
	if shelf := c.m.shelf(kind); shelf != nil {
		return slices.ContainsFunc(*shelf, func(s saved) bool { return s.ID == id })
	}
	switch kind {
	case "artist":
		return slices.Contains(c.m.Artists, id)
	case "user":
		return slices.Contains(c.m.Users, id)
	}
	return slices.Contains(c.m.Lists, id)
}

// contains answers with a list of booleans, in the order asked for.
func (c *call) contains(refs []libraryRef) *apiError {
	c.list("")
	for _, ref := range refs {
		c.bool("", c.keeps(ref.kind, ref.id))
	}
	c.endList()
	return nil
}

// libraryRef is one thing that a request about the library names.
type libraryRef struct{ kind, id string }

var libraryKinds = []string{"track", "album", "episode", "show", "audiobook", "artist", "user", "playlist"}

// libraryURIs is the parameter uris, or else that list of the body.
func (c *call) libraryURIs() ([]libraryRef, *apiError) {
	uris := splitList(c.query.Get("uris"))
	if len(uris) == 0 {
		var body struct {
			URIs []string `json:"uris"`
		}
		if problem := c.decode(&body); problem != nil {
			return nil, problem
		}
		uris = body.URIs
	}
	switch {
	case len(uris) == 0:
		return nil, badRequest("Missing required field: uris")
	case len(uris) > c.limits().IDs:
		return nil, badRequest("Too many ids requested")
	}
	refs, kinds := make([]libraryRef, 0, len(uris)), []string{}
	for _, uri := range uris {
		kind, id := splitURI(uri)
		if !slices.Contains(libraryKinds, kind) || id == "" || kind != "user" && !isBase62(id) {
			return nil, badRequest("Invalid uri: " + strings.TrimSpace(uri))
		}
		if plain, err := url.PathUnescape(id); err == nil && kind == "user" {
			id = plain
		}
		refs, kinds = append(refs, libraryRef{kind, id}), append(kinds, kind)
	}
	return refs, c.allow(kinds...)
}

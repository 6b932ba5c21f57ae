package emulator

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// searchReach is how far search lets anybody page.
const searchReach = 1000

// maxQuery is how long a query may be.
const maxQuery = 250

// search answers GET /search: a page of each type asked for.
func (c *call) search() *apiError {
	text := strings.TrimSpace(c.query.Get("q"))
	if text == "" {
		return badRequest("No search query")
	}
	if utf8.RuneCountInString(text) > maxQuery {
		return badRequest("Query exceeds maximum length of 250 characters")
	}
	types := splitList(c.query.Get("type"))
	if len(types) == 0 {
		return badRequest("Missing parameter type")
	}
	for _, kind := range types {
		if !slices.Contains([]string{"album", "artist", "playlist", "track", "show", "episode", "audiobook"}, kind) {
			return badRequest("Bad search type field " + kind)
		}
	}
	p, problem := c.page()
	if problem != nil {
		return problem
	}
	if p.offset+p.limit > searchReach {
		return badRequest("Invalid offset")
	}
	q := parseQuery(text)
	c.begin("")
	for _, kind := range []string{"track", "artist", "album", "playlist", "show", "episode", "audiobook"} {
		if slices.Contains(types, kind) {
			c.searchFor(kind, q, p)
		}
	}
	c.end()
	return nil
}

func (c *call) searchFor(kind string, q query, p page) {
	in := c.e.cat.searchable()
	switch kind {
	case "track":
		fits := func(t *track) bool { return !c.cannotHear(t) && q.fitsTrack(t) }
		hits := matching(q.whole, fits, func(t *track) string { return t.lower }, in.tracks.candidates(q.whole, q.track, q.album, q.artist))
		c.hits("tracks", p, len(hits), func(i int) { c.track("", hits[i]) })
	case "artist":
		hits := matching(q.whole, q.fitsArtist, func(a *artist) string { return a.lower }, in.artists.candidates(q.whole, q.artist))
		c.hits("artists", p, len(hits), func(i int) { c.artist(hits[i]) })
	case "album":
		fits := func(a *album) bool { return q.fitsAlbum(a, in.newest) }
		hits := matching(q.whole, fits, func(a *album) string { return a.lower }, in.albums.candidates(q.whole, q.album, q.artist))
		c.hits("albums", p, len(hits), func(i int) { c.albumRef("", hits[i], "") })
	case "playlist":
		hits := matching(q.whole, q.fitsPlaylist, func(l listed) string { return l.name }, c.published(in.playlists))
		c.hits("playlists", p, len(hits), c.nullable(func(i int) { c.foundPlaylist(hits[i].playlist) }))
	case "show":
		fits := func(s *show) bool { return c.hears(s) && q.fitsShow(s) }
		hits := matching(q.whole, fits, func(s *show) string { return s.lower }, in.shows.candidates(q.whole))
		c.hits("shows", p, len(hits), func(i int) { c.showRef("", hits[i]) })
	case "episode":
		fits := func(e *episode) bool { return c.hearsEpisode(e) && q.fitsEpisode(e) }
		hits := matching(q.whole, fits, func(e *episode) string { return e.lower }, in.episodes.candidates(q.whole))
		c.hits("episodes", p, len(hits), func(i int) {
			c.begin("")
			c.episodeBase(hits[i])
			c.end()
		})
	case "audiobook":
		fits := func(b *audiobook) bool { return c.reads(b) && q.fitsAudiobook(b) }
		hits := matching(q.whole, fits, func(b *audiobook) string { return b.lower }, in.audiobooks.candidates(q.whole))
		c.hits("audiobooks", p, len(hits), func(i int) { c.audiobookRef("", hits[i]) })
	}
}

// cannotHear keeps from the results what has to be relinked: its twin is among them.
func (c *call) cannotHear(t *track) bool { return c.country != "" && !t.Markets.has(c.country) }

func (c *call) hits(key string, p page, total int, member func(i int)) {
	c.pages(key, "search", c.repeated(), p, min(total, searchReach), member)
}

// published are the playlists search knows: of curators, of Spotify, and the public ones of
// people who have called so far. The others' are not made yet.
func (c *call) published(lists []listed) []listed {
	lists = slices.Clone(lists)
	for _, person := range c.e.st.People {
		for _, p := range person.Music.Own {
			if p.Public && slices.Contains(person.Music.Lists, p.ID) {
				lists = append(lists, newListed(p))
			}
		}
	}
	if !c.extended && !c.quirks.nullPlaylists {
		lists = slices.DeleteFunc(lists, func(l listed) bool { return l.Owner == spotifyUser })
	}
	return lists
}

// foundPlaylist writes a playlist among the results: null where the app may not know of it.
func (c *call) foundPlaylist(p *playlist) {
	if p.Owner == spotifyUser && !c.extended {
		c.null("")
		return
	}
	c.playlistRef("", p)
}

// matching lists what fits, in the order of from, which is that of popularity; but what is
// called just as the query comes first.
func matching[T any](whole string, fits func(T) bool, name func(T) string, from []T) []T {
	var first, rest []T
	for _, thing := range from {
		switch {
		case !fits(thing):
		case name(thing) == whole:
			first = append(first, thing)
		default:
			rest = append(rest, thing)
		}
	}
	return append(first, rest...)
}

// atoiOr is a number, or otherwise.
func atoiOr(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}

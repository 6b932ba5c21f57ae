package emulator

import (
	"cmp"
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
	cat := c.e.cat
	switch kind {
	case "track":
		hits := matching(q.whole, q.fitsTrack, func(t *track) hit { return hit{t.lower, t.Popularity} }, slices.DeleteFunc(slices.Clone(cat.tracks), c.cannotHear))
		c.hits("tracks", p, len(hits), func(i int) { c.track("", hits[i]) })
	case "artist":
		hits := matching(q.whole, q.fitsArtist, func(a *artist) hit { return hit{a.lower, a.Popularity} }, cat.artists)
		c.hits("artists", p, len(hits), func(i int) { c.artist(hits[i]) })
	case "album":
		newest := cat.newest()
		fits := func(a *album) bool { return q.fitsAlbum(a, newest) }
		hits := matching(q.whole, fits, func(a *album) hit { return hit{a.lower, a.Popularity} }, cat.albums)
		c.hits("albums", p, len(hits), func(i int) { c.albumRef("", hits[i], "") })
	case "playlist":
		hits := matching(q.whole, q.fitsPlaylist, func(l *playlist) hit { return hit{fold(l.Name), l.Fans} }, c.published())
		c.hits("playlists", p, len(hits), c.nullable(func(i int) { c.foundPlaylist(hits[i]) }))
	case "show":
		hits := matching(q.whole, q.fitsShow, func(s *show) hit { return hit{s.lower, 0} }, slices.DeleteFunc(slices.Clone(cat.shows), func(s *show) bool { return !c.hears(s) }))
		c.hits("shows", p, len(hits), func(i int) { c.showRef("", hits[i]) })
	case "episode":
		hits := matching(q.whole, q.fitsEpisode, func(e *episode) hit { return hit{e.lower, 0} }, slices.DeleteFunc(slices.Clone(cat.episodes), func(e *episode) bool { return !c.hears(e.Show) }))
		c.hits("episodes", p, len(hits), func(i int) {
			c.begin("")
			c.episodeBase(hits[i])
			c.end()
		})
	case "audiobook":
		hits := matching(q.whole, q.fitsAudiobook, func(b *audiobook) hit { return hit{b.lower, 0} }, slices.DeleteFunc(slices.Clone(cat.audiobooks), func(b *audiobook) bool { return !c.reads(b) }))
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
func (c *call) published() []*playlist {
	lists := slices.Clone(c.e.cat.playlists)
	for _, person := range c.e.st.People {
		for _, p := range person.Music.Own {
			if p.Public && slices.Contains(person.Music.Lists, p.ID) {
				lists = append(lists, p)
			}
		}
	}
	if !c.extended && !c.quirks.nullPlaylists {
		lists = slices.DeleteFunc(lists, func(p *playlist) bool { return p.Owner == spotifyUser })
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

// hit is what results are ordered by.
type hit struct {
	name       string // folded
	popularity int
}

// matching lists what fits: what is called just as the query first, then by popularity.
func matching[T any](whole string, fits func(T) bool, of func(T) hit, from []T) []T {
	var found []T
	for _, thing := range from {
		if fits(thing) {
			found = append(found, thing)
		}
	}
	slices.SortStableFunc(found, func(a, b T) int {
		x, y := of(a), of(b)
		if (x.name == whole) != (y.name == whole) {
			if x.name == whole {
				return -1
			}
			return 1
		}
		return cmp.Compare(y.popularity, x.popularity)
	})
	return found
}

// newest is the last date of release in the catalogue.
func (c *catalogue) newest() string {
	newest := ""
	for _, a := range c.albums {
		newest = max(newest, a.Released)
	}
	return newest
}

// atoiOr is a number, or otherwise.
func atoiOr(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return otherwise
}

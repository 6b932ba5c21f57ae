package emulator

import (
	"slices"
	"strings"
)

// found answers for one thing of the catalogue by its id.
func found[T any](c *call, from map[string]*T, write func(*T) *apiError) *apiError {
	id, problem := c.id()
	if problem != nil {
		return problem
	}
	thing := from[id]
	if thing == nil {
		return errNotFound
	}
	c.public = true
	return write(thing)
}

// sure makes of what writes a thing what writes it and cannot fail.
func sure[T any](write func(*T)) func(*T) *apiError {
	return func(thing *T) *apiError {
		write(thing)
		return nil
	}
}

// several answers for many by their ids, in the order asked for, null where there is none.
func several[T any](c *call, key string, from map[string]*T, write func(*T)) *apiError {
	ids, problem := c.spotifyIDs()
	if problem != nil {
		return problem
	}
	c.public = true
	c.begin("")
	c.list(key)
	for _, id := range ids {
		if thing := from[id]; thing != nil {
			write(thing)
		} else {
			c.null("")
		}
	}
	c.endList()
	c.end()
	return nil
}

func (c *call) getAlbum() *apiError   { return found(c, c.e.cat.albumByID, sure(c.album)) }
func (c *call) getAlbums() *apiError  { return several(c, "albums", c.e.cat.albumByID, c.album) }
func (c *call) getArtist() *apiError  { return found(c, c.e.cat.artistByID, sure(c.artist)) }
func (c *call) getArtists() *apiError { return several(c, "artists", c.e.cat.artistByID, c.artist) }
func (c *call) getTrack() *apiError   { return found(c, c.e.cat.trackByID, sure(c.fullTrack)) }
func (c *call) getTracks() *apiError  { return several(c, "tracks", c.e.cat.trackByID, c.fullTrack) }

func (d *doc) fullTrack(t *track) { d.track("", t) }

func (c *call) getAlbumTracks() *apiError {
	return found(c, c.e.cat.albumByID, func(a *album) *apiError {
		return c.listed("", len(a.Tracks), func(i int) { c.trackRef(a.Tracks[i]) })
	})
}

// inGroup is an album and how it belongs to an artist.
type inGroup struct {
	*album
	group string
}

func (c *call) getArtistAlbums() *apiError {
	groups := splitList(c.query.Get("include_groups"))
	for _, group := range groups {
		if !slices.Contains([]string{"album", "single", "compilation", "appears_on"}, strings.ToLower(group)) {
			return badRequest("Invalid include_groups")
		}
	}
	return found(c, c.e.cat.artistByID, func(a *artist) *apiError {
		albums := a.discography(groups)
		return c.listed("", len(albums), func(i int) { c.albumRef("", albums[i].album, albums[i].group) })
	})
}

// discography lists an artist's albums by group; all groups if none is named.
func (a *artist) discography(groups []string) (albums []inGroup) {
	wanted := func(group string) bool { return len(groups) == 0 || slices.Contains(groups, group) }
	for _, kind := range []string{"album", "single", "compilation"} {
		for _, album := range a.Albums {
			if album.Kind == kind && wanted(kind) {
				albums = append(albums, inGroup{album, kind})
			}
		}
	}
	if wanted("appears_on") {
		for _, album := range a.AppearsOn {
			albums = append(albums, inGroup{album, "appears_on"})
		}
	}
	return albums
}

func (c *call) getTopTracks() *apiError {
	return found(c, c.e.cat.artistByID, func(a *artist) *apiError {
		c.begin("")
		c.list("tracks")
		for _, t := range a.Tracks[:min(10, len(a.Tracks))] {
			c.track("", t)
		}
		c.endList()
		c.end()
		return nil
	})
}

// getRelatedArtists answers with those who share most genres.
func (c *call) getRelatedArtists() *apiError {
	return found(c, c.e.cat.artistByID, func(a *artist) *apiError {
		c.begin("")
		c.list("artists")
		for _, other := range c.e.cat.related(a, 20) {
			c.artist(other)
		}
		c.endList()
		c.end()
		return nil
	})
}

func (c *catalogue) related(a *artist, n int) []*artist {
	var alike []*artist
	for _, other := range c.artists {
		if other != a && slices.ContainsFunc(other.Genres, func(g string) bool { return slices.Contains(a.Genres, g) }) {
			alike = append(alike, other)
		}
	}
	slices.SortStableFunc(alike, func(x, y *artist) int { return distance(x, a) - distance(y, a) })
	return alike[:min(n, len(alike))]
}

// distance is how far apart two artists are in popularity.
func distance(a, b *artist) int { return max(a.Popularity-b.Popularity, b.Popularity-a.Popularity) }

package emulator

import (
	"slices"
	"strings"
	"time"
)

// playlist is a list somebody keeps. Those of people are part of the emulator's state, those
// of curators of the catalogue.
type playlist struct {
	ID          string
	Name        string
	Description string  `json:",omitempty"`
	Owner       string  // user id
	Public      bool    `json:",omitempty"`
	Shared      bool    `json:",omitempty"` // others may edit it too: collaborative
	Changes     int     `json:",omitempty"` // counts them, and makes the snapshot
	Fans        int     `json:",omitempty"` // followers who are nobody here
	Cover       []byte  `json:",omitempty"` // an uploaded JPEG
	Entries     []entry `json:",omitempty"`
}

// entry is one line of a playlist. Its URI may name a local file, or nothing any more.
type entry struct {
	URI     string
	AddedAt time.Time `json:",omitzero"`  // zero in very old playlists
	AddedBy string    `json:",omitempty"` // user id; "" where nobody knows
}

// playlistByID finds anybody's playlist; nil if there is none. Call it with mu held.
func (e *Emulator) playlistByID(id string) *playlist {
	if p := e.cat.playlistByID[id]; p != nil {
		return p
	}
	for _, person := range e.st.People {
		person.Music.fill(e.cat)
		if p := person.Music.own(id); p != nil {
			return p
		}
	}
	return nil
}

// fans counts who follows a playlist.
func (e *Emulator) fans(p *playlist) int {
	n := p.Fans
	for _, person := range e.st.People {
		if person.Name != p.Owner && slices.Contains(person.Music.Lists, p.ID) {
			n++
		}
	}
	return n
}

func (c *call) owns(p *playlist) bool { return c.person != nil && p.Owner == c.person.Name }

// edits reports whether the person may change what stands in p: it is their own, or one that
// its owner shares and they follow.
func (c *call) edits(p *playlist) bool {
	return c.owns(p) || p.Shared && c.m != nil && slices.Contains(c.m.Lists, p.ID)
}

// mayRead reports whether the caller may see the entries of p: apps in development mode only
// those of lists the person edits.
func (c *call) mayRead(p *playlist) bool { return c.extended || c.edits(p) }

// thePlaylist is the playlist of the request, if the caller may know of it.
func (c *call) thePlaylist() (*playlist, *apiError) {
	id, problem := c.id()
	if problem != nil {
		return nil, problem
	}
	p := c.e.playlistByID(id)
	if p == nil || p.Owner == spotifyUser && !c.extended {
		return nil, errNotFound
	}
	if len(c.op.ByItem) > 0 {
		problem = c.allow(visibility(p))
	}
	return p, problem
}

func (c *call) getPlaylist() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	c.playlist(p)
	return c.filter()
}

// getPlaylistItems answers for /items and, in extended mode, for the older /tracks.
func (c *call) getPlaylistItems() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	if !c.mayRead(p) {
		return errForbidden
	}
	if problem := c.listed("", len(p.Entries), func(i int) { c.entry(&p.Entries[i]) }); problem != nil {
		return problem
	}
	return c.filter()
}

// filter leaves in the answer what the parameter fields asks for.
func (c *call) filter() *apiError {
	chosen, ok := parseFields(c.query.Get("fields"))
	if !ok {
		return badRequest("Invalid fields")
	}
	if chosen != nil {
		c.buf = chosen.apply(nil, c.bytes())
	}
	return nil
}

// getMyPlaylists lists own and followed ones, as far as the scopes let them be seen.
func (c *call) getMyPlaylists() *apiError {
	return c.playlistPage(c.visible(c.m.Lists))
}

func (c *call) visible(ids []string) (lists []*playlist) {
	for _, id := range ids {
		p := c.m.own(id)
		if p == nil {
			p = c.e.playlistByID(id)
		}
		switch {
		case p == nil:
		case p.Shared && !c.scopes["playlist-read-collaborative"]:
		case !p.Public && !p.Shared && !c.scopes["playlist-read-private"]:
		default:
			lists = append(lists, p)
		}
	}
	return lists
}

func (c *call) playlistPage(lists []*playlist) *apiError {
	return c.listed("", len(lists), c.nullable(func(i int) { c.playlistRef("", lists[i]) }))
}

// nullable writes null for the second member of a list where that quirk is on.
func (c *call) nullable(member func(i int)) func(i int) {
	if !c.quirks.nullMembers {
		return member
	}
	written := 0
	return func(i int) {
		if written++; written == 2 {
			c.null("")
			return
		}
		member(i)
	}
}

// getUsersPlaylists lists the public playlists of anybody, and all of one's own.
func (c *call) getUsersPlaylists() *apiError {
	id := c.params["id"]
	if c.person != nil && strings.EqualFold(id, c.person.Name) {
		return c.getMyPlaylists()
	}
	var lists []*playlist
	if person := c.e.personNamed(id); person != nil {
		person.Music.fill(c.e.cat)
		for _, listed := range person.Music.Lists {
			if p := c.e.playlistByID(listed); p != nil && p.Public {
				lists = append(lists, p)
			}
		}
	} else if c.e.cat.curatorByID[id] == nil {
		return errNotFound
	}
	for _, p := range c.e.cat.playlists {
		if p.Owner == id {
			lists = append(lists, p)
		}
	}
	return c.playlistPage(lists)
}

// getPlaylistImages answers with a bare list.
func (c *call) getPlaylistImages() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	c.covers("", p)
	return nil
}

package emulator

import (
	"encoding/base64"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
)

// details are what a person says of a playlist; nil leaves it as it is.
type details struct {
	Name        *string `json:"name"`
	Public      *bool   `json:"public"`
	Shared      *bool   `json:"collaborative"`
	Description *string `json:"description"`
}

// maxPlaylists is how many a person may have.
const maxPlaylists = 11_000

// createPlaylist answers POST /me/playlists, and the older POST /users/{id}/playlists.
func (c *call) createPlaylist() *apiError {
	if id, old := c.params["id"]; old && id != c.person.Name {
		return &apiError{Status: http.StatusForbidden, Message: "You cannot create a playlist for another user"}
	}
	d := details{}
	if problem := c.decode(&d); problem != nil {
		return problem
	}
	p := &playlist{Owner: c.person.Name, Public: true}
	if problem := d.apply(p); problem != nil {
		return problem
	}
	if problem := c.allow(visibility(p)); problem != nil {
		return problem
	}
	switch {
	case strings.TrimSpace(p.Name) == "":
		return badRequest("Missing required field: name")
	case len(c.m.Lists) >= maxPlaylists:
		return badRequest("You have too many playlists")
	}
	c.m.Counter++
	p.ID = randomID(rand.New(rand.NewPCG(c.m.Seed, 1<<32+uint64(c.m.Counter))))
	p.Changes = 1
	c.m.Own = append(c.m.Own, p)
	c.m.Lists = slices.Insert(c.m.Lists, 0, p.ID)
	c.status = http.StatusCreated
	c.playlist(p)
	return nil
}

// apply changes p. Only private playlists can be shared.
func (d details) apply(p *playlist) *apiError {
	q := *p
	if d.Name != nil {
		q.Name = *d.Name
	}
	if d.Public != nil {
		q.Public = *d.Public
	}
	if d.Shared != nil {
		q.Shared = *d.Shared
	}
	if d.Description != nil && *d.Description != "" { // it cannot be emptied
		q.Description = *d.Description
	}
	if q.Shared && q.Public {
		return badRequest("Collaborative playlists can only be private")
	}
	*p = q
	return nil
}

// changePlaylist answers PUT /playlists/{id}.
func (c *call) changePlaylist() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	if !c.owns(p) {
		return &apiError{Status: http.StatusForbidden, Message: "You cannot change a playlist you don't own"}
	}
	d := details{}
	if problem := c.decode(&d); problem != nil {
		return problem
	}
	if d.Name != nil && strings.TrimSpace(*d.Name) == "" {
		return badRequest("Bad request")
	}
	if problem := d.apply(p); problem != nil {
		return problem
	}
	p.Changes++
	return nil
}

// followPlaylist answers PUT /playlists/{id}/followers.
func (c *call) followPlaylist() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	c.m.follow(p)
	return nil
}

// unfollowPlaylist answers DELETE /playlists/{id}/followers. One's own is deleted by this, but
// can still be asked for by its id.
func (c *call) unfollowPlaylist() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	c.m.unfollow(p)
	return nil
}

func (m *music) follow(p *playlist) {
	if !slices.Contains(m.Lists, p.ID) {
		m.Lists = slices.Insert(m.Lists, 0, p.ID)
	}
}

func (m *music) unfollow(p *playlist) {
	m.Lists = slices.DeleteFunc(m.Lists, func(id string) bool { return id == p.ID })
}

// followsPlaylist answers GET /playlists/{id}/followers/contains, which asks only about the
// caller, whatever ids says.
func (c *call) followsPlaylist() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	c.list("")
	c.bool("", slices.Contains(c.m.Lists, p.ID))
	c.endList()
	return nil
}

// maxCover is the most an uploaded cover may weigh, in base64.
const maxCover = 256 << 10

// uploadCover answers PUT /playlists/{id}/images: the body is a JPEG in base64.
func (c *call) uploadCover() *apiError {
	p, problem := c.thePlaylist()
	if problem != nil {
		return problem
	}
	if !c.owns(p) {
		return &apiError{Status: http.StatusForbidden, Message: "You cannot upload an image to a playlist you don't own"}
	}
	if len(c.body) > maxCover {
		return &apiError{Status: http.StatusRequestEntityTooLarge, Message: "Image is too large"}
	}
	cover, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(c.body)), ""))
	if err != nil || !strings.HasPrefix(string(cover), "\xff\xd8\xff") {
		return badRequest("Bad request")
	}
	p.Cover = cover
	p.Changes++
	c.status = http.StatusAccepted
	return nil
}

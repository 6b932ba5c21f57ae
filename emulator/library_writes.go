package emulator

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"
)

// saveItems answers PUT /me/library.
func (c *call) saveItems() *apiError {
	refs, problem := c.libraryURIs()
	if problem != nil {
		return problem
	}
	return c.keepAll(refs)
}

// removeFromLibrary answers DELETE /me/library.
func (c *call) removeFromLibrary() *apiError {
	refs, problem := c.libraryURIs()
	if problem != nil {
		return problem
	}
	return c.dropAll(refs)
}

// checkLibrary answers GET /me/library/contains.
func (c *call) checkLibrary() *apiError {
	refs, problem := c.libraryURIs()
	if problem != nil {
		return problem
	}
	return c.contains(refs)
}

// savesOf answers PUT /me/{kind}s, removesOf DELETE /me/{kind}s and checksOf
// GET /me/{kind}s/contains, which development mode no longer has.
func savesOf(kind string) handler {
	return func(c *call) *apiError {
		if kind == "track" && !c.query.Has("ids") {
			if stamped, problem := c.timestampedIDs(); stamped != nil || problem != nil {
				return c.saveAt(stamped, problem)
			}
		}
		refs, problem := c.refs(kind)
		if problem != nil {
			return problem
		}
		return c.keepAll(refs)
	}
}

func removesOf(kind string) handler {
	return func(c *call) *apiError {
		refs, problem := c.refs(kind)
		if problem != nil {
			return problem
		}
		return c.dropAll(refs)
	}
}

func checksOf(kind string) handler {
	return func(c *call) *apiError {
		refs, problem := c.refs(kind)
		if problem != nil {
			return problem
		}
		return c.contains(refs)
	}
}

// refs is the parameter ids as things of one kind.
func (c *call) refs(kind string) ([]libraryRef, *apiError) {
	ids, problem := c.spotifyIDs()
	refs := make([]libraryRef, 0, len(ids))
	for _, id := range ids {
		refs = append(refs, libraryRef{kind, id})
	}
	return refs, problem
}

// followRefs is ids as artists or users, as the parameter type says.
func (c *call) followRefs() ([]libraryRef, *apiError) {
	switch kind := c.query.Get("type"); kind {
	case "artist":
		return c.refs(kind)
	case "user":
		ids, problem := c.ids()
		refs := make([]libraryRef, 0, len(ids))
		for _, id := range ids {
			refs = append(refs, libraryRef{kind, id})
		}
		return refs, problem
	}
	return nil, badRequest("Bad request")
}

// follow answers PUT /me/following.
func (c *call) follow() *apiError {
	refs, problem := c.followRefs()
	if problem == nil {
		c.status = http.StatusNoContent
		problem = c.keepAll(refs)
	}
	return problem
}

// unfollow answers DELETE /me/following.
func (c *call) unfollow() *apiError {
	refs, problem := c.followRefs()
	if problem == nil {
		c.status = http.StatusNoContent
		problem = c.dropAll(refs)
	}
	return problem
}

// follows answers GET /me/following/contains.
func (c *call) follows() *apiError {
	refs, problem := c.followRefs()
	if problem != nil {
		return problem
	}
	return c.contains(refs)
}

// keepAll saves or follows all of refs, or none if one of them does not exist.
func (c *call) keepAll(refs []libraryRef) *apiError {
	for _, ref := range refs {
		if !c.exists(ref.kind, ref.id) {
			return errNoSuchID
		}
	}
	for _, ref := range slices.Backward(refs) { // the first ends up on top
		c.keep(ref.kind, ref.id, c.at)
	}
	return nil
}

func (c *call) keep(kind, id string, at time.Time) {
	if c.keeps(kind, id) {
		return
	}
	switch shelf := c.m.shelf(kind); {
	case shelf != nil:
		place := slices.IndexFunc(*shelf, func(s saved) bool { return !s.At.After(at) })
		if place < 0 {
			place = len(*shelf)
		}
		*shelf = slices.Insert(*shelf, place, saved{id, at.UTC()})
	case kind == "artist":
		c.m.Artists = slices.Insert(c.m.Artists, 0, id)
	case kind == "user":
		c.m.Users = slices.Insert(c.m.Users, 0, id)
	default:
		c.m.Lists = slices.Insert(c.m.Lists, 0, id)
	}
}

// dropAll removes or unfollows. What is not there stays away.
func (c *call) dropAll(refs []libraryRef) *apiError {
	for _, ref := range refs {
		same := func(id string) bool { return id == ref.id }
		switch shelf := c.m.shelf(ref.kind); {
		case shelf != nil:
			*shelf = slices.DeleteFunc(*shelf, func(s saved) bool { return same(s.ID) })
		case ref.kind == "artist":
			c.m.Artists = slices.DeleteFunc(c.m.Artists, same)
		case ref.kind == "user":
			c.m.Users = slices.DeleteFunc(c.m.Users, same)
		default:
			c.m.Lists = slices.DeleteFunc(c.m.Lists, same)
		}
	}
	return nil
}

// stamped is a track and when it is to have been saved.
type stamped struct {
	ID string    `json:"id"`
	At time.Time `json:"added_at"`
}

// timestampedIDs is that list of the body; nil if it has none.
func (c *call) timestampedIDs() ([]stamped, *apiError) {
	var body struct {
		List []stamped `json:"timestamped_ids"`
	}
	if err := json.Unmarshal(c.body, &body); err != nil || body.List == nil {
		return nil, nil // a bare list of ids, or no JSON: ids tells
	}
	if len(body.List) > c.limits().IDs {
		return nil, badRequest("Too many ids requested")
	}
	return body.List, nil
}

func (c *call) saveAt(list []stamped, problem *apiError) *apiError {
	if problem != nil {
		return problem
	}
	for _, s := range list {
		if !c.exists("track", s.ID) {
			return errNoSuchID
		}
	}
	for _, s := range list {
		if s.At.IsZero() {
			s.At = c.at
		}
		c.keep("track", s.ID, s.At)
	}
	return nil
}

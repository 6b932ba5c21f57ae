package emulator

import (
	"cmp"
	"slices"
)

// getUser answers GET /users/{id} for people and curators alike.
func (c *call) getUser() *apiError {
	id := c.params["id"]
	name := c.nameOf(id)
	if name == "" {
		return errNotFound
	}
	c.begin("")
	c.str("display_name", name)
	c.followers(len(id))
	c.userIdentity(id)
	c.images(profileCover, id)
	c.end()
	return nil
}

func (c *call) getCategories() *apiError {
	all := c.e.cat.categories
	c.begin("")
	problem := c.listed("categories", len(all), func(i int) { c.category(all[i]) })
	c.end()
	return problem
}

func (c *call) category(g *category) {
	c.begin("")
	c.str("href", c.origin+"/v1/browse/categories/"+g.ID)
	c.list("icons")
	c.begin("")
	c.null("height")
	c.null("width")
	name := coverName(g.ID)
	c.imageURL(albumCover[1].prefix, name[:])
	c.end()
	c.endList()
	c.str("id", g.ID)
	c.str("name", c.local(g.Name))
	c.end()
}

// theCategory is the category of the request.
func (c *call) theCategory() (*category, *apiError) {
	i := slices.IndexFunc(c.e.cat.categories, func(g *category) bool { return g.ID == c.params["id"] })
	if i < 0 {
		return nil, errNotFound
	}
	return c.e.cat.categories[i], nil
}

func (c *call) getCategory() *apiError {
	g, problem := c.theCategory()
	if problem == nil {
		c.category(g)
	}
	return problem
}

func (c *call) getCategoryPlaylists() *apiError {
	g, problem := c.theCategory()
	if problem != nil {
		return problem
	}
	return c.featured(c.local(g.Name), g.Playlists)
}

func (c *call) getFeaturedPlaylists() *apiError {
	var lists []*playlist
	for _, g := range c.e.cat.categories {
		lists = append(lists, g.Playlists[0])
	}
	return c.featured("Popular playlists", lists)
}

func (c *call) featured(message string, lists []*playlist) *apiError {
	c.begin("")
	c.str("message", message)
	problem := c.listed("playlists", len(lists), c.nullable(func(i int) { c.playlistRef("", lists[i]) }))
	c.end()
	return problem
}

// newReleases is how many albums are new.
const newReleases = 100

func (c *call) getNewReleases() *apiError {
	albums := slices.Clone(c.e.cat.albums)
	slices.SortStableFunc(albums, func(a, b *album) int { return cmp.Compare(b.Released, a.Released) })
	albums = albums[:newReleases]
	c.begin("")
	problem := c.listed("albums", len(albums), func(i int) { c.albumRef("", albums[i], "") })
	c.end()
	return problem
}

func (c *call) getMarkets() *apiError {
	c.public = true
	c.begin("")
	c.raw("markets", everywhere.json)
	c.end()
	return nil
}

func (c *call) getGenreSeeds() *apiError {
	c.public = true
	c.begin("")
	c.strs("genres", c.e.cat.genres)
	c.end()
	return nil
}

package emulator

// getSavedTracks answers GET /me/tracks. The key of an entry is still track.
func (c *call) getSavedTracks() *apiError {
	return c.savedPage(c.m.Tracks, func(id string) { c.track("track", c.e.cat.trackByID[id]) })
}

// savedPage answers with a page of a library: when each thing was saved, and the thing.
func (c *call) savedPage(items []saved, write func(id string)) *apiError {
	return c.listed("", len(items), func(i int) {
		c.begin("")
		c.time("added_at", items[i].At)
		write(items[i].ID)
		c.end()
	})
}

package emulator

// Spoken word is there only in a market: that of the person, or the one asked for. Elsewhere
// and without any it does not exist.

func (c *call) hears(s *show) bool { return s != nil && c.country != "" && s.Markets.has(c.country) }
func (c *call) reads(b *audiobook) bool {
	return b != nil && c.country != "" && audiobookMarkets.has(c.country)
}

// here is found for what may not exist in the market.
func here[T any](c *call, from map[string]*T, available func(*T) bool, write func(*T) *apiError) *apiError {
	return found(c, from, func(thing *T) *apiError {
		c.public = false // how far somebody has listened is theirs
		if !available(thing) {
			return errNotFound
		}
		return write(thing)
	})
}

// severalHere is several for what may not exist in the market.
func severalHere[T any](c *call, key string, from map[string]*T, available func(*T) bool, write func(*T)) *apiError {
	problem := several(c, key, from, func(thing *T) {
		if available(thing) {
			write(thing)
		} else {
			c.null("")
		}
	})
	c.public = false
	return problem
}

func (c *call) hearsEpisode(e *episode) bool  { return c.hears(e.Show) }
func (c *call) readsChapter(ch *chapter) bool { return c.reads(ch.Book) }
func (c *call) fullShow(s *show)              { c.doc.show(s) }
func (c *call) simpleShow(s *show)            { c.showRef("", s) }
func (c *call) fullEpisode(e *episode)        { c.episode("", e) }
func (c *call) fullChapter(ch *chapter)       { c.chapter("", ch) }

func (c *call) getShow() *apiError {
	return here(c, c.e.cat.showByID, c.hears, sure(c.fullShow))
}

// getShows answers with simplified shows.
func (c *call) getShows() *apiError {
	return severalHere(c, "shows", c.e.cat.showByID, c.hears, c.simpleShow)
}

func (c *call) getShowEpisodes() *apiError {
	return here(c, c.e.cat.showByID, c.hears, func(s *show) *apiError {
		return c.listed("", len(s.Episodes), c.nullable(func(i int) {
			c.begin("")
			c.episodeBase(s.Episodes[i])
			c.end()
		}))
	})
}

func (c *call) getEpisode() *apiError {
	return here(c, c.e.cat.episodeByID, c.hearsEpisode, sure(c.fullEpisode))
}

func (c *call) getEpisodes() *apiError {
	return severalHere(c, "episodes", c.e.cat.episodeByID, c.hearsEpisode, c.fullEpisode)
}

func (c *call) getAudiobook() *apiError {
	return here(c, c.e.cat.audiobookByID, c.reads, sure(c.audiobook))
}

func (c *call) getAudiobooks() *apiError {
	return severalHere(c, "audiobooks", c.e.cat.audiobookByID, c.reads, c.audiobook)
}

func (c *call) getAudiobookChapters() *apiError {
	return here(c, c.e.cat.audiobookByID, c.reads, func(b *audiobook) *apiError {
		return c.listed("", len(b.Chapters), c.nullable(func(i int) { c.chapterRef(b.Chapters[i]) }))
	})
}

func (c *call) getChapter() *apiError {
	return here(c, c.e.cat.chapterByID, c.readsChapter, sure(c.fullChapter))
}

func (c *call) getChapters() *apiError {
	return severalHere(c, "chapters", c.e.cat.chapterByID, c.readsChapter, c.fullChapter)
}

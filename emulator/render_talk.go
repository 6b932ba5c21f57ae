package emulator

import "time"

// showRef writes a simplified show under key.
func (d *doc) showRef(key string, s *show) {
	d.begin(key)
	d.showBase(s)
	d.end()
}

func (d *doc) showBase(s *show) {
	d.markets(s.Markets)
	d.copyrights()
	d.str("description", s.Description)
	d.str("html_description", "<p>"+s.Description+"</p>")
	d.bool("explicit", s.Explicit)
	d.identity("show", s.ID)
	d.images(albumCover, s.ID)
	if d.quirks.missingFields {
		d.null("is_externally_hosted")
	} else {
		d.bool("is_externally_hosted", false)
	}
	d.strs("languages", s.Languages)
	d.str("media_type", "audio")
	d.str("name", s.Name)
	d.publisher(s.Publisher)
	d.num("total_episodes", int64(len(s.Episodes)))
}

func (d *doc) copyrights() { d.list("copyrights"); d.endList() }

// publisher is withheld in development mode, and has been seen as an object.
func (d *doc) publisher(name string) {
	switch {
	case !d.extended:
	case d.quirks.oddObjects:
		d.begin("publisher")
		d.str("name", name)
		d.end()
	default:
		d.str("publisher", name)
	}
}

// show writes a show in full, with the first page of its episodes.
func (d *doc) show(s *show) {
	d.begin("")
	d.showBase(s)
	d.embed("episodes", "shows/"+s.ID+"/episodes", len(s.Episodes), 50, func(i int) {
		d.begin("")
		d.episodeBase(s.Episodes[i])
		d.end()
	})
	d.end()
}

// episode writes an episode in full, with its show, under key.
func (d *doc) episode(key string, e *episode) {
	d.begin(key)
	d.episodeBase(e)
	d.showRef("show", e.Show)
	d.end()
}

func (d *doc) episodeBase(e *episode) {
	d.talk(e.Description, e.Duration, e.Explicit)
	d.identity("episode", e.ID)
	d.images(albumCover, e.Show.ID)
	d.bool("is_externally_hosted", false)
	if !d.quirks.missingFields {
		d.bool("is_playable", d.country != "" && e.Show.Markets.has(d.country))
		d.str("language", e.Show.Languages[0])
	}
	d.strs("languages", e.Show.Languages)
	d.str("name", e.Name)
	d.str3("release_date", e.Released, "", "")
	d.str("release_date_precision", "day")
	d.resumePoint(e.ID, e.Duration)
}

// talk writes what episodes and chapters share.
func (d *doc) talk(description string, length time.Duration, explicit bool) {
	if !d.quirks.missingFields {
		d.null("audio_preview_url")
	}
	d.str("description", description)
	d.str("html_description", "<p>"+description+"</p>")
	d.millis("duration_ms", length)
	d.bool("explicit", explicit)
}

// resumePoint says how far the person has listened to an episode or a chapter, if that may be
// told.
func (d *doc) resumePoint(id string, length time.Duration) {
	if d.heard == nil {
		return
	}
	heard := d.heard(id)
	done := heard >= length
	if done {
		heard = 0
	}
	d.begin("resume_point")
	d.bool("fully_played", done)
	d.millis("resume_position_ms", heard)
	d.end()
}

// audiobookRef writes a simplified audiobook under key.
func (d *doc) audiobookRef(key string, b *audiobook) {
	d.begin(key)
	d.audiobookBase(b)
	d.end()
}

func (d *doc) audiobookBase(b *audiobook) {
	d.people("authors", b.Authors)
	d.markets(audiobookMarkets)
	d.copyrights()
	d.str("description", b.Description)
	d.str("html_description", "<p>"+b.Description+"</p>")
	d.str("edition", b.Edition)
	d.bool("explicit", b.Explicit)
	d.identity("audiobook", b.ID)
	d.images(albumCover, b.ID)
	d.bool("is_externally_hosted", false)
	d.strs("languages", []string{"en"})
	d.str("media_type", "audio")
	d.str("name", b.Name)
	d.people("narrators", b.Narrators)
	d.publisher(b.Publisher)
	d.num("total_chapters", int64(len(b.Chapters)))
}

func (d *doc) people(key string, names []string) {
	d.list(key)
	for _, name := range names {
		d.begin("")
		d.str("name", name)
		d.end()
	}
	d.endList()
}

// audiobook writes an audiobook in full as a member of a list, or the whole answer.
func (d *doc) audiobook(b *audiobook) { d.fullAudiobook("", b) }

// fullAudiobook writes an audiobook with the first page of its chapters under key.
func (d *doc) fullAudiobook(key string, b *audiobook) {
	d.begin(key)
	d.audiobookBase(b)
	d.playability(audiobookMarkets)
	d.embed("chapters", "audiobooks/"+b.ID+"/chapters", len(b.Chapters), 50, func(i int) { d.chapterRef(b.Chapters[i]) })
	d.end()
}

// chapterRef writes a simplified chapter.
func (d *doc) chapterRef(c *chapter) {
	d.begin("")
	d.chapterBase(c)
	d.end()
}

// chapter writes a chapter in full, with its audiobook, under key.
func (d *doc) chapter(key string, c *chapter) {
	d.begin(key)
	d.chapterBase(c)
	d.audiobookRef("audiobook", c.Book)
	d.end()
}

func (d *doc) chapterBase(c *chapter) {
	d.talk(c.Description, c.Duration, c.Book.Explicit)
	d.markets(audiobookMarkets)
	d.int("chapter_number", int64(c.Number))
	d.identity("chapter", c.ID)
	d.images(albumCover, c.Book.ID)
	d.bool("is_playable", audiobookMarkets.has(d.country))
	d.strs("languages", []string{"en"})
	d.str("name", c.Name)
	d.str3("release_date", c.Book.Released, "", "")
	d.str("release_date_precision", "day")
	d.resumePoint(c.ID, c.Duration)
}

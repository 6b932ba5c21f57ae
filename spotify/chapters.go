package spotify

import (
	"context"
	"time"
)

// ChaptersService is single chapters of audiobooks, in the markets that have them.
type ChaptersService service

// Chapter is a part of an audiobook.
// https://developer.spotify.com/documentation/web-api/reference/get-a-chapter
type Chapter struct {
	ID               ChapterID
	URI              URI // "spotify:chapter:…" or "spotify:episode:…"
	Name             string
	Number           int // in the book, from 0 or 1 on
	Description      string
	HTMLDescription  string
	Audiobook        *Audiobook // nil inside an audiobook
	Images           []Image    // largest first
	Duration         time.Duration
	ReleaseDate      Date
	Explicit         bool
	IsPlayable       *bool        // in the market; nil: not told
	Languages        []string     // ISO 639
	AvailableMarkets Markets      // "" in development mode
	Restriction      string       // why it is not playable: "market", "payment_required"; an open set
	ResumePoint      *ResumePoint // nil without user-read-playback-position
	PreviewURL       string       // 30 seconds; "" for most apps
}

func (c *Chapter) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			c.ID = ChapterID(d.text())
		case "uri":
			c.URI = URI(d.text())
		case "name":
			c.Name = d.text()
		case "chapter_number":
			c.Number = d.integer()
		case "description":
			c.Description = d.text()
		case "html_description":
			c.HTMLDescription = d.text()
		case "audiobook":
			c.Audiobook = readOptional[Audiobook](d)
		case "images":
			c.Images, _ = readList[Image](d)
		case "duration_ms":
			c.Duration = d.milliseconds()
		case "release_date":
			c.ReleaseDate = d.date()
		case "explicit":
			c.Explicit = d.boolean()
		case "is_playable":
			c.IsPlayable = d.optionalBoolean()
		case "languages":
			c.Languages = d.texts()
		case "available_markets":
			c.AvailableMarkets = d.markets()
		case "restrictions":
			c.Restriction = d.textMember("reason")
		case "resume_point":
			c.ResumePoint = readOptional[ResumePoint](d)
		case "audio_preview_url":
			c.PreviewURL = d.text()
		}
	}
}

// Get is one chapter.
//
// Scope: none; user-read-playback-position for ResumePoint. GET /chapters/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-a-chapter
func (s *ChaptersService) Get(ctx context.Context, id ChapterID, opts *GetOptions) (*Chapter, error) {
	return get[Chapter](ctx, s.client, request{name: "GET /chapters/{id}", path: pathID(id), query: opts.query()})
}

// GetMany is positional: nil where Spotify knows no such chapter in the market. With extended
// quota it asks for 50 at a time, else one by one.
//
// Scope: none; user-read-playback-position for ResumePoint. GET /chapters; in development mode
// GET /chapters/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-several-chapters
func (s *ChaptersService) GetMany(ctx context.Context, ids []ChapterID, opts *GetOptions) ([]*Chapter, error) {
	return getMany[Chapter](ctx, s.client, lookup{"GET /chapters", "GET /chapters/{id}", "chapters", opts.query()}, ids)
}

package spotify

import (
	"context"
	"iter"
)

// AudiobooksService is audiobooks and their chapters. Spotify has them in some markets only:
// elsewhere they are ErrNotFound.
type AudiobooksService service

// Audiobook is a book that is read aloud.
// https://developer.spotify.com/documentation/web-api/reference/get-an-audiobook
type Audiobook struct {
	ID                 AudiobookID
	URI                URI
	Name               string
	Authors            []string
	Narrators          []string
	Publisher          string // "" in development mode
	Edition            string // "Unabridged"; mostly ""
	Description        string
	HTMLDescription    string
	Images             []Image // largest first
	Explicit           bool
	IsPlayable         *bool    // in the market; nil: not told
	IsExternallyHosted *bool    // not by Spotify; nil: not known
	Languages          []string // ISO 639: "en", or in words
	MediaType          string   // "audio"; an open set
	Copyrights         []Copyright
	AvailableMarkets   Markets        // "" in development mode
	TotalChapters      *int           // nil: not known
	Chapters           *Page[Chapter] // first page; nil in lists and in chapters
}

func (a *Audiobook) read(d *decoder) {
	for name := range d.members() {
		a.readMember(name, d)
	}
}

func (a *Audiobook) readMember(name []byte, d *decoder) {
	switch string(name) {
	case "id":
		a.ID = AudiobookID(d.text())
	case "uri":
		a.URI = URI(d.text())
	case "name":
		a.Name = d.text()
	case "authors":
		a.Authors = d.textsUnder("name")
	case "narrators":
		a.Narrators = d.textsUnder("name")
	case "publisher":
		a.Publisher = d.textOr("name")
	case "edition":
		a.Edition = d.text()
	case "description":
		a.Description = d.text()
	case "html_description":
		a.HTMLDescription = d.text()
	case "images":
		a.Images, _ = readList[Image](d)
	case "explicit":
		a.Explicit = d.boolean()
	case "is_playable":
		a.IsPlayable = d.optionalBoolean()
	case "is_externally_hosted":
		a.IsExternallyHosted = d.optionalBoolean()
	case "languages":
		a.Languages = d.texts()
	case "media_type":
		a.MediaType = d.text()
	case "copyrights":
		a.Copyrights, _ = readList[Copyright](d)
	case "available_markets":
		a.AvailableMarkets = d.markets()
	case "total_chapters":
		a.TotalChapters = d.optionalInteger()
	case "chapters":
		a.Chapters = readOptional[Page[Chapter]](d)
	}
}

// Get is one audiobook with the first page of its chapters.
//
// Scope: none. GET /audiobooks/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-an-audiobook
func (s *AudiobooksService) Get(ctx context.Context, id AudiobookID, opts *GetOptions) (*Audiobook, error) {
	return get[Audiobook](ctx, s.client, request{name: "GET /audiobooks/{id}", path: pathID(id), query: opts.query()})
}

// GetMany is positional: nil where Spotify knows no such audiobook in the market. With
// extended quota it asks for 50 at a time, else one by one.
//
// Scope: none. GET /audiobooks; in development mode GET /audiobooks/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-multiple-audiobooks
func (s *AudiobooksService) GetMany(ctx context.Context, ids []AudiobookID, opts *GetOptions) ([]*Audiobook, error) {
	return getMany[Audiobook](ctx, s.client, lookup{"GET /audiobooks", "GET /audiobooks/{id}", "audiobooks", opts.query()}, ids)
}

// Chapters is a page of an audiobook's chapters, at most 50, in its order. They are without
// Audiobook.
//
// Scope: none. GET /audiobooks/{id}/chapters
// https://developer.spotify.com/documentation/web-api/reference/get-audiobook-chapters
func (s *AudiobooksService) Chapters(ctx context.Context, id AudiobookID, opts *PageOptions) (*Page[Chapter], error) {
	return s.chapters(id).page(ctx, opts)
}

// AllChapters walks an audiobook. An error is yielded once, with a zero chapter, and ends the
// walk.
//
// Scope: none. GET /audiobooks/{id}/chapters
// https://developer.spotify.com/documentation/web-api/reference/get-audiobook-chapters
func (s *AudiobooksService) AllChapters(ctx context.Context, id AudiobookID, opts *PageOptions) iter.Seq2[Chapter, error] {
	return s.chapters(id).all(ctx, opts)
}

func (s *AudiobooksService) chapters(id AudiobookID) list[Chapter] {
	return list[Chapter]{client: s.client, request: request{name: "GET /audiobooks/{id}/chapters", path: pathID(id)}}
}

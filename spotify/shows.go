package spotify

import (
	"context"
	"iter"
)

// ShowsService is podcasts and their episodes.
type ShowsService service

// Show is a podcast.
// https://developer.spotify.com/documentation/web-api/reference/get-a-show
type Show struct {
	ID                 ShowID
	URI                URI
	Name               string
	Publisher          string // "" in development mode
	Description        string
	HTMLDescription    string
	Images             []Image // largest first
	Explicit           bool
	IsExternallyHosted *bool    // not by Spotify; nil: not known
	Languages          []string // ISO 639: "en", "sv-SE"
	MediaType          string   // "audio", "mixed"; an open set
	Copyrights         []Copyright
	AvailableMarkets   Markets        // "" in development mode
	TotalEpisodes      *int           // nil: not known
	Episodes           *Page[Episode] // first page; nil in lists and in episodes
}

func (s *Show) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			s.ID = ShowID(d.text())
		case "uri":
			s.URI = URI(d.text())
		case "name":
			s.Name = d.text()
		case "publisher":
			s.Publisher = d.textOr("name")
		case "description":
			s.Description = d.text()
		case "html_description":
			s.HTMLDescription = d.text()
		case "images":
			s.Images, _ = readList[Image](d)
		case "explicit":
			s.Explicit = d.boolean()
		case "is_externally_hosted":
			s.IsExternallyHosted = d.optionalBoolean()
		case "languages":
			s.Languages = d.texts()
		case "media_type":
			s.MediaType = d.text()
		case "total_episodes":
			s.TotalEpisodes = d.optionalInteger()
		case "copyrights":
			s.Copyrights, _ = readList[Copyright](d)
		case "available_markets":
			s.AvailableMarkets = d.markets()
		case "episodes":
			s.Episodes = readOptional[Page[Episode]](d)
		}
	}
}

// Get is one show with the first page of its episodes. Without a market, where the token tells
// none either, it is ErrNotFound.
//
// Scope: none; user-read-playback-position for the ResumePoint of episodes. GET /shows/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-a-show
func (s *ShowsService) Get(ctx context.Context, id ShowID, opts *GetOptions) (*Show, error) {
	return get[Show](ctx, s.client, request{name: "GET /shows/{id}", path: pathID(id), query: opts.query()})
}

// GetMany is positional: nil where Spotify knows no such show in the market. With extended
// quota it asks for 50 at a time, and Episodes is nil; else one by one.
//
// Scope: none. GET /shows; in development mode GET /shows/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-multiple-shows
func (s *ShowsService) GetMany(ctx context.Context, ids []ShowID, opts *GetOptions) ([]*Show, error) {
	return getMany[Show](ctx, s.client, lookup{"GET /shows", "GET /shows/{id}", "shows", opts.query()}, ids)
}

// Episodes is a page of a show's episodes, at most 50, newest first. They are without Show.
//
// Scope: none; user-read-playback-position for ResumePoint. GET /shows/{id}/episodes
// https://developer.spotify.com/documentation/web-api/reference/get-a-shows-episodes
func (s *ShowsService) Episodes(ctx context.Context, id ShowID, opts *PageOptions) (*Page[Episode], error) {
	return s.episodes(id).page(ctx, opts)
}

// AllEpisodes walks a show. An error is yielded once, with a zero episode, and ends the walk.
//
// Scope: none; user-read-playback-position for ResumePoint. GET /shows/{id}/episodes
// https://developer.spotify.com/documentation/web-api/reference/get-a-shows-episodes
func (s *ShowsService) AllEpisodes(ctx context.Context, id ShowID, opts *PageOptions) iter.Seq2[Episode, error] {
	return s.episodes(id).all(ctx, opts)
}

func (s *ShowsService) episodes(id ShowID) list[Episode] {
	return list[Episode]{client: s.client, request: request{name: "GET /shows/{id}/episodes", path: pathID(id)}}
}

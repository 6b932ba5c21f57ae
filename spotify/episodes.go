package spotify

import (
	"context"
	"time"
)

// EpisodesService is single episodes of shows.
type EpisodesService service

// Episode is one programme of a show.
// https://developer.spotify.com/documentation/web-api/reference/get-an-episode
type Episode struct {
	ID                 EpisodeID
	URI                URI
	Name               string
	Description        string
	HTMLDescription    string
	Show               *Show   // nil inside a show
	Images             []Image // largest first
	Duration           time.Duration
	ReleaseDate        Date
	Explicit           bool
	IsPlayable         *bool        // in the market; nil: not told
	IsExternallyHosted bool         // not by Spotify
	Languages          []string     // ISO 639: "en", "sv-SE"
	Restriction        string       // why it is not playable: "market", "product", "explicit"; an open set
	ResumePoint        *ResumePoint // nil without user-read-playback-position
	PreviewURL         string       // 30 seconds; "" for most apps
	AvailableMarkets   Markets      // "" nearly always
}

func (e *Episode) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			e.ID = EpisodeID(d.text())
		case "uri":
			e.URI = URI(d.text())
		case "name":
			e.Name = d.text()
		case "description":
			e.Description = d.text()
		case "html_description":
			e.HTMLDescription = d.text()
		case "show":
			e.Show = readOptional[Show](d)
		case "images":
			e.Images, _ = readList[Image](d)
		case "duration_ms":
			e.Duration = d.milliseconds()
		case "release_date":
			e.ReleaseDate = d.date()
		case "explicit":
			e.Explicit = d.boolean()
		case "is_playable":
			e.IsPlayable = d.optionalBoolean()
		case "is_externally_hosted":
			e.IsExternallyHosted = d.boolean()
		case "languages":
			e.Languages = d.texts()
		case "language": // from before there could be several
			if language := d.text(); language != "" && e.Languages == nil {
				e.Languages = []string{language}
			}
		case "restrictions":
			e.Restriction = d.textMember("reason")
		case "resume_point":
			e.ResumePoint = readOptional[ResumePoint](d)
		case "audio_preview_url":
			e.PreviewURL = d.text()
		case "available_markets":
			e.AvailableMarkets = d.markets()
		}
	}
}

// ResumePoint is how far the person has listened.
type ResumePoint struct {
	FullyPlayed bool
	Position    time.Duration
}

func (r *ResumePoint) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "fully_played":
			r.FullyPlayed = d.boolean()
		case "resume_position_ms":
			r.Position = d.milliseconds()
		}
	}
}

// Get is one episode. Without a market, where the token tells none either, it is ErrNotFound.
//
// Scope: none; user-read-playback-position for ResumePoint. GET /episodes/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-an-episode
func (s *EpisodesService) Get(ctx context.Context, id EpisodeID, opts *GetOptions) (*Episode, error) {
	return get[Episode](ctx, s.client, request{name: "GET /episodes/{id}", path: pathID(id), query: opts.query()})
}

// GetMany is positional: nil where Spotify knows no such episode in the market. With extended
// quota it asks for 50 at a time, else one by one.
//
// Scope: none; user-read-playback-position for ResumePoint. GET /episodes; in development mode
// GET /episodes/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-multiple-episodes
func (s *EpisodesService) GetMany(ctx context.Context, ids []EpisodeID, opts *GetOptions) ([]*Episode, error) {
	return getMany[Episode](ctx, s.client, lookup{"GET /episodes", "GET /episodes/{id}", "episodes", opts.query()}, ids)
}

package spotify

import "time"

// Episode is one programme of a show.
// https://developer.spotify.com/documentation/web-api/reference/get-an-episode
type Episode struct {
	ID                 EpisodeID
	URI                URI
	Name               string
	Description        string
	Show               *Show // nil inside a show
	Images             []Image
	Duration           time.Duration
	ReleaseDate        Date
	Explicit           bool
	IsPlayable         *bool
	IsExternallyHosted bool
	Languages          []string
	Restriction        string       // why it is not playable; an open set
	ResumePoint        *ResumePoint // nil without user-read-playback-position
	PreviewURL         string       // 30 seconds; "" for most apps
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
		case "restrictions":
			e.Restriction = d.textMember("reason")
		case "resume_point":
			e.ResumePoint = readOptional[ResumePoint](d)
		case "audio_preview_url":
			e.PreviewURL = d.text()
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

// Show is a podcast.
// https://developer.spotify.com/documentation/web-api/reference/get-a-show
type Show struct {
	ID            ShowID
	URI           URI
	Name          string
	Publisher     string // "" in development mode
	Description   string
	Images        []Image
	Explicit      bool
	Languages     []string
	MediaType     string // "audio", "mixed"; an open set
	TotalEpisodes *int   // nil: not known
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
		case "images":
			s.Images, _ = readList[Image](d)
		case "explicit":
			s.Explicit = d.boolean()
		case "languages":
			s.Languages = d.texts()
		case "media_type":
			s.MediaType = d.text()
		case "total_episodes":
			s.TotalEpisodes = d.optionalInteger()
		}
	}
}

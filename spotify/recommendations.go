package spotify

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
)

// Attribute is what recommendations can be tuned by: "energy", "tempo", "duration_ms".
// They are those of AudioFeatures, in its units, and "popularity", 0 to 100.
type Attribute string

var attributes = []Attribute{
	"acousticness", "danceability", "duration_ms", "energy", "instrumentalness", "key", "liveness", "loudness", "mode",
	"popularity", "speechiness", "tempo", "time_signature", "valence",
}

// RecommendationsOptions say what recommendations grow from, one to five seeds in all, and how
// they ought to sound.
type RecommendationsOptions struct {
	Artists          []ArtistID
	Tracks           []TrackID
	Genres           []string // as Browse.Genres lists them
	Min, Max, Target map[Attribute]float64
	Limit            int // 0, or more than 100: 100
	Market           Market
}

const maxSeeds = 5

// Recommendations are tracks that go with the seeds.
// https://developer.spotify.com/documentation/web-api/reference/get-recommendations
type Recommendations struct {
	Tracks []Track
	Seeds  []Seed
}

func (r *Recommendations) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "tracks":
			r.Tracks, _ = readList[Track](d)
		case "seeds":
			r.Seeds, _ = readList[Seed](d)
		}
	}
}

// Seed is what became of one seed: of how many tracks those above were chosen.
type Seed struct {
	ID             string
	Kind           string // "ARTIST", "TRACK", "GENRE", in any case
	Pool           int    // tracks it led to
	AfterFiltering int    // of these, within Min and Max
	AfterRelinking int    // of these, to be had in the market
}

func (s *Seed) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			s.ID = d.text()
		case "type":
			s.Kind = d.text()
		case "initialPoolSize":
			s.Pool = d.integer()
		case "afterFilteringSize":
			s.AfterFiltering = d.integer()
		case "afterRelinkingSize":
			s.AfterRelinking = d.integer()
		}
	}
}

// Recommendations are tracks that go with some artists, tracks and genres.
//
// Scope: none. GET /recommendations, with extended quota only, and only for apps that used it
// before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-recommendations
func (s *TracksService) Recommendations(ctx context.Context, opts RecommendationsOptions) (*Recommendations, error) {
	r := request{name: "GET /recommendations"}
	if n := len(opts.Artists) + len(opts.Tracks) + len(opts.Genres); n < 1 || n > maxSeeds {
		return nil, r.refuse("one to five seeds are needed: artists, tracks and genres together")
	}
	var err error
	if r.query, err = s.client.pageQuery(&r, &PageOptions{Limit: opts.Limit, Market: opts.Market}); err != nil {
		return nil, err
	}
	setList(r.query, "seed_artists", opts.Artists)
	setList(r.query, "seed_tracks", opts.Tracks)
	setList(r.query, "seed_genres", opts.Genres)
	for prefix, tuning := range map[string]map[Attribute]float64{"min_": opts.Min, "max_": opts.Max, "target_": opts.Target} {
		for attribute, value := range tuning {
			if !slices.Contains(attributes, attribute) {
				return nil, r.refuse(fmt.Sprintf("nothing can be tuned by %q", attribute))
			}
			r.query.Set(prefix+string(attribute), strconv.FormatFloat(value, 'f', -1, 64))
		}
	}
	return get[Recommendations](ctx, s.client, r)
}

// setList sets a parameter to a list, if there is one.
func setList[T ~string](query url.Values, name string, list []T) {
	if len(list) > 0 {
		query.Set(name, join(list))
	}
}

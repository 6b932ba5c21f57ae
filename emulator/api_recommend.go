package emulator

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// seed is what recommendations grow from.
type seed struct {
	kind, id string
	likes    func(*track) bool
}

// getRecommendations answers with tracks that go with one to five seeds and within the limits
// min_…, max_…, those nearest to target_… first.
func (c *call) getRecommendations() *apiError {
	limit, problem := c.limit()
	if problem != nil {
		return problem
	}
	seeds, problem := c.seeds()
	if problem != nil {
		return problem
	}
	tuning, problem := c.tunings()
	if problem != nil {
		return problem
	}
	pools := make([]int, len(seeds))
	tracks := c.recommended(seeds, tuning, pools)
	c.begin("")
	c.list("seeds")
	for i, s := range seeds {
		c.begin("")
		c.int("initialPoolSize", int64(pools[i]))
		c.int("afterFilteringSize", int64(pools[i]))
		c.int("afterRelinkingSize", int64(pools[i]))
		c.str("id", s.id)
		c.str("type", strings.ToUpper(s.kind))
		if s.kind == "genre" {
			c.null("href")
		} else {
			c.link(s.kind, s.id)
		}
		c.end()
	}
	c.endList()
	c.list("tracks")
	for _, t := range tracks[:min(limit, len(tracks))] {
		c.track("", t)
	}
	c.endList()
	c.end()
	return nil
}

func (c *call) seeds() (seeds []seed, problem *apiError) {
	for _, id := range splitList(c.query.Get("seed_artists")) {
		a := c.e.cat.artistByID[id]
		if a == nil {
			return nil, badRequest("invalid request")
		}
		seeds = append(seeds, seed{"artist", id, func(t *track) bool { return sharesGenre(t, a) }})
	}
	for _, id := range splitList(c.query.Get("seed_tracks")) {
		from := c.e.cat.trackByID[id]
		if from == nil {
			return nil, badRequest("invalid request")
		}
		seeds = append(seeds, seed{"track", id, func(t *track) bool { return t != from && sharesGenre(t, from.Artists[0]) }})
	}
	for _, genre := range splitList(c.query.Get("seed_genres")) {
		name := strings.ReplaceAll(genre, "-", " ")
		seeds = append(seeds, seed{"genre", genre, func(t *track) bool { return slices.Contains(t.Artists[0].Genres, name) }})
	}
	if len(seeds) < 1 || len(seeds) > 5 {
		return nil, badRequest("invalid request")
	}
	return seeds, nil
}

func sharesGenre(t *track, a *artist) bool {
	return slices.ContainsFunc(t.Artists[0].Genres, func(g string) bool { return slices.Contains(a.Genres, g) })
}

// tuning is one of the parameters min_tempo, max_energy, target_valence and so on.
type tuning struct {
	bound string // min, max or target
	of    func(*track) float64
	value float64
}

func (c *call) tunings() (list []tuning, problem *apiError) {
	for key := range c.query {
		bound, name, _ := strings.Cut(key, "_")
		of := measures[name]
		if of == nil || !slices.Contains([]string{"min", "max", "target"}, bound) {
			continue
		}
		value, err := strconv.ParseFloat(c.query.Get(key), 64)
		if err != nil {
			return nil, badRequest("invalid request")
		}
		list = append(list, tuning{bound, of, value})
	}
	return list, nil
}

// measures are what recommendations can be tuned by.
var measures = map[string]func(*track) float64{
	"acousticness":     func(t *track) float64 { return t.features().acousticness },
	"danceability":     func(t *track) float64 { return t.features().danceability },
	"duration_ms":      func(t *track) float64 { return float64(t.Duration.Milliseconds()) },
	"energy":           func(t *track) float64 { return t.features().energy },
	"instrumentalness": func(t *track) float64 { return t.features().instrumentalness },
	"key":              func(t *track) float64 { return float64(t.features().key) },
	"liveness":         func(t *track) float64 { return t.features().liveness },
	"loudness":         func(t *track) float64 { return t.features().loudness },
	"mode":             func(t *track) float64 { return float64(t.features().mode) },
	"popularity":       func(t *track) float64 { return float64(t.Popularity) },
	"speechiness":      func(t *track) float64 { return t.features().speechiness },
	"tempo":            func(t *track) float64 { return t.features().tempo },
	"time_signature":   func(t *track) float64 { return float64(t.features().timeSignature) },
	"valence":          func(t *track) float64 { return t.features().valence },
}

// recommended lists the tracks in question, best first, and counts those of each seed.
func (c *call) recommended(seeds []seed, tunings []tuning, pools []int) []*track {
	type scored struct {
		*track
		away float64 // from the targets; then by chance, the same for the same seeds
		luck uint64
	}
	var found []scored
	for _, t := range c.e.cat.tracks {
		liked := false
		for i, s := range seeds {
			if s.likes(t) {
				pools[i]++
				liked = true
			}
		}
		if away, fits := fit(t, tunings); liked && fits && (c.country == "" || t.playableIn(c.country)) {
			found = append(found, scored{t, away, hash(seeds[0].id + t.ID)})
		}
	}
	slices.SortFunc(found, func(a, b scored) int {
		if a.away < b.away || a.away == b.away && a.luck < b.luck {
			return -1
		}
		return 1
	})
	tracks := make([]*track, len(found))
	for i, f := range found {
		tracks[i] = f.track
	}
	return tracks
}

// fit reports whether t is within the bounds, and how far it is from the targets.
func fit(t *track, tunings []tuning) (away float64, ok bool) {
	for _, tune := range tunings {
		value := tune.of(t)
		switch {
		case tune.bound == "min" && value < tune.value, tune.bound == "max" && value > tune.value:
			return 0, false
		case tune.bound == "target":
			away += math.Abs(value - tune.value)
		}
	}
	return away, true
}

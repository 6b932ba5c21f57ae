package spotify

import (
	"context"
	"iter"
)

// SearchService finds things by words. Spotify's language for them has the fields album,
// artist, track, year, isrc, genre and more: "artist:beethoven year:1990-1999".
type SearchService service

// reachable is how far Spotify lets a search be paged.
const reachable = 1000

type foundTracks struct{ Page[Track] }

func (f *foundTracks) read(d *decoder) {
	for name := range d.members() {
		if string(name) == "tracks" {
			f.Page.read(d)
		}
	}
}

// Tracks finds tracks: one page, of at most 10 in development mode.
//
// Scope: none. GET /search
// https://developer.spotify.com/documentation/web-api/reference/search
func (s *SearchService) Tracks(ctx context.Context, query string, opts *PageOptions) (*Page[Track], error) {
	r := request{name: "GET /search"}
	if query == "" {
		return nil, r.refuse("nothing to search for")
	}
	page, err := s.client.pageQuery(&r, opts)
	if err != nil {
		return nil, err
	}
	page.Set("q", query)
	page.Set("type", "track")
	r.query = page
	found := new(foundTracks)
	if err := s.client.call(ctx, &r, found); err != nil {
		return nil, err
	}
	return &found.Page, nil
}

// AllTracks walks what Tracks finds, at most 1,000, in Spotify's order. An error is yielded
// once, with a zero track, and ends the walk; a page is fetched when it is needed.
func (s *SearchService) AllTracks(ctx context.Context, query string, opts *PageOptions) iter.Seq2[Track, error] {
	return walk(ctx, s.client, opts, reachable, func(ctx context.Context, opts *PageOptions) (*Page[Track], error) {
		return s.Tracks(ctx, query, opts)
	})
}

package emulator

import (
	"cmp"
	"slices"
	"strings"
)

// index finds things by the beginnings of words in their names.
type index[T any] struct {
	things []T
	words  []string  // sorted
	of     [][]int32 // which things each word stands in, by their places, in order
}

// newIndex reads the folded texts of all things, and puts the popular ones first.
func newIndex[T any](things []T, popularity func(T) int, texts func(T) []string) *index[T] {
	things = slices.Clone(things)
	slices.SortStableFunc(things, func(a, b T) int { return cmp.Compare(popularity(b), popularity(a)) })
	places := map[string][]int32{}
	for i, thing := range things {
		for _, text := range texts(thing) {
			for _, word := range splitWords(text) {
				if list := places[word]; len(list) == 0 || list[len(list)-1] != int32(i) {
					places[word] = append(list, int32(i))
				}
			}
		}
	}
	ix := &index[T]{things: things, words: make([]string, 0, len(places))}
	for word := range places {
		ix.words = append(ix.words, word)
	}
	slices.Sort(ix.words)
	for _, word := range ix.words {
		ix.of = append(ix.of, places[word])
	}
	return ix
}

func splitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r < 0x80 && !isLetter(byte(r)) })
}

// candidates are at least all things in whose texts every word of every part begins a word, in
// their order: the rarest word decides. Without a word they are all things.
func (ix *index[T]) candidates(parts ...string) []T {
	var fewest [][]int32
	least := len(ix.things) + 1
	for _, part := range parts {
		for _, word := range splitWords(part) {
			of := ix.beginning(word)
			n := 0
			for _, places := range of {
				n += len(places)
			}
			if n < least {
				fewest, least = of, n
			}
		}
	}
	if least > len(ix.things) {
		return ix.things
	}
	places := slices.Concat(fewest...)
	slices.Sort(places)
	places = slices.Compact(places)
	found := make([]T, len(places))
	for i, place := range places {
		found[i] = ix.things[place]
	}
	return found
}

// beginning lists where words with that beginning stand.
func (ix *index[T]) beginning(word string) [][]int32 {
	from, _ := slices.BinarySearch(ix.words, word)
	to := from
	for to < len(ix.words) && strings.HasPrefix(ix.words[to], word) {
		to++
	}
	return ix.of[from:to]
}

// searchable is the catalogue as search needs it. It is made for the first search.
type searchable struct {
	artists    *index[*artist]
	albums     *index[*album]
	tracks     *index[*track]
	shows      *index[*show]
	episodes   *index[*episode]
	audiobooks *index[*audiobook]
	playlists  []listed
	newest     string // the last date of release
}

// listed is a playlist and what search compares.
type listed struct {
	*playlist
	name, description string // folded
}

func newListed(p *playlist) listed { return listed{p, fold(p.Name), fold(p.Description)} }

func newSearchable(c *catalogue) *searchable {
	s := &searchable{
		artists: newIndex(c.artists, func(a *artist) int { return a.Popularity },
			func(a *artist) []string { return []string{a.lower} }),
		albums: newIndex(c.albums, func(a *album) int { return a.Popularity },
			func(a *album) []string { return append(namesOf(a.Artists), a.lower) }),
		tracks: newIndex(c.tracks, func(t *track) int { return t.Popularity },
			func(t *track) []string { return append(namesOf(t.Artists), t.lower, t.Album.lower) }),
		shows:      newIndex(c.shows, alike, func(s *show) []string { return []string{s.lower, fold(s.Publisher)} }),
		episodes:   newIndex(c.episodes, alike, func(e *episode) []string { return []string{e.lower, e.Show.lower} }),
		audiobooks: newIndex(c.audiobooks, alike, func(b *audiobook) []string { return []string{b.lower, fold(b.Authors[0])} }),
	}
	for _, p := range c.playlists {
		s.playlists = append(s.playlists, newListed(p))
	}
	slices.SortStableFunc(s.playlists, func(a, b listed) int { return cmp.Compare(b.Fans, a.Fans) })
	for _, a := range c.albums {
		s.newest = max(s.newest, a.Released)
	}
	return s
}

// alike is the popularity of what has none.
func alike[T any](T) int { return 0 }

func namesOf(artists []*artist) (names []string) {
	for _, a := range artists {
		names = append(names, a.lower)
	}
	return names
}

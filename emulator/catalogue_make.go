package emulator

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"
)

// maker makes a catalogue. All it decides comes from one random stream, so it must never
// range over a map.
type maker struct {
	*rand.Rand
	cat *catalogue
}

func makeCatalogue(seed int64) *catalogue {
	m := &maker{rand.New(rand.NewPCG(uint64(seed), 0x7e6e75746f)), &catalogue{
		artistByID: map[string]*artist{}, albumByID: map[string]*album{}, trackByID: make(map[string]*track, 8192),
		showByID: map[string]*show{}, episodeByID: map[string]*episode{}, audiobookByID: map[string]*audiobook{},
		chapterByID: map[string]*chapter{}, playlistByID: map[string]*playlist{}, curatorByID: map[string]*curator{},
	}}
	m.cat.searchable = sync.OnceValue(func() *searchable { return newSearchable(m.cat) })
	m.composers()
	m.bands(150)
	m.compilations(24)
	m.shows(24)
	m.audiobooks(16)
	m.cat.order()
	m.curators(12)
	m.browsePage()
	return m.cat
}

const base62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// randomID is 22 base62 digits, the first of them small as in a 128-bit number.
func randomID(r *rand.Rand) string {
	var id [22]byte
	id[0] = base62[r.IntN(8)]
	bits, left := uint64(0), 0
	for i := 1; i < len(id); i++ {
		if left == 0 {
			bits, left = r.Uint64(), 10
		}
		id[i] = base62[bits%62]
		bits, left = bits/62, left-1
	}
	return string(id[:])
}

func pick[T any](m *maker, from []T) T { return from[m.IntN(len(from))] }

func (m *maker) artist(name string, genres []string, popularity int) *artist {
	a := &artist{ID: randomID(m.Rand), Name: name, Genres: genres, Popularity: popularity,
		Followers: popularity * popularity * (200 + m.IntN(400)), lower: fold(name)}
	m.cat.artists = append(m.cat.artists, a)
	m.cat.artistByID[a.ID] = a
	return a
}

// album makes an empty album; tracks fills it.
func (m *maker) album(name, kind string, by []*artist, year int, popularity int) *album {
	a := &album{ID: randomID(m.Rand), Name: name, Kind: kind, Artists: by, Markets: everywhere, Popularity: popularity,
		Label: pick(m, labels), UPC: fmt.Sprintf("%012d", m.Int64N(1e12)), lower: fold(name)}
	if m.IntN(16) == 0 {
		a.Markets = pick(m, partialMarkets)
	}
	a.Released, a.Precision = m.releaseDate(year)
	m.cat.albums = append(m.cat.albums, a)
	m.cat.albumByID[a.ID] = a
	return a
}

// releaseDate is a date in year: old ones are often known to the year or month only.
func (m *maker) releaseDate(year int) (date, precision string) {
	month, day := 1+m.IntN(12), 1+m.IntN(28)
	if year == 2026 {
		month = 1 + m.IntN(10)
	}
	switch n := m.IntN(10); {
	case year < 1985 && n < 6:
		return fmt.Sprintf("%04d", year), "year"
	case year < 2000 && n < 2:
		return fmt.Sprintf("%04d-%02d", year, month), "month"
	}
	return fmt.Sprintf("%04d-%02d-%02d", year, month, day), "day"
}

// track adds a recording to the end of an album.
func (m *maker) track(on *album, name string, by []*artist, length time.Duration) *track {
	t := &track{ID: randomID(m.Rand), Name: name, Album: on, Artists: by, Disc: 1, Number: len(on.Tracks) + 1,
		Duration: length, Markets: on.Markets, Popularity: max(0, on.Popularity-m.IntN(30)),
		ISRC: fmt.Sprintf("QZTN%s%05d", on.Released[2:4], len(m.cat.tracks)), lower: fold(name)}
	if m.IntN(60) == 0 {
		t.Markets = pick(m, partialMarkets)
	}
	return m.add(t)
}

func (m *maker) add(t *track) *track {
	t.Album.Tracks = append(t.Album.Tracks, t)
	m.cat.tracks = append(m.cat.tracks, t)
	m.cat.trackByID[t.ID] = t
	return t
}

func (m *maker) length(from, to int) time.Duration {
	return time.Duration(from*1000+m.IntN((to-from)*1000)) * time.Millisecond
}

// composers records every work of worksText: an album each, played by one of the ensembles.
func (m *maker) composers() {
	players := make([]*artist, len(ensembles))
	for i, name := range ensembles {
		players[i] = m.artist(name, []string{"classical", "orchestra"}, 30+m.IntN(40))
	}
	var composer *artist
	for line := range strings.SplitSeq(strings.Trim(worksText, "\n"), "\n") {
		work, isWork := strings.CutPrefix(line, " ")
		if !isWork {
			fields := strings.Split(line, "|")
			composer = m.artist(fields[0], strings.Split(fields[2], ","), 55+m.IntN(35))
			continue
		}
		for range 1 + m.IntN(2) {
			m.recording(composer, pick(m, players), work)
		}
	}
}

func (m *maker) recording(composer, player *artist, work string) {
	at := strings.LastIndex(work, ": ")
	title, movements := work[:at], strings.Split(work[at+2:], "; ")
	by := []*artist{composer, player}
	a := m.album(strings.ReplaceAll(composer.Name[strings.LastIndex(composer.Name, " ")+1:]+": "+title, `"`, "“"), "album", by, 1958+m.IntN(68), composer.Popularity-m.IntN(30))
	a.Name = curlyQuotes(a.Name)
	for _, movement := range movements {
		m.track(a, title+": "+movement, by, m.length(110, 560))
	}
}

// curlyQuotes turns the closing one of each pair of quotes round.
func curlyQuotes(s string) string {
	if at := strings.LastIndex(s, "“"); strings.Count(s, "“") == 2 {
		return s[:at] + "”" + s[at+len("“"):]
	}
	return s
}

func (m *maker) bands(n int) {
	taken := map[string]bool{}
	for len(taken) < n {
		name := pick(m, bandAdjectives) + " " + pick(m, bandNouns)
		switch m.IntN(6) {
		case 0, 1:
			name = "The " + name
		case 2:
			name = pick(m, forenames) + " " + pick(m, surnames)
		case 3:
			name = pick(m, forenames) + " & the " + pick(m, bandNouns)
		}
		if taken[name] {
			continue
		}
		taken[name] = true
		m.discography(m.artist(name, m.someGenres(), 5+m.IntN(90)))
	}
}

func (m *maker) someGenres() []string {
	genres := []string{strings.ReplaceAll(pick(m, bandGenres), "-", " ")}
	if m.IntN(2) == 0 {
		if second := strings.ReplaceAll(pick(m, bandGenres), "-", " "); second != genres[0] {
			genres = append(genres, second)
		}
	}
	return genres
}

// discography gives a band two to five albums and some singles, with guests here and there.
func (m *maker) discography(band *artist) {
	year := 1968 + m.IntN(52)
	for range 2 + m.IntN(4) {
		a := m.album(m.songName(), "album", []*artist{band}, min(year, 2026), max(0, band.Popularity-m.IntN(25)))
		for range 8 + m.IntN(6) {
			by := []*artist{band}
			if guest := pick(m, m.cat.artists); m.IntN(12) == 0 && guest != band {
				by = append(by, guest)
			}
			m.song(a, by)
		}
		year += 1 + m.IntN(4)
	}
	for range m.IntN(4) {
		single := m.album(m.songName(), "single", []*artist{band}, min(year, 2026), max(0, band.Popularity-m.IntN(15)))
		m.song(single, single.Artists).Name = single.Name
		single.Tracks[0].lower = single.lower
		for range m.IntN(3) {
			m.song(single, single.Artists)
		}
	}
}

func (m *maker) song(on *album, by []*artist) *track {
	t := m.track(on, m.songName(), by, m.length(95, 390))
	t.Explicit = m.IntN(12) == 0
	return t
}

func (m *maker) songName() string {
	switch m.IntN(6) {
	case 0:
		return pick(m, songVerbs) + " for " + pick(m, songPlaces)
	case 1:
		return pick(m, songVerbs) + " in the " + pick(m, songSecond)
	case 2:
		return "The " + pick(m, songSecond) + " and the " + pick(m, songSecond)
	case 3:
		return pick(m, songSecond) + " of " + pick(m, songPlaces)
	case 4:
		return pick(m, songFirst) + " " + pick(m, songSecond) + " " + pick(m, songSecond)
	}
	return pick(m, songFirst) + " " + pick(m, songSecond)
}

// compilations issue recordings again. The second issue is the first one's twin: where one may
// not be played the other often may.
func (m *maker) compilations(n int) {
	various := m.artist("Various Artists", nil, 0)
	firsts := slices.Clone(m.cat.tracks)
	for i := range n {
		a := m.album(fmt.Sprintf("%s Hits, Vol. %d", pick(m, songFirst), i+1), "compilation", []*artist{various}, 1990+m.IntN(37), 20+m.IntN(50))
		a.Markets = everywhere
		for range 14 + m.IntN(8) {
			first := pick(m, firsts)
			if first.Twin != nil {
				continue
			}
			again := *first
			again.ID, again.Album, again.Number, again.Markets, again.Twin = randomID(m.Rand), a, len(a.Tracks)+1, everywhere, first
			first.Twin = m.add(&again)
			if m.IntN(2) == 0 {
				first.Markets = pick(m, partialMarkets)
			}
		}
	}
}

// order links artists to their albums and tracks, and sorts these as Spotify lists them.
func (c *catalogue) order() {
	for _, a := range c.albums {
		a.link()
	}
	for _, a := range c.artists {
		a.sort()
	}
	c.collectGenres()
}

// link makes an album and its tracks known to their artists.
func (a *album) link() {
	for _, by := range a.Artists {
		by.Albums = append(by.Albums, a)
	}
	for _, t := range a.Tracks {
		for _, by := range t.Artists {
			by.Tracks = append(by.Tracks, t)
			if !slices.Contains(a.Artists, by) && !slices.Contains(by.AppearsOn, a) {
				by.AppearsOn = append(by.AppearsOn, a)
			}
		}
	}
}

func (a *artist) sort() {
	newest := func(a, b *album) int { return cmp.Compare(b.Released, a.Released) }
	slices.SortStableFunc(a.Albums, newest)
	slices.SortStableFunc(a.AppearsOn, newest)
	slices.SortStableFunc(a.Tracks, func(a, b *track) int { return cmp.Compare(b.Popularity, a.Popularity) })
}

func (c *catalogue) collectGenres() {
	for _, a := range c.artists {
		for _, genre := range a.Genres {
			c.genres = append(c.genres, strings.ReplaceAll(genre, " ", "-"))
		}
	}
	slices.Sort(c.genres)
	c.genres = slices.Compact(c.genres)
}

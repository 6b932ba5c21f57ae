package emulator

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"time"
)

// filled gives albums and their tracks what they lack. Ids are made of the names, so that they
// are always the same.
func filled(albums []Album) []Album {
	albums = slices.Clone(albums)
	for i := range albums {
		a := &albums[i]
		a.Artist = cmp.Or(a.Artist, "Various Artists")
		a.ID = cmp.Or(a.ID, idOf("album "+a.Artist+"\x00"+a.Name))
		a.Kind, a.Released = cmp.Or(a.Kind, "album"), cmp.Or(a.Released, "2020")
		a.Tracks = slices.Clone(a.Tracks)
		for n := range a.Tracks {
			t := &a.Tracks[n]
			t.ID = cmp.Or(t.ID, idOf(fmt.Sprint("track ", a.ID, n, t.Name)))
			t.Duration = cmp.Or(t.Duration, 3*time.Minute)
		}
	}
	return albums
}

// idOf makes a Spotify id of a text.
func idOf(text string) string { return randomID(rand.New(rand.NewPCG(hash(text), 4))) }

var releasePattern = regexp.MustCompile(`^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$`)

func (a Album) check() error {
	switch {
	case a.Name == "":
		return fmt.Errorf("emulator: Album: it has no name")
	case a.ID != "" && !isBase62(a.ID):
		return fmt.Errorf("emulator: Album %q: id %q: want 22 letters and digits, or none", a.Name, a.ID)
	case !slices.Contains([]string{"", "album", "single", "compilation"}, a.Kind):
		return fmt.Errorf("emulator: Album %q: kind %q: want album, single or compilation", a.Name, a.Kind)
	case a.Released != "" && !releasePattern.MatchString(a.Released):
		return fmt.Errorf("emulator: Album %q: released %q: want a date like 1975-09-12, 1975-09 or 1975", a.Name, a.Released)
	case len(a.Tracks) == 0:
		return fmt.Errorf("emulator: Album %q: it has no tracks", a.Name)
	}
	for i, t := range a.Tracks {
		switch {
		case t.Name == "":
			return fmt.Errorf("emulator: Album %q: track %d has no name", a.Name, i+1)
		case t.ID != "" && !isBase62(t.ID):
			return fmt.Errorf("emulator: Album %q: track %q: id %q: want 22 letters and digits, or none", a.Name, t.Name, t.ID)
		case t.Duration < 0:
			return fmt.Errorf("emulator: Album %q: track %q: duration %v: want a time, or 0 for three minutes", a.Name, t.Name, t.Duration)
		}
	}
	return nil
}

// add puts albums into a catalogue that nobody uses yet.
func (c *catalogue) add(albums []Album) {
	m := &maker{rand.New(rand.NewPCG(1, 5)), c}
	for _, added := range filled(albums) {
		a := m.album(added.Name, added.Kind, []*artist{m.named(added.Artist)}, 2020, 50)
		m.rename(a, added.ID)
		a.Markets, a.Released = everywhere, added.Released
		a.Precision = map[int]string{4: "year", 7: "month", 10: "day"}[len(added.Released)]
		for _, t := range added.Tracks {
			by := slices.Clone(a.Artists)
			for _, guest := range t.With {
				by = append(by, m.named(guest))
			}
			m.addedTrack(a, t, by)
		}
		a.link()
	}
	for _, a := range c.artists {
		a.sort()
	}
}

// named finds an artist, or makes one.
func (m *maker) named(name string) *artist {
	for _, a := range m.cat.artists {
		if a.Name == name {
			return a
		}
	}
	a := m.artist(name, nil, 50)
	delete(m.cat.artistByID, a.ID)
	a.ID = idOf("artist " + name)
	m.cat.artistByID[a.ID] = a
	return a
}

func (m *maker) rename(a *album, id string) {
	delete(m.cat.albumByID, a.ID)
	a.ID = id
	m.cat.albumByID[id] = a
}

func (m *maker) addedTrack(on *album, t Track, by []*artist) {
	m.add(&track{
		ID: t.ID, Name: t.Name, Album: on, Artists: by, Disc: 1, Number: len(on.Tracks) + 1,
		Duration: t.Duration, Explicit: t.Explicit, Markets: everywhere, Popularity: 50,
		ISRC: fmt.Sprintf("QZTN%s%05d", on.Released[2:4], len(m.cat.tracks)), lower: fold(t.Name),
	})
}

// resolve makes a URI of a URI, or of words that find a track.
func (c *catalogue) resolve(text string) (uri string, ok bool) {
	if kind, id := splitURI(text); kind != "" {
		return text, c.has(kind, id)
	}
	q := parseQuery(text)
	tracks := matching(q.whole, q.fitsTrack, func(t *track) string { return t.lower }, c.searchable().tracks.candidates(q.whole, q.track, q.album, q.artist))
	if len(tracks) == 0 {
		return "", false
	}
	return "spotify:track:" + tracks[0].ID, true
}

// has reports whether the catalogue has something of that kind.
func (c *catalogue) has(kind, id string) bool {
	switch kind {
	case "track":
		return c.trackByID[id] != nil
	case "album":
		return c.albumByID[id] != nil
	case "artist":
		return c.artistByID[id] != nil
	case "show":
		return c.showByID[id] != nil
	case "episode":
		return c.episodeByID[id] != nil
	case "audiobook":
		return c.audiobookByID[id] != nil
	case "chapter":
		return c.chapterByID[id] != nil
	case "playlist":
		return c.playlistByID[id] != nil
	}
	return false
}

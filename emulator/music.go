package emulator

import (
	"math/rand/v2"
	"slices"
	"time"
)

// music is all that a person keeps and plays. It is part of the emulator's state and survives
// a snapshot; what it names by id is in the catalogue.
type music struct {
	Owner, Country string
	Seed           uint64
	Begun          time.Time
	Wanted         wanted // until Filled
	Filled         bool
	Tracks         []saved           `json:",omitempty"` // newest first, as all that follows
	Albums         []saved           `json:",omitempty"`
	Shows          []saved           `json:",omitempty"`
	Episodes       []saved           `json:",omitempty"`
	Audiobooks     []saved           `json:",omitempty"`
	Artists        []string          `json:",omitempty"` // followed
	Users          []string          `json:",omitempty"` // followed
	Lists          []string          `json:",omitempty"` // playlists in the library, own and followed
	Own            []*playlist       `json:",omitempty"` // made by the person, in the library or not
	Heard          map[string]millis `json:",omitempty"` // how far into which episode
	History        []play            `json:",omitempty"` // oldest first, at most maxHistory
	Devices        []device          `json:",omitempty"`
	Player         player
	Counter        int // makes ids
}

// saved is something in a library, by id.
type saved struct {
	ID string
	At time.Time
}

// play is one track that was listened to.
type play struct {
	URI, Context string
	At           time.Time
}

type millis int64

// newMusic makes what p keeps and plays: the same for the same person, seed and time. It is
// filled only when somebody looks, so that a hundred thousand people cost little.
func (c *catalogue) newMusic(p Person, seed int64, now time.Time) *music {
	m := &music{Owner: p.Name, Country: p.Country, Seed: hash(p.Name) ^ uint64(seed), Begun: now}
	m.Wanted = wantedBy(p)
	return m
}

// orDefault is n, or its default if n is zero, or none if it is negative.
func orDefault(n, otherwise int) int {
	if n == 0 {
		n = otherwise
	}
	return max(n, 0)
}

// ready returns m, filled and played on until now.
func (m *music) ready(cat *catalogue, now time.Time) *music {
	m.fill(cat)
	m.settle(cat, now)
	return m
}

func (m *music) fill(cat *catalogue) {
	if m.Filled {
		return
	}
	m.Filled = true
	f := &filler{rand.New(rand.NewPCG(m.Seed, 1)), m, cat}
	f.library()
	f.lists()
	f.playlists()
	f.keeps()
	f.devices()
	switch {
	case m.Wanted.Silent:
	case m.Wanted.Playing != "":
		f.plays(m.Wanted.Playing)
	default:
		f.playback()
	}
}

// filler fills one person's music.
type filler struct {
	*rand.Rand
	m   *music
	cat *catalogue
}

// some is n different members of from as saved items, newest first, the newest a little
// before the person came to be.
func some[T any](f *filler, n int, from []T, id func(T) string) []saved {
	at, items := f.m.Begun.UTC().Truncate(time.Second), make([]saved, 0, min(n, len(from)))
	for _, i := range f.Perm(len(from))[:min(n, len(from))] {
		at = at.Add(-time.Duration(1+f.IntN(5*24*60*60)) * time.Second)
		items = append(items, saved{id(from[i]), at})
	}
	return items
}

func (f *filler) library() {
	m := f.m
	here := slices.DeleteFunc(slices.Clone(f.cat.tracks), func(t *track) bool { return !t.playableIn(m.Country) })
	m.Tracks = some(f, m.Wanted.Tracks, here, func(t *track) string { return t.ID })
	m.Heard = map[string]millis{}
	if m.Wanted.Library != nil { // nothing but what was named
		return
	}
	m.Albums = some(f, 24, f.cat.albums, func(a *album) string { return a.ID })
	m.Shows = some(f, 7, f.cat.shows, func(s *show) string { return s.ID })
	m.Episodes = some(f, 12, f.cat.episodes, func(e *episode) string { return e.ID })
	m.Audiobooks = some(f, 4, f.cat.audiobooks, func(b *audiobook) string { return b.ID })
	for _, a := range some(f, 27, f.cat.artists, func(a *artist) string { return a.ID }) {
		m.Artists = append(m.Artists, a.ID)
	}
	for i, e := range m.Episodes[:min(4, len(m.Episodes))] {
		m.Heard[e.ID] = millis(i) * 400_000
	}
}

// playableIn reports whether somebody in country can hear t, perhaps as its twin.
func (t *track) playableIn(country string) bool {
	return t.Markets.has(country) || t.Twin != nil && t.Twin.Markets.has(country)
}

// playlists makes seven: five of the person's own, each with an oddity, and two of others.
// Fewer wanted are the first ones; more are the person's own.
func (f *filler) playlists() {
	for i := range f.m.Wanted.Playlists {
		switch i {
		case 0:
			f.own("Held Notes", 72).Description = "What stays."
		case 1:
			f.own("Not for Everybody", 23).Public = false
		case 2:
			p := f.own("Kitchen, Loud", 41)
			p.Public, p.Shared = false, true
		case 3:
			f.odd(f.own("Odds & Ends", 12))
		case 4:
			f.own("Later", 0)
		case 5:
			f.m.Lists = append(f.m.Lists, f.published(func(p *playlist) bool { return p.Owner != spotifyUser }).ID)
		case 6:
			f.m.Lists = append(f.m.Lists, f.published(func(p *playlist) bool { return p.Owner == spotifyUser }).ID)
		default:
			f.own(songFirst[f.IntN(len(songFirst))]+" "+songSecond[f.IntN(len(songSecond))], 5+f.IntN(40))
		}
	}
}

func (f *filler) published(like func(*playlist) bool) *playlist {
	for {
		if p := f.cat.playlists[f.IntN(len(f.cat.playlists))]; like(p) && !slices.Contains(f.m.Lists, p.ID) {
			return p
		}
	}
}

func (f *filler) own(name string, length int) *playlist {
	p := &playlist{ID: randomID(f.Rand), Name: name, Owner: f.m.Owner, Public: true, Changes: 1}
	at := f.m.Begun.UTC().Truncate(time.Second).AddDate(0, -8, 0)
	for range length {
		at = at.Add(time.Duration(f.IntN(3*24*60)) * time.Minute)
		t := f.cat.tracks[f.IntN(len(f.cat.tracks))]
		p.Entries = append(p.Entries, entry{"spotify:track:" + t.ID, at, f.m.Owner})
	}
	f.m.Own = append(f.m.Own, p)
	f.m.Lists = append(f.m.Lists, p.ID)
	return p
}

// odd adds what strict clients stumble over: local files, episodes, a track that has been
// removed from Spotify, entries of which nobody knows when or by whom they were added.
func (f *filler) odd(p *playlist) {
	at := f.m.Begun.UTC().Truncate(time.Second).AddDate(0, -1, 0)
	ep := f.cat.episodes[f.IntN(len(f.cat.episodes))]
	p.Description = "Files from the old computer & one that is gone."
	p.Entries = append(p.Entries,
		entry{"spotify:local:Grandmother:Tapes:Lullaby+%28side+B%29:187", at, f.m.Owner},
		entry{"spotify:episode:" + ep.ID, at, f.m.Owner},
		entry{"spotify:track:" + randomID(f.Rand), at, f.m.Owner},
		entry{"spotify:local:::Untitled+Recording:42", at, f.m.Owner})
	p.Entries[0].AddedAt, p.Entries[0].AddedBy = time.Time{}, ""
}

func (f *filler) devices() {
	name := displayName(f.m.Owner)
	f.m.Devices = []device{
		{ID: f.deviceID(), Name: name + "'s Laptop", Type: "Computer", Volume: 62, Dial: true},
		{ID: f.deviceID(), Name: name + "'s Phone", Type: "Smartphone", Volume: 100, Dial: true},
		{ID: f.deviceID(), Name: "Kitchen", Type: "Speaker", Volume: 35},
		{ID: f.deviceID(), Name: "Television", Type: "TV", Volume: 50, Dial: true, Restricted: true},
	}
}

func (f *filler) deviceID() string {
	const digits = "0123456789abcdef"
	id := make([]byte, 40)
	for i := range id {
		id[i] = digits[f.IntN(16)]
	}
	return string(id)
}

// playback leaves the person in the middle of a list that begins again when it ends, with
// some tracks played before.
func (f *filler) playback() {
	m := f.m
	at := m.Begun.Add(-4 * time.Hour)
	for range 30 {
		t := f.cat.tracks[f.IntN(len(f.cat.tracks))]
		at = at.Add(t.Duration)
		m.History = append(m.History, play{"spotify:track:" + t.ID, "spotify:album:" + t.Album.ID, at})
	}
	context := "spotify:album:" + f.cat.albums[f.IntN(20)].ID
	if len(m.Own) > 0 {
		context = "spotify:playlist:" + m.Own[0].ID
	}
	list := m.uris(f.cat, context, m.library(f.cat))
	if len(list) == 0 {
		return
	}
	m.Player = player{Device: m.Devices[0].ID, Playing: true, Context: context, List: list, Repeat: repeatContext, Since: m.Begun, Changed: m.Begun}
	m.Player.Index = max(0, slices.IndexFunc(list, f.ordinary))
	m.Player.Item = list[m.Player.Index]
	m.Player.At = m.Player.length(f.cat) / 5
}

// ordinary reports whether uri is a track of a band's album that is available everywhere: what
// a person is found listening to.
func (f *filler) ordinary(uri string) bool {
	t := f.cat.find(uri).track
	return t != nil && t.Markets == everywhere && t.Album.Markets == everywhere && t.Album.Kind == "album"
}

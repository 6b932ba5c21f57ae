package emulator

import (
	"fmt"
	"slices"
	"time"
)

// playlists finds a playlist by id; nil if there is none.
type playlists func(id string) *playlist

// library finds the person's own playlists and those of the catalogue.
func (m *music) library(cat *catalogue) playlists {
	return func(id string) *playlist {
		if p := m.own(id); p != nil {
			return p
		}
		return cat.playlistByID[id]
	}
}

func (m *music) own(id string) *playlist {
	for _, p := range m.Own {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// uris lists what a context holds and this person can play, in order.
func (m *music) uris(cat *catalogue, context string, find playlists) (list []string) {
	kind, id := splitURI(context)
	addTrack := func(t *track) {
		if t != nil && t.playableIn(m.Country) {
			list = append(list, "spotify:track:"+t.ID)
		}
	}
	switch kind {
	case "album":
		if a := cat.albumByID[id]; a != nil {
			for _, t := range a.Tracks {
				addTrack(t)
			}
		}
	case "artist":
		if a := cat.artistByID[id]; a != nil {
			for _, t := range a.Tracks[:min(50, len(a.Tracks))] {
				addTrack(t)
			}
		}
	case "collection":
		for _, s := range m.Tracks {
			addTrack(cat.trackByID[s.ID])
		}
	case "playlist":
		if p := find(id); p != nil {
			for _, e := range p.Entries {
				if m.canPlay(cat.find(e.URI)) {
					list = append(list, e.URI)
				}
			}
		}
	case "show":
		if s := cat.showByID[id]; s != nil && s.Markets.has(m.Country) {
			for _, e := range s.Episodes {
				list = append(list, "spotify:episode:"+e.ID)
			}
		}
	case "audiobook":
		if b := cat.audiobookByID[id]; b != nil && audiobookMarkets.has(m.Country) {
			for _, ch := range b.Chapters {
				list = append(list, "spotify:chapter:"+ch.ID)
			}
		}
	}
	return list
}

// canPlay reports whether the person can play an item through the Web API: local files cannot.
func (m *music) canPlay(item playable) bool {
	switch {
	case item.track != nil:
		return item.track.playableIn(m.Country)
	case item.episode != nil:
		return item.episode.Show.Markets.has(m.Country)
	case item.chapter != nil:
		return audiobookMarkets.has(m.Country)
	}
	return item.ad
}

// play makes the person listen to uri: a track within its album, an episode within its show, a
// context from its beginning, or spotify:ad:…, an advertisement of thirty seconds after which
// the list goes on. "" stops, and leaves no active device.
func (m *music) play(cat *catalogue, uri string, now time.Time) error {
	m.ready(cat, now)
	p := &m.Player
	if p.Item != "" {
		m.remember(cat, now)
	}
	if uri == "" {
		*p = player{Repeat: p.Repeat}
		return nil
	}
	if p.Device == "" {
		p.Device = m.Devices[0].ID
	}
	context := uri
	switch item := cat.find(uri); {
	case item.track != nil:
		context = "spotify:album:" + item.track.Album.ID
	case item.episode != nil:
		context = "spotify:show:" + item.episode.Show.ID
	case item.chapter != nil:
		context = "spotify:audiobook:" + item.chapter.Book.ID
	case item.ad, item.local != nil:
		p.Item, p.Queued = uri, true
		p.resume(0, now)
		return nil
	}
	list := m.uris(cat, context, m.library(cat))
	if len(list) == 0 {
		return fmt.Errorf("emulator: %s cannot play %q: there is no such thing, or it is not available in %s", m.Owner, uri, m.Country)
	}
	index := 0
	if context != uri {
		if index = slices.Index(list, uri); index < 0 {
			context, list, index = "", []string{uri}, 0
		}
	}
	p.start(context, list, index, 0, now, m.Seed)
	return nil
}

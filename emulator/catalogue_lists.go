package emulator

import (
	"strings"
	"time"
)

// spotifyUser owns the lists Spotify makes itself: restricted apps may not read them.
const spotifyUser = "spotify"

// curators make people who publish playlists: the ones search finds and anybody can follow.
func (m *maker) curators(n int) {
	m.cat.curatorByID[spotifyUser] = &curator{spotifyUser, "Spotify"}
	for range n {
		name := pick(m, forenames) + " " + pick(m, surnames)
		c := &curator{strings.ToLower(strings.ReplaceAll(name, " ", ".")), name}
		if m.cat.curatorByID[c.ID] != nil {
			continue
		}
		m.cat.curatorByID[c.ID] = c
		for range 3 + m.IntN(4) {
			m.publish(m.list(c.ID, pick(m, songFirst)+" "+pick(m, songSecond), 15+m.IntN(60)))
		}
	}
}

// browsePage makes a category of every genre with lists by Spotify in it.
func (m *maker) browsePage() {
	for _, genre := range m.cat.genres {
		name := strings.ToUpper(genre[:1]) + strings.ReplaceAll(genre[1:], "-", " ")
		c := &category{ID: randomID(m.Rand), Name: name}
		for _, title := range []string{"This Is " + name, name + " Now", "Rising " + name} {
			p := m.list(spotifyUser, title, 30)
			p.Description = "The sound of " + strings.ToLower(name) + "."
			m.publish(p)
			c.Playlists = append(c.Playlists, p)
		}
		m.cat.categories = append(m.cat.categories, c)
	}
}

func (m *maker) list(owner, name string, length int) *playlist {
	p := &playlist{ID: randomID(m.Rand), Name: name, Owner: owner, Public: true, Fans: m.IntN(40_000)}
	added := time.Date(2024, time.March, 1, 9, 30, 0, 0, time.UTC)
	for range length {
		added = added.Add(time.Duration(m.IntN(9*24*60)) * time.Minute)
		p.Entries = append(p.Entries, entry{URI: "spotify:track:" + pick(m, m.cat.tracks).ID, AddedAt: added, AddedBy: owner})
	}
	return p
}

func (m *maker) publish(p *playlist) {
	m.cat.playlists = append(m.cat.playlists, p)
	m.cat.playlistByID[p.ID] = p
}

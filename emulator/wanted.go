package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// wanted is what a new person is to have, and gets when somebody looks.
type wanted struct {
	Tracks, Playlists int
	Silent            bool
	Library           []string   `json:",omitempty"`
	Lists             []Playlist `json:",omitempty"`
	Playing           string     `json:",omitempty"`
}

func wantedBy(p Person) wanted {
	tracks, playlists := 130, 7
	if p.Library != nil {
		tracks = 0
	}
	if p.Lists != nil {
		playlists = 0
	}
	return wanted{orDefault(p.SavedTracks, tracks), orDefault(p.Playlists, playlists), p.Silent, p.Library, p.Lists, p.Playing}
}

// checkWanted says which of the things a person is to have does not exist.
func (c *catalogue) checkWanted(p Person) error {
	for i, list := range p.Lists {
		switch {
		case strings.TrimSpace(list.Name) == "":
			return fmt.Errorf("emulator: Person %q: Lists[%d] has no name", p.Name, i)
		case list.ID != "" && !isBase62(list.ID):
			return fmt.Errorf("emulator: Person %q: playlist %q: id %q: want 22 letters and digits, or none", p.Name, list.Name, list.ID)
		}
		for _, item := range list.Items {
			uri, ok := c.resolve(item)
			if kind, _ := splitURI(uri); !ok && kind != "local" || ok && !slices.Contains([]string{"track", "episode"}, kind) {
				return fmt.Errorf("emulator: Person %q: playlist %q: there is no track or episode %q", p.Name, list.Name, item)
			}
		}
	}
	for _, item := range p.Library {
		if kind, _ := splitURI(item); kind == "user" {
			continue // who may come later
		}
		if uri, ok := c.resolve(item); !ok || strings.HasPrefix(uri, "spotify:chapter:") {
			return fmt.Errorf("emulator: Person %q: Library: there is no %q", p.Name, item)
		}
	}
	switch _, ok := c.resolve(p.Playing); {
	case p.Playing == "", ok, p.listNamed(p.Playing) >= 0:
		return nil
	}
	return fmt.Errorf("emulator: Person %q: Playing: there is no %q", p.Name, p.Playing)
}

func (p Person) listNamed(name string) int {
	return slices.IndexFunc(p.Lists, func(l Playlist) bool { return l.Name == name })
}

// lists makes the playlists that were described.
func (f *filler) lists() {
	for _, list := range f.m.Wanted.Lists {
		p := f.own(list.Name, 0)
		if list.ID != "" {
			f.m.Lists[len(f.m.Lists)-1] = list.ID
			p.ID = list.ID
		}
		p.Description, p.Shared = list.Description, list.Collaborative
		p.Public = !list.Private && !list.Collaborative
		at := f.m.Begun.UTC().Truncate(time.Second)
		for _, item := range list.Items {
			uri, ok := f.cat.resolve(item)
			if !ok {
				uri = item // a local file
			}
			p.Entries = append(p.Entries, entry{uri, at, f.m.Owner})
		}
	}
}

// keeps saves and follows what was named, the first on top.
func (f *filler) keeps() {
	at := f.m.Begun.UTC().Truncate(time.Second)
	for _, item := range slices.Backward(f.m.Wanted.Library) {
		uri, ok := f.cat.resolve(item)
		if !ok {
			uri = item // a person
		}
		f.m.keep(uri, at)
	}
}

// keep puts something on top of a library.
func (m *music) keep(uri string, at time.Time) {
	kind, id := splitURI(uri)
	if shelf := m.shelf(kind); shelf != nil {
		rest := slices.DeleteFunc(*shelf, func(s saved) bool { return s.ID == id })
		*shelf = slices.Insert(rest, 0, saved{id, at})
		return
	}
	followed := map[string]*[]string{"artist": &m.Artists, "user": &m.Users, "playlist": &m.Lists}[kind]
	rest := slices.DeleteFunc(*followed, func(other string) bool { return other == id })
	*followed = slices.Insert(rest, 0, id)
}

// plays has the person listen to what was named.
func (f *filler) plays(name string) {
	uri, ok := f.cat.resolve(name)
	if i := (Person{Lists: f.m.Wanted.Lists}).listNamed(name); i >= 0 {
		uri, ok = "spotify:playlist:"+f.m.Own[i].ID, true
	}
	if !ok || f.m.play(f.cat, uri, f.m.Begun) != nil {
		return // not to be heard in that country: silence
	}
}

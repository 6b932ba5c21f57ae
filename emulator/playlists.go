package emulator

import (
	"time"
)

// playlist is a list somebody keeps. Those of people are part of the emulator's state, those
// of curators of the catalogue.
type playlist struct {
	ID          string
	Name        string
	Description string `json:",omitempty"`
	Owner       string
	Public      bool
	Shared      bool    `json:",omitempty"` // others may edit it too: collaborative
	Changes     int     `json:",omitempty"` // the snapshot
	Fans        int     `json:",omitempty"` // followers who are nobody here
	Cover       []byte  `json:",omitempty"` // an uploaded JPEG
	Entries     []entry `json:",omitempty"`
}

// entry is one line of a playlist. Its URI may name a local file, or nothing any more.
type entry struct {
	URI     string
	AddedAt time.Time `json:",omitzero"` // zero in very old playlists
	AddedBy string    `json:",omitempty"`
}

// playlistByID finds anybody's playlist; nil if there is none. Call it with mu held.
func (e *Emulator) playlistByID(id string) *playlist {
	if p := e.cat.playlistByID[id]; p != nil {
		return p
	}
	for _, person := range e.st.People {
		person.Music.fill(e.cat)
		if p := person.Music.own(id); p != nil {
			return p
		}
	}
	return nil
}

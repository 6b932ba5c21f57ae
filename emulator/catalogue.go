package emulator

import (
	"maps"
	"strings"
	"sync"
	"time"
	"weak"
)

// catalogue is all there is to listen to, and who publishes lists of it. It never changes once
// it is made, so emulators with the same seed share one.
type catalogue struct {
	artists    []*artist
	albums     []*album
	tracks     []*track
	shows      []*show
	episodes   []*episode
	audiobooks []*audiobook
	chapters   []*chapter
	playlists  []*playlist // of curators and of Spotify itself
	categories []*category
	genres     []string

	artistByID    map[string]*artist
	albumByID     map[string]*album
	trackByID     map[string]*track
	showByID      map[string]*show
	episodeByID   map[string]*episode
	audiobookByID map[string]*audiobook
	chapterByID   map[string]*chapter
	playlistByID  map[string]*playlist
	curatorByID   map[string]*curator

	searchable func() *searchable
}

type artist struct {
	ID, Name   string
	Genres     []string
	Popularity int
	Followers  int
	Albums     []*album // by the artist, newest first
	AppearsOn  []*album // by others, newest first
	Tracks     []*track // where the artist is named, most popular first
	lower      string
}

type album struct {
	ID, Name   string
	Kind       string // album, single or compilation
	Artists    []*artist
	Tracks     []*track
	Released   string // to the given precision
	Precision  string // year, month or day
	Markets    *marketSet
	Label, UPC string
	Popularity int
	lower      string
}

type track struct {
	ID, Name     string
	Album        *album
	Artists      []*artist
	Disc, Number int
	Duration     time.Duration
	Explicit     bool
	ISRC         string
	Popularity   int
	Markets      *marketSet
	Twin         *track // the same recording on another album, perhaps for other markets
	lower        string
}

type show struct {
	ID, Name    string
	Publisher   string
	Description string
	Languages   []string
	Explicit    bool
	Markets     *marketSet
	Episodes    []*episode // newest first
	lower       string
}

type episode struct {
	ID, Name    string
	Show        *show
	Description string
	Duration    time.Duration
	Explicit    bool
	Released    string
	lower       string
}

type audiobook struct {
	ID, Name           string
	Authors, Narrators []string
	Publisher          string
	Description        string
	Edition            string
	Released           string
	Explicit           bool
	Chapters           []*chapter
	lower              string
}

type chapter struct {
	ID, Name    string
	Book        *audiobook
	Number      int
	Description string
	Duration    time.Duration
}

// category is a heading of the browse page.
type category struct {
	ID, Name  string
	Playlists []*playlist
}

// curator is somebody who publishes playlists but logs in nowhere.
type curator struct{ ID, Name string }

var shared struct {
	sync.Mutex
	bySeed map[int64]weak.Pointer[catalogue]
}

// newCatalogue returns the catalogue of a seed: the same seed, the same catalogue. It lives as
// long as an emulator uses it. One with albums added is made for its emulator alone.
func newCatalogue(seed int64, added []Album) *catalogue {
	if len(added) > 0 {
		c := makeCatalogue(seed)
		c.add(added)
		return c
	}
	shared.Lock()
	defer shared.Unlock()
	if c := shared.bySeed[seed].Value(); c != nil {
		return c
	}
	c := makeCatalogue(seed)
	maps.DeleteFunc(shared.bySeed, func(_ int64, old weak.Pointer[catalogue]) bool { return old.Value() == nil })
	if shared.bySeed == nil {
		shared.bySeed = map[int64]weak.Pointer[catalogue]{}
	}
	shared.bySeed[seed] = weak.Make(c)
	return c
}

// playable is what a player or a playlist can hold: at most one field is set, none for what
// has been removed from Spotify.
type playable struct {
	track   *track
	episode *episode
	chapter *chapter
	local   *localFile
	ad      bool
}

func (p playable) exists() bool { return p != playable{} }

func (p playable) duration() time.Duration {
	switch {
	case p.track != nil:
		return p.track.Duration
	case p.episode != nil:
		return p.episode.Duration
	case p.chapter != nil:
		return p.chapter.Duration
	case p.local != nil:
		return max(p.local.Duration, time.Second)
	}
	return 30 * time.Second // an advertisement, or something no longer known
}

// find resolves the URI of something that can be played.
func (c *catalogue) find(uri string) playable {
	kind, id := splitURI(uri)
	switch kind {
	case "track":
		return playable{track: c.trackByID[id]}
	case "episode":
		if ch := c.chapterByID[id]; ch != nil { // chapters go by both names
			return playable{chapter: ch}
		}
		return playable{episode: c.episodeByID[id]}
	case "chapter":
		return playable{chapter: c.chapterByID[id]}
	case "local":
		return playable{local: parseLocalFile(uri)}
	case "ad":
		return playable{ad: true}
	}
	return playable{}
}

// splitURI takes apart spotify:kind:id, the old spotify:user:name:playlist:id and
// spotify:user:name:collection, whose kind is "collection" and id the name.
func splitURI(uri string) (kind, id string) {
	rest, ok := strings.CutPrefix(uri, "spotify:")
	if !ok {
		return "", ""
	}
	kind, id, _ = strings.Cut(rest, ":")
	if kind == "user" {
		name, tail, more := strings.Cut(id, ":")
		if more && tail == "collection" {
			return "collection", name
		}
		if playlist, ok := strings.CutPrefix(tail, "playlist:"); ok {
			return "playlist", playlist
		}
	}
	return kind, id
}

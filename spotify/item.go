package spotify

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
)

// Item is what can be played or stand in a playlist: a track, an episode, or what Spotify
// invents next. The first fields are there for each; then the one that Kind names is set.
type Item struct {
	Kind     Kind
	URI      URI
	Name     string
	Duration time.Duration
	Images   []Image // the album's or the episode's, largest first

	Track   *Track
	Episode *Episode
	Raw     json.RawMessage // the JSON of a kind this version does not know
}

// String is the name and who made it, "Für Elise – Ludwig van Beethoven"; of an episode, its
// show. "nothing" for nil.
func (i *Item) String() string {
	switch {
	case i == nil:
		return "nothing"
	case i.Track != nil && len(i.Track.Artists) > 0:
		names := make([]string, len(i.Track.Artists))
		for n, artist := range i.Track.Artists {
			names[n] = artist.Name
		}
		return i.Name + " – " + strings.Join(names, ", ")
	case i.Episode != nil && i.Episode.Show != nil:
		return i.Name + " – " + i.Episode.Show.Name
	case i.Name == "":
		return string(i.URI)
	}
	return i.Name
}

// read takes the object for a track, which nearly all are, in one pass. What turns out to be
// something else is read again as what it is.
func (i *Item) read(d *decoder) {
	if d.strict != nil {
		i.readStrictly(d)
		return
	}
	start := d.offset()
	track := new(Track)
	kind := track.readKind(d)
	if d.err != nil {
		return
	}
	if kind == "" {
		kind = track.URI.Kind()
	}
	i.Kind, i.URI, i.Name, i.Duration = kind, track.URI, track.Name, track.Duration
	switch kind {
	case KindTrack, KindLocal:
		i.Kind, i.Track = KindTrack, track
		if track.Album != nil {
			i.Images = track.Album.Images
		}
	case KindEpisode:
		i.Episode = new(Episode)
		i.Episode.read(newDecoder(d.since(start)))
		i.Images = i.Episode.Images
	default:
		i.Raw = bytes.Clone(d.since(start))
		i.readImages(newDecoder(i.Raw))
	}
}

// readStrictly looks first what it is: the members of an episode are odd in a track.
func (i *Item) readStrictly(d *decoder) {
	text := bytes.Clone(d.value())
	i.read(newDecoder(text))
	inside := d.inside(text)
	switch i.Kind {
	case KindTrack:
		inside.into(new(Track))
	case KindEpisode:
		inside.into(new(Episode))
	default:
		d.strict.report(d.where(), deviationKind)
	}
}

func (i *Item) readImages(d *decoder) {
	for name := range d.some() {
		if string(name) == "images" {
			i.Images, _ = readList[Image](d)
		}
	}
}

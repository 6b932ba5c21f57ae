package spotify

import "time"

// Members that Spotify may leave out are zero; they are pointers where zero means something.
// Links are not kept: URI.URL makes them.

// Track is a piece of music.
// https://developer.spotify.com/documentation/web-api/reference/get-track
type Track struct {
	ID          TrackID // "" for a local file
	URI         URI
	Name        string
	Artists     []Artist
	Album       *Album // nil inside an album
	Duration    time.Duration
	DiscNumber  int // from 1; 0 for a local file
	TrackNumber int // on the disc, from 1
	Explicit    bool
	IsLocal     bool        // a file on the person's own computer
	IsPlayable  *bool       // nil: asked without a market
	Restriction string      // why it is not playable: "market", "product", "explicit"; an open set
	LinkedFrom  URI         // the track that was asked for, where the market has another one instead
	ExternalIDs ExternalIDs // mostly an ISRC
	Popularity  *int        // 0 to 100; nil in development mode
	PreviewURL  string      // 30 seconds; "" for most apps

	AvailableMarkets Markets // "" in development mode, or asked with a market
}

func (t *Track) read(d *decoder) { t.readKind(d) }

// readKind also says what the object called itself, which in playlists may be an episode.
func (t *Track) readKind(d *decoder) (kind Kind) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			t.ID = TrackID(d.text())
		case "uri":
			t.URI = URI(d.text())
		case "name":
			t.Name = d.text()
		case "type":
			kind = Kind(d.text())
		case "artists":
			t.Artists, _ = readList[Artist](d)
		case "album":
			t.Album = readOptional[Album](d)
		case "duration_ms":
			t.Duration = d.milliseconds()
		case "disc_number":
			t.DiscNumber = d.integer()
		case "track_number":
			t.TrackNumber = d.integer()
		case "explicit":
			t.Explicit = d.boolean()
		case "is_local":
			t.IsLocal = d.boolean()
		case "is_playable":
			t.IsPlayable = d.optionalBoolean()
		case "restrictions":
			t.Restriction = d.textMember("reason")
		case "linked_from":
			t.LinkedFrom = URI(d.textMember("uri"))
		case "external_ids":
			t.ExternalIDs.read(d)
		case "popularity":
			t.Popularity = d.optionalInteger()
		case "preview_url":
			t.PreviewURL = d.text()
		case "available_markets":
			t.AvailableMarkets = d.markets()
		}
	}
	return kind
}

// Album is an album, a single or a compilation.
// https://developer.spotify.com/documentation/web-api/reference/get-an-album
type Album struct {
	ID          AlbumID // "" for a local file's
	URI         URI
	Name        string
	Type        string // "album", "single", "compilation", "ep"; an open set
	Group       string // in an artist's list: the same, or "appears_on"; "" in development mode
	Artists     []Artist
	Images      []Image // largest first
	ReleaseDate Date
	TotalTracks int
	IsPlayable  *bool        // nil: asked without a market
	Restriction string       // why it is not playable
	Tracks      *Page[Track] // first page; nil in simplified albums
	Genres      []string     // mostly empty
	Label       string       // "" in development mode
	Copyrights  []Copyright
	ExternalIDs ExternalIDs // mostly a UPC
	Popularity  *int        // 0 to 100; nil in development mode

	AvailableMarkets Markets // "" in development mode, or asked with a market
}

func (a *Album) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			a.ID = AlbumID(d.text())
		case "uri":
			a.URI = URI(d.text())
		case "name":
			a.Name = d.text()
		case "album_type":
			a.Type = d.text()
		case "album_group":
			a.Group = d.text()
		case "artists":
			a.Artists, _ = readList[Artist](d)
		case "images":
			a.Images, _ = readList[Image](d)
		case "release_date":
			a.ReleaseDate = d.date()
		case "total_tracks":
			a.TotalTracks = d.integer()
		case "is_playable":
			a.IsPlayable = d.optionalBoolean()
		case "restrictions":
			a.Restriction = d.textMember("reason")
		case "tracks":
			a.Tracks = readOptional[Page[Track]](d)
		case "genres":
			a.Genres = d.texts()
		case "label":
			a.Label = d.text()
		case "copyrights":
			a.Copyrights, _ = readList[Copyright](d)
		case "external_ids":
			a.ExternalIDs.read(d)
		case "popularity":
			a.Popularity = d.optionalInteger()
		case "available_markets":
			a.AvailableMarkets = d.markets()
		}
	}
}

// Artist is a person or a band.
// https://developer.spotify.com/documentation/web-api/reference/get-an-artist
type Artist struct {
	ID         ArtistID // "" for a local file's
	URI        URI
	Name       string
	Genres     []string // mostly empty; nil inside tracks and albums
	Images     []Image  // largest first; nil inside tracks and albums
	Popularity *int     // 0 to 100; nil in development mode
	Followers  *int     // nil in development mode
}

func (a *Artist) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			a.ID = ArtistID(d.text())
		case "uri":
			a.URI = URI(d.text())
		case "name":
			a.Name = d.text()
		case "genres":
			a.Genres = d.texts()
		case "images":
			a.Images, _ = readList[Image](d)
		case "popularity":
			a.Popularity = d.optionalInteger()
		case "followers":
			a.Followers = d.total()
		}
	}
}

// Image is a picture in one size.
type Image struct {
	URL           string
	Width, Height int // pixels; 0: not known
}

func (i *Image) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "url":
			i.URL = d.text()
		case "width":
			i.Width = d.integer()
		case "height":
			i.Height = d.integer()
		}
	}
}

// ExternalIDs are the numbers by which the trade knows a recording or a release.
type ExternalIDs struct{ ISRC, EAN, UPC string }

func (ids *ExternalIDs) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "isrc":
			ids.ISRC = d.text()
		case "ean":
			ids.EAN = d.text()
		case "upc":
			ids.UPC = d.text()
		}
	}
}

// Copyright is who holds a right in a release.
type Copyright struct {
	Text string
	Kind string // "C": the copyright, "P": that of the recording
}

func (c *Copyright) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "text":
			c.Text = d.text()
		case "type":
			c.Kind = d.text()
		}
	}
}

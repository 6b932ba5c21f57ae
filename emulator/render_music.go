package emulator

// artistRef writes a simplified artist.
func (d *doc) artistRef(a *artist) {
	d.begin("")
	d.identity("artist", a.ID)
	d.str("name", d.local(a.Name))
	d.end()
}

func (d *doc) artistRefs(artists []*artist) {
	d.list("artists")
	for _, a := range artists {
		d.artistRef(a)
	}
	d.endList()
}

// artist writes an artist in full.
func (d *doc) artist(a *artist) {
	d.begin("")
	d.identity("artist", a.ID)
	d.str("name", d.local(a.Name))
	if d.extended {
		d.followers(a.Followers)
		d.num("popularity", int64(a.Popularity))
	}
	if !d.quirks.missingFields {
		d.strs("genres", a.Genres)
	}
	d.images(artistCover, a.ID)
	d.end()
}

func (d *doc) followers(n int) {
	d.begin("followers")
	d.null("href")
	d.num("total", int64(n))
	d.end()
}

// albumRef writes a simplified album under key. group says how it belongs to an artist, ""
// outside a discography.
func (d *doc) albumRef(key string, a *album, group string) {
	d.begin(key)
	d.albumBase(a)
	if group != "" && d.extended {
		d.str("album_group", group)
	}
	d.end()
}

func (d *doc) albumBase(a *album) {
	d.str3("album_type", d.quirks.albumType(a.Kind), "", "")
	d.num("total_tracks", int64(len(a.Tracks)))
	d.markets(a.Markets)
	d.identity("album", a.ID)
	d.images(albumCover, a.ID)
	d.str("name", a.Name)
	d.str3("release_date", a.Released, "", "")
	d.str3("release_date_precision", a.Precision, "", "")
	d.playability(a.Markets)
	d.artistRefs(a.Artists)
}

// playability says whether something may be played in the market asked for, and why not.
func (d *doc) playability(set *marketSet) {
	if d.market == "" {
		return
	}
	playable := set.has(d.market)
	d.bool("is_playable", playable)
	if !playable {
		d.begin("restrictions")
		d.str("reason", d.quirks.restriction())
		d.end()
	}
}

// album writes an album in full, with the first page of its tracks.
func (d *doc) album(a *album) {
	d.begin("")
	d.albumFields(a)
	d.end()
}

func (d *doc) albumFields(a *album) {
	d.albumBase(a)
	d.list("copyrights")
	for _, kind := range []string{"C", "P"} {
		d.begin("")
		d.str("text", a.Released[:4]+" "+a.Label)
		d.str("type", kind)
		d.end()
	}
	d.endList()
	d.begin("external_ids")
	d.str("upc", a.UPC)
	d.end()
	if !d.quirks.missingFields {
		d.strs("genres", nil) // deprecated, and empty for years
	}
	if d.extended {
		d.str("label", a.Label)
		d.num("popularity", int64(a.Popularity))
	}
	d.embed("tracks", "albums/"+a.ID+"/tracks", len(a.Tracks), 50, func(i int) { d.trackRef(a.Tracks[i]) })
}

// relinked is the recording that stands in for t in the market asked for, if t may not be
// played there but its twin may.
func (d *doc) relinked(t *track) (shown, from *track) {
	if d.market != "" && t.Twin != nil && !t.Markets.has(d.market) && t.Twin.Markets.has(d.market) {
		return t.Twin, t
	}
	return t, nil
}

// trackRef writes a simplified track.
func (d *doc) trackRef(t *track) {
	shown, from := d.relinked(t)
	d.begin("")
	d.trackBase(shown, from)
	d.end()
}

// track writes a track in full under key.
func (d *doc) track(key string, t *track) {
	d.begin(key)
	d.trackFields(t)
	d.end()
}

func (d *doc) trackFields(t *track) {
	shown, from := d.relinked(t)
	d.albumRef("album", shown.Album, "")
	d.trackBase(shown, from)
	d.begin("external_ids")
	d.str3("isrc", shown.ISRC, "", "")
	d.end()
	if d.extended {
		d.num("popularity", int64(shown.Popularity))
	}
}

func (d *doc) trackBase(t, from *track) {
	d.artistRefs(t.Artists)
	d.markets(t.Markets)
	d.num("disc_number", int64(t.Disc))
	d.millis("duration_ms", t.Duration)
	d.bool("explicit", t.Explicit)
	d.identity("track", t.ID)
	d.playability(t.Markets)
	if from != nil && d.extended {
		d.begin("linked_from")
		d.identity("track", from.ID)
		d.end()
	}
	d.str("name", t.Name)
	if !d.quirks.missingFields {
		d.null("preview_url")
	}
	d.num("track_number", int64(t.Number))
	d.bool("is_local", false)
}

package emulator

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"html"
)

// playlistRef writes a playlist as it stands in lists: its entries are only counted.
func (c *call) playlistRef(key string, p *playlist) {
	c.begin(key)
	c.playlistBase(p)
	if c.extended {
		c.entriesRef("tracks", "tracks", p)
	}
	c.entriesRef("items", "items", p)
	c.end()
}

func (c *call) entriesRef(key, path string, p *playlist) {
	c.begin(key)
	c.str("href", c.origin+"/v1/playlists/"+p.ID+"/"+path)
	c.num("total", int64(len(p.Entries)))
	c.end()
}

// playlist writes a playlist in full with the first page of its entries: under both keys in
// extended mode, not at all in development mode for those who may not read them.
func (c *call) playlist(p *playlist) {
	c.begin("")
	c.playlistBase(p)
	if c.extended {
		c.followers(c.e.fans(p))
		c.entries("tracks", "tracks", p)
	}
	if c.mayRead(p) {
		c.entries("items", "items", p)
	}
	c.end()
}

func (c *call) entries(key, path string, p *playlist) {
	c.embed(key, "playlists/"+p.ID+"/"+path, len(p.Entries), 100, func(i int) { c.entry(&p.Entries[i]) })
}

func (c *call) playlistBase(p *playlist) {
	c.bool("collaborative", p.Shared)
	c.str("description", html.EscapeString(p.Description))
	c.identity("playlist", p.ID)
	if len(p.Entries) == 0 && p.Cover == nil && c.quirks.nullImages {
		c.null("images")
	} else {
		c.covers("images", p)
	}
	c.str("name", p.Name)
	c.begin("owner")
	c.str("display_name", c.nameOf(p.Owner))
	c.userIdentity(p.Owner)
	c.end()
	c.null("primary_color")
	if c.quirks.nullPublic && !c.owns(p) {
		c.null("public")
	} else {
		c.bool("public", p.Public)
	}
	c.str("snapshot_id", p.snapshot())
}

// covers writes the pictures of a playlist: the uploaded one, or one made of its entries.
func (c *call) covers(key string, p *playlist) {
	switch {
	case p.Cover != nil:
		c.uploadedImage(key, p.ID)
	case len(p.Entries) > 0:
		c.imageList(key, playlistCover, p.ID)
	default:
		c.imageList(key, nil, "")
	}
}

// entry writes one line of a playlist. What is gone, or an episode the client does not know
// of, is null.
func (c *call) entry(e *entry) {
	item := c.e.cat.find(e.URI)
	c.begin("")
	c.time("added_at", e.AddedAt)
	if e.AddedBy == "" {
		c.null("added_by")
	} else {
		c.begin("added_by")
		c.userIdentity(e.AddedBy)
		c.end()
	}
	c.bool("is_local", item.local != nil)
	c.null("primary_color")
	c.key("item")
	from := len(c.buf)
	c.entryItem(item)
	if c.extended || c.quirks.oldEntryKey {
		to := len(c.buf)
		c.key("track")
		c.buf = append(c.buf, c.buf[from:to]...)
	}
	c.begin("video_thumbnail")
	c.null("url")
	c.end()
	c.end()
}

// entryItem writes the item of an entry: as everywhere, with two fields that say what it is.
func (c *call) entryItem(item playable) {
	isTrack := item.track != nil || item.local != nil
	if !isTrack && !(item.episode != nil && c.episodes) {
		c.null("")
		return
	}
	c.begin("")
	switch {
	case item.track != nil:
		c.trackFields(item.track)
	case item.local != nil:
		c.localFields(item.local)
	default:
		c.episodeBase(item.episode)
		c.showRef("show", item.episode.Show)
	}
	c.bool("episode", !isTrack)
	c.bool("track", isTrack)
	c.end()
}

// snapshot names the playlist as it is now.
func (p *playlist) snapshot() string { return p.snapshotOf(p.Changes) }

// snapshotOf names the playlist after so many changes.
func (p *playlist) snapshotOf(changes int) string {
	name := binary.BigEndian.AppendUint32(nil, uint32(changes))
	sum := sha1.Sum(append(name, p.ID...))
	return base64.StdEncoding.EncodeToString(append(name, sum[:]...))
}

// wasAt reports whether snapshot names the playlist as it is or once was.
func (p *playlist) wasAt(snapshot string) bool {
	name, err := base64.StdEncoding.DecodeString(snapshot)
	if err != nil || len(name) < 4 {
		return false
	}
	changes := int(binary.BigEndian.Uint32(name))
	return changes <= p.Changes && p.snapshotOf(changes) == snapshot
}

package emulator

import (
	"net/http"
	"slices"
)

// edit is the body of all that changes the entries of a playlist.
type edit struct {
	URIs        []string `json:"uris"`
	Position    *int     `json:"position"`
	RangeStart  *int     `json:"range_start"`
	RangeLength *int     `json:"range_length"`
	Before      *int     `json:"insert_before"`
	Snapshot    string   `json:"snapshot_id"`
	Items       []uriRef `json:"items"`  // to be removed
	Tracks      []uriRef `json:"tracks"` // the same, before 2026
}

type uriRef struct {
	URI string `json:"uri"`
}

// maxEntries is how long a playlist may be.
const maxEntries = 10_000

// editing reads the body and finds the playlist, if the caller may change what stands in it.
// uris of the query go before those of the body.
func (c *call) editing() (*playlist, *edit, *apiError) {
	p, problem := c.thePlaylist()
	if problem != nil {
		return nil, nil, problem
	}
	if !c.edits(p) {
		return nil, nil, &apiError{Status: http.StatusForbidden, Message: "You cannot add tracks to a playlist you don't own"}
	}
	e := &edit{}
	if problem := c.decode(e); problem != nil {
		return nil, nil, problem
	}
	if c.query.Has("uris") {
		e.URIs = append([]string{}, splitList(c.query.Get("uris"))...)
	}
	if e.Snapshot != "" && !p.wasAt(e.Snapshot) {
		return nil, nil, badRequest("Invalid snapshot_id")
	}
	if max := c.limits().IDs; len(e.URIs) > max || len(e.Items) > max || len(e.Tracks) > max {
		return nil, nil, badRequest("Too many ids requested")
	}
	return p, e, nil
}

// changed answers with the new snapshot and has the change kept with its owner.
func (c *call) changed(p *playlist) {
	p.Changes++
	if !c.owns(p) {
		c.e.keepLater(p.Owner)
	}
	c.begin("")
	c.str("snapshot_id", p.snapshot())
	c.end()
}

// added makes entries of URIs, all of which must name something that can stand in a playlist.
func (c *call) added(uris []string) ([]entry, *apiError) {
	entries := make([]entry, 0, len(uris))
	for _, uri := range uris {
		if item := c.e.cat.find(uri); item.track == nil && item.episode == nil {
			return nil, badRequest("Invalid track uri: " + uri)
		}
		entries = append(entries, entry{uri, c.at.UTC(), c.person.Name})
	}
	return entries, nil
}

// addItems answers POST /playlists/{id}/items.
func (c *call) addItems() *apiError {
	p, e, problem := c.editing()
	if problem != nil {
		return problem
	}
	entries, problem := c.added(e.URIs)
	if problem != nil {
		return problem
	}
	at := len(p.Entries)
	if text := c.query.Get("position"); text != "" {
		n, ok := atoi(text)
		if !ok {
			return badRequest("Bad request")
		}
		e.Position = &n
	}
	if e.Position != nil {
		at = *e.Position
	}
	switch {
	case len(entries) == 0:
		return badRequest("Missing required field: uris")
	case at < 0 || at > len(p.Entries):
		return badRequest("Index out of bounds.")
	case len(p.Entries)+len(entries) > maxEntries:
		return badRequest("Playlist size limit reached")
	}
	p.Entries = slices.Insert(p.Entries, at, entries...)
	c.status = http.StatusCreated
	c.changed(p)
	return nil
}

// reorderOrReplace answers PUT /playlists/{id}/items: with uris it puts them in the place of
// all entries, else it moves a range of them.
func (c *call) reorderOrReplace() *apiError {
	p, e, problem := c.editing()
	if problem != nil {
		return problem
	}
	if e.URIs != nil {
		entries, problem := c.added(e.URIs)
		if problem != nil {
			return problem
		}
		p.Entries = entries
	} else if problem := p.reorder(e); problem != nil {
		return problem
	}
	c.changed(p)
	return nil
}

// reorder moves a range to before an entry, counted as they stand now.
func (p *playlist) reorder(e *edit) *apiError {
	if e.RangeStart == nil || e.Before == nil {
		return badRequest("Missing required field: uris")
	}
	length := 1
	if e.RangeLength != nil {
		length = *e.RangeLength
	}
	from, before := *e.RangeStart, *e.Before
	if from < 0 || length < 0 || length > len(p.Entries) || from > len(p.Entries)-length || before < 0 || before > len(p.Entries) {
		return badRequest("Index out of bounds.")
	}
	if before > from && before < from+length {
		return nil // into itself
	}
	moved := slices.Clone(p.Entries[from : from+length])
	rest := slices.Delete(p.Entries, from, from+length)
	if before > from {
		before -= length
	}
	p.Entries = slices.Insert(rest, before, moved...)
	return nil
}

// removeItems answers DELETE /playlists/{id}/items and /tracks: every entry with one of the
// URIs goes.
func (c *call) removeItems() *apiError {
	p, e, problem := c.editing()
	if problem != nil {
		return problem
	}
	refs := e.Items
	if c.op.ID == "remove-tracks-playlist" {
		refs = e.Tracks
	}
	if len(refs) == 0 {
		return badRequest("Missing required field: items")
	}
	p.Entries = slices.DeleteFunc(p.Entries, func(e entry) bool { return slices.Contains(refs, uriRef{e.URI}) })
	c.changed(p)
	return nil
}

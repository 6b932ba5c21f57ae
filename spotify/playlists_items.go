package spotify

import (
	"context"
	"iter"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// PlaylistItem is one entry of a playlist.
type PlaylistItem struct {
	AddedAt time.Time // zero in very old playlists
	AddedBy UserID
	IsLocal bool
	Item    *Item // nil: removed from Spotify, or not available
}

func (p *PlaylistItem) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "added_at":
			p.AddedAt = d.instant()
		case "added_by":
			p.AddedBy = UserID(d.textMember("id"))
		case "is_local":
			p.IsLocal = d.boolean()
		case "item", "track": // the word from before 2026
			if item := readOptional[Item](d); item != nil {
				p.Item = item
			}
		}
	}
}

// PlaylistItemsOptions choose a page of a playlist.
type PlaylistItemsOptions struct {
	PageOptions
	Fields string // Spotify's filter language: "items(added_at,item(name,uri)),next,total"; see AllItems
}

func (o *PlaylistItemsOptions) page() *PageOptions {
	if o == nil {
		return nil
	}
	return &o.PageOptions
}

// query is what both Get and Items send.
func (o *PlaylistItemsOptions) query() url.Values {
	query := url.Values{"additional_types": {bothKinds}}
	if o != nil && o.Fields != "" {
		query.Set("fields", o.Fields)
	}
	return query
}

// Items is one page of a playlist: at most 50 items in development mode, 100 with extended
// quota. In development mode other people's playlists are ErrNotOwner.
//
// Scope: playlist-read-private for private ones. GET /playlists/{id}/items; with extended quota
// GET /playlists/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/get-playlists-items
func (s *PlaylistsService) Items(ctx context.Context, id PlaylistID, opts *PlaylistItemsOptions) (*Page[PlaylistItem], error) {
	return s.items(id, opts).page(ctx, opts.page())
}

// AllItems walks a playlist. An error is yielded once, with a zero item, and ends the walk.
// Fields must leave in next or total.
//
// Scope: playlist-read-private for private ones. GET /playlists/{id}/items; with extended quota
// GET /playlists/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/get-playlists-items
func (s *PlaylistsService) AllItems(ctx context.Context, id PlaylistID, opts *PlaylistItemsOptions) iter.Seq2[PlaylistItem, error] {
	return s.items(id, opts).all(ctx, opts.page())
}

func (s *PlaylistsService) items(id PlaylistID, opts *PlaylistItemsOptions) list[PlaylistItem] {
	r := request{name: "GET /playlists/{id}/items", path: pathID(id), query: opts.query()}
	return list[PlaylistItem]{client: s.client, request: r, old: "GET /playlists/{id}/tracks", adapt: nameEntries}
}

// entryWord is what Fields call an entry's track or episode: item now, track before 2026.
var entryWord = regexp.MustCompile(`\b(?:item|track)\b`)

// nameEntries writes Fields in the words of the operation that is called.
func nameEntries(r *request) {
	word := "item"
	if strings.HasSuffix(string(r.name), "/tracks") {
		word = "track"
	}
	if fields := r.query.Get("fields"); fields != "" {
		r.query.Set("fields", entryWord.ReplaceAllString(fields, word))
	}
}

package spotify

import (
	"context"
	"iter"
	"maps"
	"net/url"
	"time"
)

// PlaylistsService is playlists and their items.
type PlaylistsService service

// Playlist is a list of tracks and episodes that somebody keeps.
// https://developer.spotify.com/documentation/web-api/reference/get-playlist
type Playlist struct {
	ID            PlaylistID
	URI           URI
	Name          string
	Description   string // as HTML
	Owner         UserID
	OwnerName     string
	Collaborative bool
	Public        *bool // nil: not known
	Snapshot      SnapshotID
	Images        []Image
	Followers     *int                // nil in development mode
	Items         *Page[PlaylistItem] // first page; nil if the person may not see it
}

func (p *Playlist) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			p.ID = PlaylistID(d.text())
		case "uri":
			p.URI = URI(d.text())
		case "name":
			p.Name = d.text()
		case "description":
			p.Description = d.text()
		case "owner":
			p.readOwner(d)
		case "collaborative":
			p.Collaborative = d.boolean()
		case "public":
			p.Public = d.optionalBoolean()
		case "snapshot_id":
			p.Snapshot = SnapshotID(d.text())
		case "images":
			p.Images, _ = readList[Image](d)
		case "followers":
			p.Followers = d.total()
		case "items", "tracks": // the word from before 2026: one of them, or both with the same
			if page := readOptional[Page[PlaylistItem]](d); page != nil {
				p.Items = page
			}
		}
	}
}

func (p *Playlist) readOwner(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			p.Owner = UserID(d.text())
		case "display_name":
			p.OwnerName = d.text()
		}
	}
}

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
	Fields string // Spotify's filter language: "items(added_at,item(name,uri)),next,total"
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

// Get is a playlist with the first page of its items. Only its owner and collaborators see
// them: for others Items is nil in development mode.
//
// Scope: playlist-read-private for private ones. GET /playlists/{id}
func (s *PlaylistsService) Get(ctx context.Context, id PlaylistID, opts *PlaylistItemsOptions) (*Playlist, error) {
	r := request{name: "GET /playlists/{id}", path: pathID(id), query: opts.query()}
	if opts != nil {
		setMarket(r.query, opts.Market)
	}
	playlist := new(Playlist)
	if err := s.client.call(ctx, &r, playlist); err != nil {
		return nil, err
	}
	return playlist, nil
}

// Items is one page of a playlist. It is ErrNotOwner for other people's playlists.
//
// Scope: playlist-read-private for private ones. GET /playlists/{id}/items
// https://developer.spotify.com/documentation/web-api/reference/get-playlists-items
func (s *PlaylistsService) Items(ctx context.Context, id PlaylistID, opts *PlaylistItemsOptions) (*Page[PlaylistItem], error) {
	r := request{name: "GET /playlists/{id}/items", path: pathID(id)}
	query, err := s.client.pageQuery(&r, opts.page())
	if err != nil {
		return nil, err
	}
	r.query = opts.query()
	maps.Copy(r.query, query)
	page := new(Page[PlaylistItem])
	if err := s.client.call(ctx, &r, page); err != nil {
		return nil, err
	}
	return page, nil
}

// AllItems walks a playlist. An error is yielded once, with a zero item, and ends the walk; a
// page is fetched when it is needed. Fields must leave in next, or total and offset.
func (s *PlaylistsService) AllItems(ctx context.Context, id PlaylistID, opts *PlaylistItemsOptions) iter.Seq2[PlaylistItem, error] {
	return walk(ctx, s.client, opts.page(), 0, func(ctx context.Context, page *PageOptions) (*Page[PlaylistItem], error) {
		next := PlaylistItemsOptions{PageOptions: *page}
		if opts != nil {
			next.Fields = opts.Fields
		}
		return s.Items(ctx, id, &next)
	})
}

package spotify

import (
	"context"
	"iter"
)

// PlaylistsService is playlists and their items.
type PlaylistsService service

// Playlist is a list of tracks and episodes that somebody keeps.
// https://developer.spotify.com/documentation/web-api/reference/get-playlist
type Playlist struct {
	ID            PlaylistID
	URI           URI
	Name          string
	Description   string // with HTML entities: "&amp;"
	Owner         UserID
	OwnerName     string
	Collaborative bool
	Public        *bool // nil: not known
	Snapshot      SnapshotID
	Images        []Image             // largest first; nil for most empty playlists
	Followers     *int                // nil in lists, and in development mode
	Items         *Page[PlaylistItem] // first page; nil if the person may not see it. In lists of playlists only its Total
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
	for name := range d.some() {
		switch string(name) {
		case "id":
			p.Owner = UserID(d.text())
		case "display_name":
			p.OwnerName = d.text()
		}
	}
}

// Get is a playlist with the first page of its items. In development mode only its owner and
// collaborators see them: for others Items is nil.
//
// Scope: playlist-read-private for private ones. GET /playlists/{id}
// https://developer.spotify.com/documentation/web-api/reference/get-playlist
func (s *PlaylistsService) Get(ctx context.Context, id PlaylistID, opts *PlaylistItemsOptions) (*Playlist, error) {
	r := request{name: "GET /playlists/{id}", path: pathID(id), query: opts.query()}
	if opts != nil {
		setMarket(r.query, opts.Market)
	}
	return get[Playlist](ctx, s.client, r)
}

// Mine is a page of the playlists in the person's library, their own and those they follow, at
// most 50. Of each it says how many items it has, not which.
//
// Scope: none; playlist-read-private and playlist-read-collaborative for those that are.
// GET /me/playlists
// https://developer.spotify.com/documentation/web-api/reference/get-a-list-of-current-users-playlists
func (s *PlaylistsService) Mine(ctx context.Context, opts *PageOptions) (*Page[Playlist], error) {
	return s.mine().page(ctx, opts)
}

// AllMine walks the playlists in the person's library. An error is yielded once, with a zero
// playlist, and ends the walk.
//
// Scope: none; playlist-read-private and playlist-read-collaborative for those that are.
// GET /me/playlists
// https://developer.spotify.com/documentation/web-api/reference/get-a-list-of-current-users-playlists
func (s *PlaylistsService) AllMine(ctx context.Context, opts *PageOptions) iter.Seq2[Playlist, error] {
	return s.mine().all(ctx, opts)
}

func (s *PlaylistsService) mine() list[Playlist] {
	return list[Playlist]{client: s.client, request: request{name: "GET /me/playlists"}}
}

// OfUser is a page of what somebody shows in their profile, at most 50.
//
// Scope: none; playlist-read-private and playlist-read-collaborative for one's own that are.
// GET /users/{id}/playlists, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-list-users-playlists
func (s *PlaylistsService) OfUser(ctx context.Context, id UserID, opts *PageOptions) (*Page[Playlist], error) {
	return s.ofUser(id).page(ctx, opts)
}

// AllOfUser walks what somebody shows in their profile. An error is yielded once, with a zero
// playlist, and ends the walk.
//
// Scope: none; playlist-read-private and playlist-read-collaborative for one's own that are.
// GET /users/{id}/playlists, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-list-users-playlists
func (s *PlaylistsService) AllOfUser(ctx context.Context, id UserID, opts *PageOptions) iter.Seq2[Playlist, error] {
	return s.ofUser(id).all(ctx, opts)
}

func (s *PlaylistsService) ofUser(id UserID) list[Playlist] {
	return list[Playlist]{client: s.client, request: request{name: "GET /users/{id}/playlists", path: pathID(id)}}
}

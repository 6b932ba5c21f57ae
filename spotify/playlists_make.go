package spotify

import "context"

// NewPlaylist is a playlist that is to be made.
type NewPlaylist struct {
	Name          string
	Description   string
	Private       bool // not shown in the person's profile
	Collaborative bool // others may change it; such ones are always private
}

type newPlaylistBody struct {
	Name          string `json:"name"`
	Description   string `json:"description,omitzero"`
	Public        bool   `json:"public"`
	Collaborative bool   `json:"collaborative,omitzero"`
}

func (p NewPlaylist) request(name Operation) request {
	body := newPlaylistBody{p.Name, p.Description, !p.Private && !p.Collaborative, p.Collaborative}
	r := request{name: name, body: body, about: "public"}
	if !body.Public {
		r.about = "private"
	}
	if p.Name == "" {
		r.wrong = "a playlist needs a name"
	}
	return r
}

// Create makes an empty playlist for the person. A request whose answer is lost is not
// repeated: look whether it is there before you try again.
//
// Scope: playlist-modify-public, or playlist-modify-private if Private. POST /me/playlists
// https://developer.spotify.com/documentation/web-api/reference/create-playlist
func (s *PlaylistsService) Create(ctx context.Context, p NewPlaylist) (*Playlist, error) {
	return get[Playlist](ctx, s.client, p.request("POST /me/playlists"))
}

// CreateFor is Create for programs that name the person, who has to be the one behind the
// token; somebody else is ErrNotOwner. In development mode it looks who that is.
//
// Scope: playlist-modify-public, or playlist-modify-private if Private.
// POST /users/{id}/playlists; in development mode GET /me and POST /me/playlists
// https://developer.spotify.com/documentation/web-api/reference/create-playlist-for-user
func (s *PlaylistsService) CreateFor(ctx context.Context, id UserID, p NewPlaylist) (made *Playlist, err error) {
	const old, current = "POST /users/{id}/playlists", "POST /me/playlists"
	err = s.client.route(old, current, func(name Operation) (err error) {
		if name == old {
			r := p.request(old)
			r.path = pathID(id)
			made, err = get[Playlist](ctx, s.client, r)
			return err
		}
		me, err := s.client.Users.Me(ctx)
		if err != nil {
			return err
		}
		if me.ID != id {
			return &Error{Operation: current, kind: ErrNotOwner}
		}
		made, err = s.Create(ctx, p)
		return err
	})
	return made, err
}

// PlaylistChanges are what Change changes; nil leaves it as it is.
type PlaylistChanges struct {
	Name          *string
	Description   *string // it cannot be emptied
	Public        *bool
	Collaborative *bool // only private playlists can be: set Public to false as well
}

type changesBody struct {
	Name          *string `json:"name,omitzero"`
	Description   *string `json:"description,omitzero"`
	Public        *bool   `json:"public,omitzero"`
	Collaborative *bool   `json:"collaborative,omitzero"`
}

// Change changes what a playlist is called and who sees it. Only its owner may: ErrNotOwner.
//
// Scope: playlist-modify-public or -private. PUT /playlists/{id}
// https://developer.spotify.com/documentation/web-api/reference/change-playlist-details
func (s *PlaylistsService) Change(ctx context.Context, id PlaylistID, changes PlaylistChanges) error {
	r := request{name: "PUT /playlists/{id}", path: pathID(id), body: changesBody(changes)}
	if changes == (PlaylistChanges{}) {
		return r.refuse("nothing is to be changed")
	}
	return s.client.call(ctx, &r, nil)
}

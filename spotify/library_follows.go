package spotify

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

func (s *LibraryService) artists() shelf[ArtistID] {
	return shelf[ArtistID]{s.client, "/me/following", url.Values{"type": {"artist"}}}
}

func (s *LibraryService) users() shelf[UserID] {
	return shelf[UserID]{s.client, "/me/following", url.Values{"type": {"user"}}}
}

// FollowArtists follows any number, 50 a request with extended quota, else 40.
//
// Scope: user-follow-modify. PUT /me/following; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/follow-artists-users
func (s *LibraryService) FollowArtists(ctx context.Context, ids ...ArtistID) (Progress, error) {
	return s.artists().save(ctx, ids)
}

// UnfollowArtists is the opposite of FollowArtists.
//
// Scope: user-follow-modify. DELETE /me/following; in development mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/unfollow-artists-users
func (s *LibraryService) UnfollowArtists(ctx context.Context, ids ...ArtistID) (Progress, error) {
	return s.artists().remove(ctx, ids)
}

// FollowsArtists says of each whether the person follows them. Beside an error stand the
// answers so far.
//
// Scope: user-follow-read. GET /me/following/contains; in development mode
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-current-user-follows
func (s *LibraryService) FollowsArtists(ctx context.Context, ids ...ArtistID) ([]bool, error) {
	return s.artists().contains(ctx, ids)
}

// FollowUsers follows any number of people, 50 a request with extended quota, else 40.
//
// Scope: user-follow-modify. PUT /me/following; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/follow-artists-users
func (s *LibraryService) FollowUsers(ctx context.Context, ids ...UserID) (Progress, error) {
	return s.users().save(ctx, ids)
}

// UnfollowUsers is the opposite of FollowUsers.
//
// Scope: user-follow-modify. DELETE /me/following; in development mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/unfollow-artists-users
func (s *LibraryService) UnfollowUsers(ctx context.Context, ids ...UserID) (Progress, error) {
	return s.users().remove(ctx, ids)
}

// FollowsUsers says of each whether the person follows them. Beside an error stand the answers
// so far.
//
// Scope: user-follow-read. GET /me/following/contains; in development mode
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-current-user-follows
func (s *LibraryService) FollowsUsers(ctx context.Context, ids ...UserID) ([]bool, error) {
	return s.users().contains(ctx, ids)
}

// FollowPlaylistOptions say how a playlist is followed.
type FollowPlaylistOptions struct {
	Private bool // not shown in the person's profile; with extended quota only
}

// FollowPlaylist puts a playlist into the library.
//
// Scope: playlist-modify-public, or playlist-modify-private if Private.
// PUT /playlists/{id}/followers; in development mode PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/follow-playlist
func (s *LibraryService) FollowPlaylist(ctx context.Context, id PlaylistID, opts *FollowPlaylistOptions) error {
	public := opts == nil || !opts.Private
	return s.playlist(ctx, http.MethodPut, id, func(r *request, old bool) error {
		if old {
			r.body = map[string]bool{"public": public}
		} else if !public {
			return r.refuse("apps in development mode cannot follow in private")
		}
		return s.client.call(ctx, r, nil)
	})
}

// UnfollowPlaylist takes a playlist out of the library. One's own is deleted by this, but its
// link goes on working.
//
// Scope: playlist-modify-public or -private. DELETE /playlists/{id}/followers; in development
// mode DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/unfollow-playlist
func (s *LibraryService) UnfollowPlaylist(ctx context.Context, id PlaylistID) error {
	return s.playlist(ctx, http.MethodDelete, id, func(r *request, _ bool) error { return s.client.call(ctx, r, nil) })
}

// FollowsPlaylist says whether a playlist is in the library.
//
// Scope: none; in development mode playlist-read-private. GET /playlists/{id}/followers/contains;
// in development mode GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-if-user-follows-playlist
func (s *LibraryService) FollowsPlaylist(ctx context.Context, id PlaylistID) (bool, error) {
	var found flags
	err := s.playlist(ctx, http.MethodGet, id, func(r *request, _ bool) error {
		if err := s.client.call(ctx, r, &found); err != nil {
			return err
		}
		return r.sameLength(len(found), 1)
	})
	return err == nil && found[0], err
}

// playlist calls what this app may use about following one playlist.
func (s *LibraryService) playlist(ctx context.Context, method string, id PlaylistID, call func(r *request, old bool) error) error {
	old, current := Operation(method+" /playlists/{id}/followers"), Operation(method+" /me/library")
	if method == http.MethodGet {
		old, current = old+"/contains", current+"/contains"
	}
	if err := checkIDs(current, []PlaylistID{id}); err != nil {
		return err
	}
	return s.client.route(old, current, func(name Operation) error {
		if name == old {
			return call(&request{name: old, path: pathID(id)}, true)
		}
		return call(&request{name: current, query: url.Values{"uris": {string(URIOf(id))}}}, false)
	})
}

// FollowedArtists is a page of the artists the person follows, at most 50.
//
// Scope: user-follow-read. GET /me/following
// https://developer.spotify.com/documentation/web-api/reference/get-followed
func (s *LibraryService) FollowedArtists(ctx context.Context, opts *CursorOptions) (*CursorPage[Artist], error) {
	return s.followed().page(ctx, opts)
}

// AllFollowedArtists walks the artists the person follows. An error is yielded once, with a
// zero artist, and ends the walk.
//
// Scope: user-follow-read. GET /me/following
// https://developer.spotify.com/documentation/web-api/reference/get-followed
func (s *LibraryService) AllFollowedArtists(ctx context.Context, opts *CursorOptions) iter.Seq2[Artist, error] {
	return s.followed().all(ctx, opts)
}

func (s *LibraryService) followed() cursorList[Artist] {
	r := request{name: "GET /me/following", query: url.Values{"type": {"artist"}}}
	return cursorList[Artist]{client: s.client, request: r, key: "artists"}
}

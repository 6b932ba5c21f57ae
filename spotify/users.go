package spotify

import (
	"context"
	"iter"
	"net/url"
)

// UsersService is people, and what the person behind the token likes best.
type UsersService service

// Profile is a person. Of others Spotify tells ID, URI, DisplayName, Images and Followers.
type Profile struct {
	AccountID       AccountID // stable; tell people apart by this; "" from before May 2026
	ID              UserID    // may change
	URI             URI
	DisplayName     string           // "": none was chosen
	Email           string           // "" without user-read-email, and in development mode; not verified
	Country         Market           // "" without user-read-private, and in development mode
	Product         string           // "premium", "free", "open"; "" likewise
	ExplicitContent *ExplicitContent // nil likewise
	Followers       *int             // nil in development mode
	Images          []Image          // largest first; empty: no picture
}

func (p *Profile) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "account_id":
			p.AccountID = AccountID(d.text())
		case "id":
			p.ID = UserID(d.text())
		case "uri":
			p.URI = URI(d.text())
		case "display_name":
			p.DisplayName = d.text()
		case "email":
			p.Email = d.text()
		case "country":
			p.Country = Market(d.text())
		case "product":
			p.Product = d.text()
		case "explicit_content":
			p.ExplicitContent = readOptional[ExplicitContent](d)
		case "followers":
			p.Followers = d.total()
		case "images":
			p.Images, _ = readList[Image](d)
		}
	}
}

// ExplicitContent is whether a person hears explicit music.
type ExplicitContent struct {
	FilterEnabled bool // explicit tracks are not to be played
	FilterLocked  bool // and the person cannot change that
}

func (e *ExplicitContent) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "filter_enabled":
			e.FilterEnabled = d.boolean()
		case "filter_locked":
			e.FilterLocked = d.boolean()
		}
	}
}

// Me is the person behind the token. An application token is ErrUserRequired.
//
// Scope: none; user-read-email for Email, user-read-private for Country, Product and
// ExplicitContent. GET /me
// https://developer.spotify.com/documentation/web-api/reference/get-current-users-profile
func (s *UsersService) Me(ctx context.Context) (*Profile, error) {
	return get[Profile](ctx, s.client, request{name: "GET /me"})
}

// Get is what anybody may know of a person; ErrNotFound if there is none.
//
// Scope: none. GET /users/{id}, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-users-profile
func (s *UsersService) Get(ctx context.Context, id UserID) (*Profile, error) {
	return get[Profile](ctx, s.client, request{name: "GET /users/{id}", path: pathID(id)})
}

// TimeRange is how far back a top list looks.
type TimeRange string

// Spotify's ranges.
const (
	ShortTerm  TimeRange = "short_term"  // about four weeks
	MediumTerm TimeRange = "medium_term" // about six months
	LongTerm   TimeRange = "long_term"   // about a year
)

// TopOptions choose a page of a top list.
type TopOptions struct {
	PageOptions
	Range TimeRange // "": MediumTerm
}

func (o *TopOptions) page() *PageOptions {
	if o == nil {
		return nil
	}
	return &o.PageOptions
}

// TopTracks is a page of the tracks the person heard most, at most 50.
//
// Scope: user-top-read. GET /me/top/{type}
// https://developer.spotify.com/documentation/web-api/reference/get-users-top-artists-and-tracks
func (s *UsersService) TopTracks(ctx context.Context, opts *TopOptions) (*Page[Track], error) {
	return top[Track](s, "tracks", opts).page(ctx, opts.page())
}

// AllTopTracks walks the tracks the person heard most. An error is yielded once, with a zero
// track, and ends the walk.
//
// Scope: user-top-read. GET /me/top/{type}
// https://developer.spotify.com/documentation/web-api/reference/get-users-top-artists-and-tracks
func (s *UsersService) AllTopTracks(ctx context.Context, opts *TopOptions) iter.Seq2[Track, error] {
	return top[Track](s, "tracks", opts).all(ctx, opts.page())
}

// TopArtists is a page of the artists the person heard most, at most 50.
//
// Scope: user-top-read. GET /me/top/{type}
// https://developer.spotify.com/documentation/web-api/reference/get-users-top-artists-and-tracks
func (s *UsersService) TopArtists(ctx context.Context, opts *TopOptions) (*Page[Artist], error) {
	return top[Artist](s, "artists", opts).page(ctx, opts.page())
}

// AllTopArtists walks the artists the person heard most. An error is yielded once, with a zero
// artist, and ends the walk.
//
// Scope: user-top-read. GET /me/top/{type}
// https://developer.spotify.com/documentation/web-api/reference/get-users-top-artists-and-tracks
func (s *UsersService) AllTopArtists(ctx context.Context, opts *TopOptions) iter.Seq2[Artist, error] {
	return top[Artist](s, "artists", opts).all(ctx, opts.page())
}

func top[T any](s *UsersService, kind string, opts *TopOptions) list[T] {
	r := request{name: "GET /me/top/{type}", path: map[string]string{"type": kind}}
	if opts != nil && opts.Range != "" {
		r.query = url.Values{"time_range": {string(opts.Range)}}
	}
	return list[T]{client: s.client, request: r}
}

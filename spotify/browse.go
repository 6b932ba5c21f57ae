package spotify

import (
	"context"
	"iter"
	"net/url"
)

// BrowseService is what Spotify shows to everybody: categories, featured playlists, new
// releases, and the lists of genres and markets. Apps in development mode have none of it.
type BrowseService service

// Category is a shelf of Spotify's: a genre, a mood.
// https://developer.spotify.com/documentation/web-api/reference/get-a-category
type Category struct {
	ID    CategoryID
	Name  string
	Icons []Image // mostly without sizes
}

func (c *Category) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "id":
			c.ID = CategoryID(d.text())
		case "name":
			c.Name = d.text()
		case "icons":
			c.Icons, _ = readList[Image](d)
		}
	}
}

// BrowseOptions choose a page of what Spotify shows.
type BrowseOptions struct {
	PageOptions
	Locale string // the language of names: "sv_SE"; "": English
}

func (o *BrowseOptions) page() *PageOptions {
	if o == nil {
		return nil
	}
	return &o.PageOptions
}

func (o *BrowseOptions) query() url.Values {
	query := url.Values{}
	if o != nil && o.Locale != "" {
		query.Set("locale", o.Locale)
	}
	return query
}

// Categories is a page of all categories, at most 50.
//
// Scope: none. GET /browse/categories, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-categories
func (s *BrowseService) Categories(ctx context.Context, opts *BrowseOptions) (*Page[Category], error) {
	return s.categories(opts).page(ctx, opts.page())
}

// AllCategories walks all categories. An error is yielded once, with a zero category, and ends
// the walk.
//
// Scope: none. GET /browse/categories, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-categories
func (s *BrowseService) AllCategories(ctx context.Context, opts *BrowseOptions) iter.Seq2[Category, error] {
	return s.categories(opts).all(ctx, opts.page())
}

func (s *BrowseService) categories(opts *BrowseOptions) list[Category] {
	return list[Category]{client: s.client, request: request{name: "GET /browse/categories", query: opts.query()}, key: "categories"}
}

// CategoryOptions refine the look at one category.
type CategoryOptions struct {
	Locale string // the language of its name: "sv_SE"; "": English
}

// Category is one category; ErrNotFound if there is none.
//
// Scope: none. GET /browse/categories/{id}, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-a-category
func (s *BrowseService) Category(ctx context.Context, id CategoryID, opts *CategoryOptions) (*Category, error) {
	r := request{name: "GET /browse/categories/{id}", path: pathID(id)}
	if opts != nil && opts.Locale != "" {
		r.query = url.Values{"locale": {opts.Locale}}
	}
	return get[Category](ctx, s.client, r)
}

// CategoryPlaylists is a page of the playlists in a category, at most 50.
//
// Scope: none. GET /browse/categories/{id}/playlists, with extended quota only, and only for
// apps that used it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-a-categories-playlists
func (s *BrowseService) CategoryPlaylists(ctx context.Context, id CategoryID, opts *PageOptions) (*Page[Playlist], error) {
	return s.playlistsIn(id).page(ctx, opts)
}

// AllCategoryPlaylists walks the playlists in a category. An error is yielded once, with a
// zero playlist, and ends the walk.
//
// Scope: none. GET /browse/categories/{id}/playlists, with extended quota only, and only for
// apps that used it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-a-categories-playlists
func (s *BrowseService) AllCategoryPlaylists(ctx context.Context, id CategoryID, opts *PageOptions) iter.Seq2[Playlist, error] {
	return s.playlistsIn(id).all(ctx, opts)
}

func (s *BrowseService) playlistsIn(id CategoryID) list[Playlist] {
	r := request{name: "GET /browse/categories/{id}/playlists", path: pathID(id)}
	return list[Playlist]{client: s.client, request: r, key: "playlists"}
}

// FeaturedPlaylists is a page of what Spotify recommends to all, at most 50.
//
// Scope: none. GET /browse/featured-playlists, with extended quota only, and only for apps
// that used it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-featured-playlists
func (s *BrowseService) FeaturedPlaylists(ctx context.Context, opts *BrowseOptions) (*Featured, error) {
	featured := new(Featured)
	r := request{name: "GET /browse/featured-playlists"}
	page, err := s.client.pageQuery(&r, opts.page())
	if err != nil {
		return nil, err
	}
	r.query = opts.query()
	for name, values := range page {
		r.query[name] = values
	}
	if err := s.client.call(ctx, &r, featured); err != nil {
		return nil, err
	}
	return featured, nil
}

// Featured is a page of playlists with words above it.
type Featured struct {
	Message string // "Popular playlists"
	Page[Playlist]
}

func (f *Featured) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "message":
			f.Message = d.text()
		case "playlists":
			f.Page.read(d)
		}
	}
}

// AllFeaturedPlaylists walks what Spotify recommends to all. An error is yielded once, with a
// zero playlist, and ends the walk.
//
// Scope: none. GET /browse/featured-playlists, with extended quota only, and only for apps
// that used it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-featured-playlists
func (s *BrowseService) AllFeaturedPlaylists(ctx context.Context, opts *BrowseOptions) iter.Seq2[Playlist, error] {
	r := request{name: "GET /browse/featured-playlists", query: opts.query()}
	return list[Playlist]{client: s.client, request: r, key: "playlists"}.all(ctx, opts.page())
}

// NewReleases is a page of new albums, at most 50.
//
// Scope: none. GET /browse/new-releases, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-new-releases
func (s *BrowseService) NewReleases(ctx context.Context, opts *PageOptions) (*Page[Album], error) {
	return s.newReleases().page(ctx, opts)
}

// AllNewReleases walks the new albums. An error is yielded once, with a zero album, and ends
// the walk.
//
// Scope: none. GET /browse/new-releases, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-new-releases
func (s *BrowseService) AllNewReleases(ctx context.Context, opts *PageOptions) iter.Seq2[Album, error] {
	return s.newReleases().all(ctx, opts)
}

func (s *BrowseService) newReleases() list[Album] {
	return list[Album]{client: s.client, request: request{name: "GET /browse/new-releases"}, key: "albums"}
}

// Genres are the seeds that recommendations may grow from.
//
// Scope: none. GET /recommendations/available-genre-seeds, with extended quota only, and only
// for apps that used it before 2024-11-27.
// https://developer.spotify.com/documentation/web-api/reference/get-recommendation-genres
func (s *BrowseService) Genres(ctx context.Context) ([]string, error) {
	return s.texts(ctx, "GET /recommendations/available-genre-seeds", "genres")
}

// Markets are the countries where Spotify can be had.
//
// Scope: none. GET /markets, with extended quota only.
// https://developer.spotify.com/documentation/web-api/reference/get-available-markets
func (s *BrowseService) Markets(ctx context.Context) ([]Market, error) {
	codes, err := s.texts(ctx, "GET /markets", "markets")
	markets := make([]Market, len(codes))
	for i, code := range codes {
		markets[i] = Market(code)
	}
	return markets, err
}

func (s *BrowseService) texts(ctx context.Context, name Operation, key string) ([]string, error) {
	var found texts
	err := s.client.call(ctx, &request{name: name}, under(key, &found))
	return found, err
}

// texts is an answer that is, or has, an array of strings.
type texts []string

func (t *texts) read(d *decoder) { *t = d.texts() }

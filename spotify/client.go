package spotify

import (
	"context"

	"github.com/tenuto-dev/tenuto/auth"
)

// Client is the Web API. Safe for concurrent use; share one per app, so that all its calls
// heed the same rate limit.
type Client struct {
	Albums     *AlbumsService
	Artists    *ArtistsService
	Audiobooks *AudiobooksService
	Browse     *BrowseService // categories, genres, markets, new releases
	Chapters   *ChaptersService
	Episodes   *EpisodesService
	Library    *LibraryService // all that is saved or followed
	Player     *PlayerService
	Playlists  *PlaylistsService
	Search     *SearchService
	Shows      *ShowsService
	Tracks     *TracksService
	Users      *UsersService

	settings *settings // shared and never changed: With makes new ones
	governor *Governor // of the app
	cache    *cache    // of the app; nil: none
	closed   *lesson   // of the app
	source   auth.TokenSource
	bound    bool // by As: a context does not replace source
	common   service
}

// service is what every service is: the client seen from one side.
type service struct{ client *Client }

// New makes a client whose calls carry the tokens of source: an *auth.Token, a
// *auth.RefreshingToken, any auth.TokenSource. nil: every call must say whose it is, through
// As. A wrong option is reported by every call (errors.Is ErrConfig) before anything is sent.
func New(source auth.TokenSource, opts ...Option) *Client {
	s := defaults().with(opts)
	c := &Client{settings: s, governor: s.governor, cache: newCache(s.cacheSize), closed: new(lesson), source: source}
	if c.governor == nil {
		c.governor = NewGovernor(0, nil)
	}
	return c.connect()
}

// As is the same client bound to someone else: same connections and rate limit, own tokens,
// own part of the cache. Cheap: make one per request.
func (c *Client) As(source auth.TokenSource) *Client {
	next := &Client{settings: c.settings, governor: c.governor, cache: c.cache, closed: c.closed, source: source, bound: true}
	return next.connect()
}

// With is the same client with other options. With another base URL it heeds a rate limit of
// its own, unless WithGovernor says which, and has a cache of its own.
func (c *Client) With(opts ...Option) *Client {
	s := c.settings.with(opts)
	next := &Client{settings: s, governor: c.governor, cache: c.cache, closed: c.closed, source: c.source, bound: c.bound}
	elsewhere := *s.base != *c.settings.base
	if elsewhere {
		next.governor, next.closed = NewGovernor(0, nil), new(lesson)
	}
	if s.governor != nil {
		next.governor = s.governor
	}
	if elsewhere || s.cacheSize != c.settings.cacheSize {
		next.cache = newCache(s.cacheSize)
	}
	return next.connect()
}

// Governor is what paces the client's calls: for its Usage, or for another client of the app.
func (c *Client) Governor() *Governor { return c.governor }

// connect points the services at their client.
func (c *Client) connect() *Client {
	c.common.client = c
	c.Albums = (*AlbumsService)(&c.common)
	c.Artists = (*ArtistsService)(&c.common)
	c.Audiobooks = (*AudiobooksService)(&c.common)
	c.Browse = (*BrowseService)(&c.common)
	c.Chapters = (*ChaptersService)(&c.common)
	c.Episodes = (*EpisodesService)(&c.common)
	c.Library = (*LibraryService)(&c.common)
	c.Player = (*PlayerService)(&c.common)
	c.Playlists = (*PlaylistsService)(&c.common)
	c.Search = (*SearchService)(&c.common)
	c.Shows = (*ShowsService)(&c.common)
	c.Tracks = (*TracksService)(&c.common)
	c.Users = (*UsersService)(&c.common)
	return c
}

type sourceKey struct{}

// As makes calls under ctx carry source's tokens instead of those given to New. A client
// bound with Client.As stays bound: a context never changes whom it speaks for.
func As(ctx context.Context, source auth.TokenSource) context.Context {
	return context.WithValue(ctx, sourceKey{}, source)
}

// sourceFor is whose tokens a call under ctx carries; nil if nobody said.
func (c *Client) sourceFor(ctx context.Context) auth.TokenSource {
	if !c.bound {
		if source, ok := ctx.Value(sourceKey{}).(auth.TokenSource); ok {
			return source
		}
	}
	return c.source
}

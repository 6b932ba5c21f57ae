package spotify

import (
	"context"

	"github.com/tenuto-dev/tenuto/auth"
)

// Client is the Web API. Safe for concurrent use; share one per app, so that all its calls
// heed the same rate limit.
type Client struct {
	Library   *LibraryService // all that is saved or followed
	Player    *PlayerService
	Playlists *PlaylistsService
	Search    *SearchService
	Tracks    *TracksService
	Users     *UsersService

	settings *settings // shared and never changed: With makes new ones
	cooldown *cooldown // of the app
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
	c := &Client{settings: defaults().with(opts), cooldown: new(cooldown), source: source}
	return c.connect()
}

// As is the same client bound to someone else: same connections and rate limit, own tokens.
// Cheap: make one per request.
func (c *Client) As(source auth.TokenSource) *Client {
	next := &Client{settings: c.settings, cooldown: c.cooldown, source: source, bound: true}
	return next.connect()
}

// With is the same client with other options. With another base URL it heeds a rate limit of
// its own.
func (c *Client) With(opts ...Option) *Client {
	next := &Client{settings: c.settings.with(opts), cooldown: c.cooldown, source: c.source, bound: c.bound}
	if next.settings.baseURL != c.settings.baseURL {
		next.cooldown = new(cooldown)
	}
	return next.connect()
}

// connect points the services at their client.
func (c *Client) connect() *Client {
	c.common.client = c
	c.Library = (*LibraryService)(&c.common)
	c.Player = (*PlayerService)(&c.common)
	c.Playlists = (*PlaylistsService)(&c.common)
	c.Search = (*SearchService)(&c.common)
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

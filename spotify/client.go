package spotify

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// Client is the Web API. Safe for concurrent use; share one per app.
type Client struct {
	Player *PlayerService
	Search *SearchService
	Users  *UsersService
}

// New makes a client whose calls carry the tokens of source: an *auth.Token, a
// *auth.RefreshingToken, any auth.TokenSource. nil: every call must say whose it is, through
// As. A wrong option is reported by every call (errors.Is ErrConfig) before anything is sent.
func New(source auth.TokenSource, opts ...Option) *Client { return nil }

// As is the same client bound to someone else: same connections and budget, own tokens, own
// part of the cache. Cheap: make one per request.
func (c *Client) As(source auth.TokenSource) *Client { return c }

// With is the same client with other options.
func (c *Client) With(opts ...Option) *Client { return c }

// As makes calls under ctx carry source's tokens instead of those given to New. A client
// bound with Client.As stays bound: a context never changes whom it speaks for.
func As(ctx context.Context, source auth.TokenSource) context.Context { return ctx }

// Do calls any operation: Do(ctx, "GET /albums/{id}", Args{Path: …}, &out).
func (c *Client) Do(ctx context.Context, op Operation, args *Args, out any) error { return nil }

// Args are the parts of a raw call. Path replaces {name} in the template, escaped.
type Args struct {
	Path  map[string]string
	Query url.Values
	Body  any
}

// Option configures New and With. The set is closed.
type Option interface{ option() }

func WithBaseURL(url string) Option        { return nil } // default https://api.spotify.com/v1; another must be loopback
func WithHTTPClient(c *http.Client) Option { return nil }
func WithMode(m Mode) Option               { return nil } // what Spotify allows the app; default Development
func WithMarket(m Market) Option           { return nil } // for calls that take one and name none
func WithLanguage(tag string) Option       { return nil } // Accept-Language
func WithMaxWait(d time.Duration) Option   { return nil } // longest wait for a rate limit, default one minute; 0: never wait
func WithBackground() Option               { return nil } // calls that give way to people waiting
func WithRetries(n int) Option             { return nil } // after 5xx and lost answers, where repeating is safe; default 3
func WithGovernor(g *Governor) Option      { return nil } // share one budget between clients of an app
func WithCacheSize(bytes int) Option       { return nil } // default 16 MiB; 0: none. Never shared between users
func WithPrefetch(pages int) Option        { return nil } // pages fetched ahead by All…, default 2; 0: none
func WithObserver(f func(Call)) Option     { return nil } // after each HTTP attempt; never sees tokens
func WithStrictDecoding() Option           { return nil } // unknown or missing fields fail: for your CI

// Mode is what Spotify allows an app.
type Mode int

const (
	Development Mode = iota // every app registered since 2026-02, and most before
	Extended                // extended quota: the operations from before 2026 as well
)

// Governor paces all calls of one app: rolling 30 s, remembered cool-downs, fair between users.
type Governor struct{}

// NewGovernor: perWindow is calls in 30 s, 0 to learn it from Spotify's answers. budget is
// where several processes meet; nil is this process alone.
func NewGovernor(perWindow int, budget Budget) *Governor { return nil }

// Budget is what processes that serve one app share. Permits are taken in blocks, never one
// write per call; losing it loses nothing but politeness.
type Budget interface {
	Take(ctx context.Context, app string, n int) (granted int, wait time.Duration, err error)
	Pause(ctx context.Context, app, reason string, until time.Time) error
	Paused(ctx context.Context, app string) (reason string, until time.Time, err error)
}

// Call is one HTTP attempt.
type Call struct {
	Operation Operation
	Status    int
	Attempt   int
	Duration  time.Duration
	Cached    bool
	Err       error
}

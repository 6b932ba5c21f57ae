package spotify

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// Option configures New and With. The set is closed.
type Option interface{ option() }

type option func(*settings) error

func (option) option() {}

// Mode is what Spotify allows an app.
// https://developer.spotify.com/documentation/web-api/concepts/quota-modes
type Mode int

const (
	Development Mode = iota // every app registered since 2026-02, and most before
	Extended                // extended quota: the operations from before 2026 as well
	Learned                 // taken for Extended until Spotify refuses what only those may call
)

// settings are what the options say.
type settings struct {
	base     *url.URL
	http     *http.Client
	limits   *limits // its time-out
	mode     Mode
	market   Market
	language string
	maxWait  time.Duration
	retries  int
	err      error // the first wrong option

	governor          *Governor // that WithGovernor gave with the latest options
	background        bool
	prefetch          int
	cacheSize         int
	staleWhileLimited bool
	observer          func(Call)
	strict            bool
	drift             func(Drift)
	trace             TraceFunc
}

// official is where Spotify is.
var official = &url.URL{Scheme: "https", Host: "api.spotify.com", Path: "/v1"}

func defaults() *settings {
	return &settings{
		base: official, http: ownHTTPClient(), limits: &limits{each: attemptTimeout}, maxWait: time.Minute, retries: 3,
		prefetch: 2, cacheSize: 16 << 20,
	}
}

func (s *settings) with(opts []Option) *settings {
	next := *s
	next.governor = nil // unless these options have one
	for _, opt := range opts {
		if set, ok := opt.(option); ok && set != nil {
			if err := set(&next); err != nil && next.err == nil {
				next.err = err
			}
		}
	}
	return &next
}

// ownTransport is shared by all clients that bring none of their own, so that making clients
// opens no connections.
var ownTransport = sync.OnceValue(func() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConnsPerHost = 64 // an emulator speaks HTTP/1.1; Spotify's HTTP/2 needs one
	return t
})

// attemptTimeout bounds one HTTP attempt, its body included.
const attemptTimeout = 30 * time.Second

func ownHTTPClient() *http.Client {
	return harden(&http.Client{Transport: ownTransport()})
}

// harden copies c into one that takes tokens nowhere but where they are sent, mixes no people's
// cookies, and waits for no answer for ever.
func harden(c *http.Client) *http.Client {
	own := *c
	own.Jar, own.Timeout = nil, cmp.Or(c.Timeout, attemptTimeout)
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// exchange sends a request as an http.Client would that follows no redirects and keeps no
// cookies. Doing without the client spares a small call a tenth of its cost.
func (s *settings) exchange(req *http.Request) (*http.Response, error) {
	transport := s.http.Transport
	if transport == nil {
		transport = http.DefaultTransport
	}
	resp, err := transport.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case resp == nil:
		return nil, errors.New("the transport gave neither an answer nor an error")
	case resp.Body == nil:
		resp.Body = http.NoBody
	}
	return resp, nil
}

// WithBaseURL is for the emulator: another Web API than https://api.spotify.com/v1, on this
// machine. Tokens are sent there, so anything but a loopback address is refused. "" is
// Spotify's own.
func WithBaseURL(base string) Option {
	return option(func(s *settings) error { return s.setBase(base, false) })
}

// WithRemoteEmulator is WithBaseURL for an emulator on another machine, as a neighbouring
// container. Whoever answers there sees every token: never use it with real ones.
func WithRemoteEmulator(base string) Option {
	return option(func(s *settings) error { return s.setBase(base, true) })
}

func (s *settings) setBase(text string, remote bool) error {
	if text == "" {
		s.base = official
		return nil
	}
	u, err := url.Parse(strings.TrimRight(text, "/"))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: the base URL must look like %q", ErrConfig, "http://127.0.0.1:5010/v1")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("%w: the base URL must have no user, query or fragment", ErrConfig)
	case *u == *official || remote || isLoopback(u.Hostname()):
		s.base = u
		return nil
	}
	return fmt.Errorf("%w: the base URL must be %s or on this machine, not at %s: for a container use WithRemoteEmulator",
		ErrConfig, official, u.Host)
}

func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// WithHTTPClient sends through c: its transport and its time-out for each attempt, 30 seconds
// if it has none. Its redirect policy and cookies are not used. nil is the client's own.
func WithHTTPClient(c *http.Client) Option {
	return option(func(s *settings) error {
		if s.http = ownHTTPClient(); c != nil {
			s.http = harden(c)
		}
		s.limits = &limits{each: s.http.Timeout}
		return nil
	})
}

// WithMode says what Spotify allows the app. Default: Development.
func WithMode(m Mode) Option {
	return option(func(s *settings) error {
		if !slices.Contains([]Mode{Development, Extended, Learned}, m) {
			return fmt.Errorf("%w: mode %d is none of Development, Extended and Learned", ErrConfig, m)
		}
		s.mode = m
		return nil
	})
}

// WithMarket is for calls that take a market and name none. With a person's token Spotify
// prefers the country of their account.
func WithMarket(m Market) Option {
	return option(func(s *settings) error {
		s.market = m
		return nil
	})
}

// WithLanguage asks for names in a language, as in Accept-Language: "sv-SE".
func WithLanguage(tag string) Option {
	return option(func(s *settings) error {
		if strings.ContainsFunc(tag, func(r rune) bool { return r < ' ' || r > '~' }) {
			return fmt.Errorf("%w: a language is written like %q", ErrConfig, "sv-SE")
		}
		s.language = tag
		return nil
	})
}

// WithMaxWait is how long a call may wait for rate limits, all in all; default one minute. If
// it would take longer the call fails at once, with Error.RetryAt. 0: never wait. Who is
// refused again and again waits longer each time, up to five seconds, where Spotify names less.
func WithMaxWait(d time.Duration) Option {
	return option(func(s *settings) error {
		if d < 0 {
			return fmt.Errorf("%w: the longest wait is negative: %v", ErrConfig, d)
		}
		s.maxWait = d
		return nil
	})
}

// WithRetries is how often a call is repeated after 5xx and lost answers, where repeating is
// safe: GET, PUT and DELETE. Default 3. A change that fails in the end says in its error if an
// attempt before may have been heard.
func WithRetries(n int) Option {
	return option(func(s *settings) error {
		if n < 0 {
			return fmt.Errorf("%w: the number of retries is negative: %d", ErrConfig, n)
		}
		s.retries = n
		return nil
	})
}

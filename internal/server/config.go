package server

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Config says who the app is, what people open, and where things are kept.
type Config struct {
	// App is the app at Spotify: client id, client secret, accounts address, HTTP client.
	// An empty redirect URI is BaseURL + "/callback".
	App *auth.Config

	// BaseURL is what people open: "https://music.example.org", or "http://127.0.0.1:5000".
	BaseURL string

	DB *vault.DB

	// Rescue keeps Spotify's answers on this machine until DB has them; nil: nothing does. It is the
	// caller's to close, after Serve.
	Rescue *vault.Rescue

	APIURL     string        // the Web API; "" is Spotify's, another must be loopback
	HTTPClient *http.Client  // for the Web API; nil: one of our own
	Scopes     auth.ScopeSet // asked for at login; empty: what the page needs, user-read-currently-playing
	Idle       time.Duration // how long an unused session lives; 0: 30 days

	// RateLimit is how many calls to the Web API Spotify allows the app in any 30 seconds: those who
	// share DB keep to it together. 0: nobody knows; each learns its part from Spotify's answers.
	RateLimit int

	// Proxies are the networks of reverse proxies that have public addresses: what comes from there has
	// no limit for its address. Those with private ones need not be named.
	Proxies []netip.Prefix

	// Replicas says that other servers of this process use DB too. Of a database that other processes
	// can reach that is always assumed.
	Replicas bool

	// DrainDelay is how long people are served after the server was told to stop and /readyz says so.
	// Nothing is waited for where nobody can ask /readyz.
	DrainDelay time.Duration

	Now func() time.Time // nil is time.Now
	Log *slog.Logger     // nil is slog.Default

	LogRequests bool // a line for every answer
}

const defaultIdle = 30 * 24 * time.Hour

// settings is a Config that has been checked.
type settings struct {
	Config
	base         *url.URL
	secure       bool   // people come over https
	callbackPath string // of the redirect URI
	accounts     string // origin of the accounts service as browsers see it
	covers       []string
}

// coverHosts are where Spotify serves covers and portraits from.
var coverHosts = []string{"https://i.scdn.co", "https://mosaic.scdn.co"}

const spotifyAccounts = "https://accounts.spotify.com"

// check finds every mistake that can be found before anybody logs in; each message says what to
// write instead.
func (c Config) check() (*settings, error) {
	if c.App == nil {
		return nil, errors.New("server: Config.App is missing: the app's client id and secret")
	}
	if c.DB == nil {
		return nil, errors.New("server: Config.DB is missing: open a vault first")
	}
	s := &settings{Config: c}
	app := *c.App
	s.App = &app
	base, err := checkBase(c.BaseURL)
	if err != nil {
		return nil, err
	}
	s.base, s.secure = base, base.Scheme == "https"
	s.BaseURL = originOf(base)
	if app.ClientSecret == "" {
		return nil, errors.New("server: the client secret is missing (SPOTIFY_CLIENT_SECRET): " +
			"a server must be a confidential client (RFC 10017 section 6.1), so that its grants are not rotated")
	}
	if s.callbackPath, err = s.checkRedirect(); err != nil {
		return nil, err
	}
	if err := s.checkPlaces(); err != nil {
		return nil, err
	}
	if unknown := c.Scopes.Minus(auth.EveryScope()); unknown.Len() > 0 {
		return nil, fmt.Errorf("server: unknown scopes %q: Spotify would refuse every login; see tenuto help scopes", unknown)
	}
	if s.Scopes.Len() == 0 {
		s.Scopes = auth.Scopes(auth.ScopeUserReadCurrentlyPlaying)
	}
	if c.Idle < 0 {
		return nil, fmt.Errorf("server: idle time %v is negative: use 0 for 30 days", c.Idle)
	}
	if c.DrainDelay < 0 {
		return nil, fmt.Errorf("server: drain delay %v is negative: use 0 to stop at once", c.DrainDelay)
	}
	s.Idle = cmp.Or(c.Idle, defaultIdle)
	if c.RateLimit < 0 {
		return nil, fmt.Errorf("server: a rate limit of %d calls is negative: use 0 where it is not known", c.RateLimit)
	}
	if err := proxies(c.Proxies).check(); err != nil {
		return nil, err
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if app.Now == nil {
		app.Now = s.Now
	}
	if s.Log == nil {
		s.Log = slog.Default()
	}
	return s, nil
}

func checkBase(text string) (*url.URL, error) {
	const example = `write it like "https://music.example.org" or "http://127.0.0.1:5000"`
	u, err := url.Parse(text)
	switch {
	case text == "":
		return nil, fmt.Errorf("server: the base URL is missing: %s", example)
	case err != nil || u.Host == "" || u.Opaque != "" || (u.Scheme != "http" && u.Scheme != "https"):
		return nil, fmt.Errorf("server: base URL %q is not an address people can open: %s", text, example)
	case u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "":
		return nil, fmt.Errorf("server: base URL %q may only have scheme, host and port: %s", text, example)
	case u.Scheme == "https":
		return u, nil
	case strings.EqualFold(u.Hostname(), "localhost"):
		return nil, fmt.Errorf("server: base URL %q: Spotify refuses localhost; write %q",
			text, "http://"+strings.Replace(u.Host, u.Hostname(), "127.0.0.1", 1))
	case !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("server: base URL %q: Spotify and cookies need https, except on 127.0.0.1 and [::1]", text)
	}
	return u, nil
}

// checkRedirect fills in the redirect URI and returns its path.
func (s *settings) checkRedirect() (path string, err error) {
	s.App.RedirectURI = cmp.Or(s.App.RedirectURI, s.BaseURL+"/callback")
	if _, err := auth.NewCredentials(s.App); err != nil {
		return "", fmt.Errorf("server: %w", err)
	}
	u, err := url.Parse(s.App.RedirectURI)
	if err != nil {
		return "", fmt.Errorf("server: redirect URI: %w", err)
	}
	switch {
	case originOf(u) != s.BaseURL:
		return "", fmt.Errorf("server: redirect URI %q and base URL %q differ: the login's cookie would not come back; "+
			"set SPOTIFY_REDIRECT_URI to %q, here and in Spotify's dashboard", s.App.RedirectURI, s.BaseURL, s.BaseURL+"/callback")
	case u.RawQuery != "":
		return "", fmt.Errorf("server: redirect URI %q has a query: write %q", s.App.RedirectURI, s.BaseURL+"/callback")
	case !isPlainPath(u.Path) || isOurs(u.Path):
		return "", fmt.Errorf("server: path %q of the redirect URI cannot be used: write %q", u.Path, s.BaseURL+"/callback")
	}
	return u.Path, nil
}

// checkPlaces settles where Spotify is, and with it where a page may send people and load covers from.
func (s *settings) checkPlaces() error {
	s.accounts, s.covers = spotifyAccounts, coverHosts
	for _, place := range []struct{ name, text string }{{"accounts", s.App.AccountsURL}, {"API", s.APIURL}} {
		if place.text == "" {
			continue
		}
		u, err := url.Parse(place.text)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return fmt.Errorf(`server: %s URL %q is not an address: write it like "http://127.0.0.1:5010/v1"`, place.name, place.text)
		}
		if place.name == "accounts" {
			s.accounts = originOf(u)
		} else if !s.App.AllowRemoteAccounts && u.Host != "api.spotify.com" && !isLoopback(u.Hostname()) && u.Hostname() != "localhost" {
			return fmt.Errorf("server: API URL %q is not on this computer, and tokens would go there: use 127.0.0.1, "+
				"or allow a remote emulator for containers", place.text)
		}
		// An emulator draws its own covers and serves them from its own addresses.
		if origin := originOf(u); origin != spotifyAccounts && origin != "https://api.spotify.com" {
			s.covers = append(s.covers[:len(s.covers):len(s.covers)], origin)
		}
	}
	return nil
}

// originOf is scheme://host[:port] in the form browsers write it.
func originOf(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if port := u.Port(); (u.Scheme == "https" && port == "443") || (u.Scheme == "http" && port == "80") {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return u.Scheme + "://" + host
}

func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// isPlainPath reports whether path can stand in a route as it is.
func isPlainPath(path string) bool {
	if len(path) < 2 || path[0] != '/' || strings.HasSuffix(path, "/") || strings.Contains(path, "//") || strings.Contains(path, "/.") {
		return false
	}
	return strings.Trim(strings.ToLower(path), "abcdefghijklmnopqrstuvwxyz0123456789/-_.~") == ""
}

package server_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// TestConfigErrors: each mistake is found by New, and the message says what to write.
func TestConfigErrors(t *testing.T) {
	t.Parallel()
	w := newFuzzWorld(t)
	for name, c := range map[string]struct {
		change func(*server.Config)
		want   string
	}{
		"no app":           {func(c *server.Config) { c.App = nil }, "client id"},
		"no client id":     {func(c *server.Config) { c.App.ClientID = "" }, "SPOTIFY_CLIENT_ID"},
		"no secret":        {func(c *server.Config) { c.App.ClientSecret = "" }, "SPOTIFY_CLIENT_SECRET"},
		"no vault":         {func(c *server.Config) { c.DB = nil }, "vault"},
		"no base":          {func(c *server.Config) { c.BaseURL = "" }, "http://127.0.0.1:5000"},
		"base localhost":   {func(c *server.Config) { c.BaseURL = "http://localhost:5000" }, "http://127.0.0.1:5000"},
		"base LOCALHOST":   {func(c *server.Config) { c.BaseURL = "http://LocalHost" }, "http://127.0.0.1"},
		"base http":        {func(c *server.Config) { c.BaseURL = "http://music.example.org" }, "https"},
		"base with path":   {func(c *server.Config) { c.BaseURL = "https://example.org/music" }, "scheme, host and port"},
		"base with user":   {func(c *server.Config) { c.BaseURL = "https://a:b@example.org" }, "scheme, host and port"},
		"base no scheme":   {func(c *server.Config) { c.BaseURL = "example.org" }, "https://music.example.org"},
		"base ftp":         {func(c *server.Config) { c.BaseURL = "ftp://example.org" }, "https://music.example.org"},
		"redirect differs": {func(c *server.Config) { c.App.RedirectURI = "https://other.example.org/callback" }, "SPOTIFY_REDIRECT_URI"},
		"redirect port":    {func(c *server.Config) { c.App.RedirectURI = "http://127.0.0.1:6000/callback" }, "differ"},
		"redirect query":   {func(c *server.Config) { c.App.RedirectURI = "http://127.0.0.1:5000/callback?a=b" }, "query"},
		"redirect is home": {func(c *server.Config) { c.App.RedirectURI = "http://127.0.0.1:5000/" }, "http://127.0.0.1:5000/callback"},
		"redirect is ours": {func(c *server.Config) { c.App.RedirectURI = "http://127.0.0.1:5000/login" }, "http://127.0.0.1:5000/callback"},
		"redirect pattern": {func(c *server.Config) { c.App.RedirectURI = "http://127.0.0.1:5000/{x}" }, "http://127.0.0.1:5000/callback"},
		"redirect local":   {func(c *server.Config) { c.App.RedirectURI = "http://localhost:5000/callback" }, "http://127.0.0.1:5000/callback"},
		"unknown scope":    {func(c *server.Config) { c.Scopes = auth.ParseScopes("user-read-everything") }, "user-read-everything"},
		"accounts remote":  {func(c *server.Config) { c.App.AccountsURL = "http://spotify.example" }, "AllowRemoteAccounts"},
		"API remote":       {func(c *server.Config) { c.APIURL = "http://spotify.example/v1" }, "127.0.0.1"},
		"API nonsense":     {func(c *server.Config) { c.APIURL = "127.0.0.1" }, "http://127.0.0.1:5010/v1"},
		"everybody proxy":  {func(c *server.Config) { c.Proxies = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")} }, "everybody"},
		"negative idle":    {func(c *server.Config) { c.Idle = -time.Hour }, "30 days"},
	} {
		conf := server.Config{App: &auth.Config{ClientID: "a", ClientSecret: canary}, BaseURL: w.base, DB: w.db}
		c.change(&conf)
		_, err := server.New(conf)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: New = %v, want an error with %q", name, err, c.want)
		}
	}
}

func TestConfigGood(t *testing.T) {
	t.Parallel()
	w := newFuzzWorld(t)
	for name, change := range map[string]func(*server.Config){
		"defaults":       func(*server.Config) {},
		"trailing slash": func(c *server.Config) { c.BaseURL += "/" },
		"IPv6":           func(c *server.Config) { c.BaseURL = "http://[::1]:5000" },
		"https":          func(c *server.Config) { c.BaseURL = "https://music.example.org" },
		"https port": func(c *server.Config) {
			c.BaseURL, c.App.RedirectURI = "https://Music.example.org:443", "https://music.example.org/callback"
		},
		"own callback": func(c *server.Config) { c.App.RedirectURI = "http://127.0.0.1:5000/spotify/back" },
		"emulator": func(c *server.Config) {
			c.App.AccountsURL, c.APIURL = "http://localhost:5010", "http://127.0.0.1:5010/v1"
		},
		"container": func(c *server.Config) {
			c.App.AllowRemoteAccounts, c.App.AccountsURL, c.APIURL = true, "http://emulator:5010", "http://emulator:5010/v1"
		},
	} {
		app := &auth.Config{ClientID: "a", ClientSecret: canary}
		conf := server.Config{App: app, BaseURL: w.base, DB: w.db}
		change(&conf)
		before := app.RedirectURI
		s, err := server.New(conf)
		if err != nil || s == nil {
			t.Errorf("%s: New = %v", name, err)
		}
		if app.RedirectURI != before {
			t.Errorf("%s: New changed its caller's configuration", name)
		}
	}
}

// TestCoverRule: a page may load pictures from Spotify's hosts, and from an emulator's.
func TestCoverRule(t *testing.T) {
	t.Parallel()
	w := newFuzzWorld(t)
	s, err := server.New(server.Config{App: &auth.Config{ClientID: "a", ClientSecret: canary}, BaseURL: "https://music.example.org", DB: w.db})
	if err != nil {
		t.Fatal(err)
	}
	w.srv = s
	r := mustRequest(t, http.MethodGet, "https://music.example.org/")
	csp := w.ask(r).Header().Get("Content-Security-Policy")
	if !strings.Contains(csp, "img-src 'self' https://i.scdn.co https://mosaic.scdn.co;") || !strings.Contains(csp, "form-action 'self' https://accounts.spotify.com;") {
		t.Errorf("the policy with Spotify itself is %q", csp)
	}
}

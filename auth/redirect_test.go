package auth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
)

func TestRedirectURIs(t *testing.T) {
	t.Parallel()
	for _, uri := range []string{
		"https://example.com/callback", "https://example.com:8443/callback?app=1", "https://127.0.0.1/callback",
		"http://127.0.0.1:5000/callback", "http://127.0.0.1/callback", "http://127.0.0.1", "http://[::1]:5000/callback", "http://[::1]/callback",
	} {
		if _, err := auth.NewCredentials(&auth.Config{ClientID: "id", RedirectURI: uri}); err != nil {
			t.Errorf("NewCredentials with redirect URI %q: %v", uri, err)
		}
	}
	for uri, fix := range map[string]string{
		"http://localhost:5000/callback":              `"http://127.0.0.1:5000/callback"`,
		"http://LOCALHOST/callback":                   `"http://127.0.0.1/callback"`,
		"https://localhost:5000/callback":             `"http://127.0.0.1:5000/callback"`,
		"http://localhost.:5000/callback":             `"http://127.0.0.1:5000/callback"`,
		"http://app.localhost:5000/callback":          `"http://127.0.0.1:5000/callback"`,
		"https://app.localhost/callback":              `"http://127.0.0.1/callback"`,
		"http://example.com/callback":                 `"https://example.com/callback"`,
		"http://127.0.0.2:5000/callback":              `"http://127.0.0.1:5000/callback"`,
		"http://[0:0:0:0:0:0:0:1]:5000/callback":      `"http://[::1]:5000/callback"`,
		"http://192.168.1.2:5000/callback":            `"https://192.168.1.2:5000/callback"`,
		"http://0.0.0.0:5000/callback":                `https`,
		"myapp://callback":                            `"http://127.0.0.1:5000/callback"`,
		"https://example.com/callback#part":           `"https://example.com/callback"`,
		"https://example.com/callback#":               `"https://example.com/callback"`,
		"https://example.com/callback?code=1":         `"code"`,
		"https://example.com/callback?a=b&state=":     `"state"`,
		"https://example.com/callback?error=1":        `"error"`,
		"/callback":                                   `"http://127.0.0.1:5000/callback"`,
		"127.0.0.1:5000/callback":                     `"http://127.0.0.1:5000/callback"`,
		"https:///callback":                           `absolute`,
		"https:example.com":                           `absolute`,
		"https://exa mple.com/callback":               `URL`,
		"https://example.com\\@evil.example/callback": `URL`,
		"http://127.0.0.1:0/callback":                 `port`,
		"http://127.0.0.1:70000/callback":             `port`,
		"http://127.0.0.1:/callback":                  `port`,
		"https://*.example.com/callback":              `URL`,
	} {
		_, err := auth.NewCredentials(&auth.Config{ClientID: "id", RedirectURI: uri})
		if !errors.Is(err, auth.ErrConfig) || !strings.Contains(err.Error(), fix) {
			t.Errorf("NewCredentials with redirect URI %q = %v, want ErrConfig that says %s", uri, err, fix)
		}
	}
	_, err := auth.NewCredentials(&auth.Config{ClientID: "id", RedirectURI: "https://me:" + canary + "@example.com/"})
	if !errors.Is(err, auth.ErrConfig) || sings(err.Error()) {
		t.Errorf("a redirect URI with a password = %v, want ErrConfig without it", err)
	}
}

func TestRedirectToIsCheckedToo(t *testing.T) {
	t.Parallel()
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, auth.ErrConfig) {
			t.Errorf("RedirectTo a bad URI panics with %v, want ErrConfig", err)
		}
	}()
	auth.RedirectTo("http://localhost/callback")
}

func TestAccountsURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		url            string
		remote, refuse bool
	}{
		{url: ""}, {url: "https://accounts.spotify.com"}, {url: "https://accounts.spotify.com/"},
		{url: "http://127.0.0.1:5010"}, {url: "http://[::1]:5010/"}, {url: "http://localhost:5010"},
		{url: "http://emulator:5010", remote: true},
		{url: "http://emulator:5010", refuse: true}, {url: "https://accounts.spotify.com.evil.example", refuse: true},
		{url: "http://accounts.spotify.com", refuse: true}, {url: "http://127.0.0.1.evil.example", refuse: true},
		{url: "http://user:x@127.0.0.1", refuse: true}, {url: "ftp://127.0.0.1", refuse: true}, {url: "127.0.0.1:5010", refuse: true},
		{url: "http://127.0.0.1/?x=1", refuse: true}, {url: "nonsense", remote: true, refuse: true},
	} {
		_, err := auth.NewCredentials(&auth.Config{ClientID: "id", AccountsURL: test.url, AllowRemoteAccounts: test.remote})
		if test.refuse != errors.Is(err, auth.ErrConfig) || test.refuse != (err != nil) {
			t.Errorf("NewCredentials with AccountsURL %q, remote %v = %v, want refused %v", test.url, test.remote, err, test.refuse)
		}
	}
}

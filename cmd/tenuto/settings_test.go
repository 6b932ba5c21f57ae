package main

import (
	"net/http"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// asked is a transport that remembers which host was asked.
type asked struct {
	http.RoundTripper
	host string
}

func (a *asked) RoundTrip(r *http.Request) (*http.Response, error) {
	a.host = r.URL.Host
	return a.RoundTripper.RoundTrip(r)
}

// TestWebAPI: Spotify, an emulator on this machine, or one elsewhere if that was allowed.
func TestWebAPI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		apiURL string
		remote bool
		want   string // "": nobody is asked
	}{
		{"", false, "api.spotify.com"},
		{"http://localhost:5010/v1", false, "localhost:5010"},
		{"http://emulator:5010/v1", true, "emulator:5010"},
		{"http://emulator:5010/v1", false, ""},
	} {
		a := &app{conf: &auth.Config{AllowRemoteAccounts: c.remote}, apiURL: c.apiURL}
		memory := &asked{RoundTripper: emulator.New(emulator.Config{}).Client().Transport}
		client := spotify.New(auth.StaticToken("token"), append(a.webAPI(), spotify.WithHTTPClient(&http.Client{Transport: memory}))...)
		_, err := client.Users.Me(t.Context())
		if err == nil || memory.host != c.want {
			t.Errorf("webAPI(%q, remote %v) asks %q (%v), want %q, which knows no such token", c.apiURL, c.remote, memory.host, err, c.want)
		}
	}
}

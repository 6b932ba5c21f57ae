package spotify_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// linkHost is spotify.link as it answers, and notes what it was asked.
type linkHost struct {
	status   int
	location string
	err      error
	asked    []string
}

func (h *linkHost) RoundTrip(r *http.Request) (*http.Response, error) {
	h.asked = append(h.asked, fmt.Sprint(r.Method, " ", r.URL))
	if len(r.Header) != 1 || r.Header.Get("User-Agent") == "" {
		return nil, fmt.Errorf("headers %v, want none but User-Agent", r.Header)
	}
	if h.err != nil {
		return nil, h.err
	}
	header := http.Header{}
	if h.location != "" {
		header.Set("Location", h.location)
	}
	return &http.Response{StatusCode: h.status, Header: header, Body: http.NoBody, Request: r}, nil
}

func TestResolveLink(t *testing.T) {
	t.Parallel()
	const ask, track = "HEAD https://spotify.link/AbCdEf", spotify.URI("spotify:track:" + someID)
	offline := errors.New("offline")
	for _, c := range []struct {
		text  string
		host  linkHost
		want  spotify.URI
		err   error
		asked string
	}{
		{"https://spotify.link/AbCdEf", linkHost{status: 307, location: "https://open.spotify.com/track/" + someID + "?si=1&_branch_match_id=2"}, track, nil, ask},
		{" http://spotify.link/AbCdEf?canary=1#x\n", linkHost{status: 302, location: "https://open.spotify.com/intl-de/track/" + someID}, track, nil, ask},
		{"spotify.link/AbCdEf", linkHost{status: 301, location: "https://open.spotify.com/track/" + someID}, track, nil, ask},
		{"https://canary@spotify.link/AbCdEf", linkHost{status: 307, location: "https://open.spotify.com/track/" + someID}, track, nil, ask},
		{"https://spotify.link/AbCdEf", linkHost{status: 307, location: "https://evil.example/track/" + someID}, "", spotify.ErrNotFound, ask},
		{"https://spotify.link/AbCdEf", linkHost{status: 307, location: "https://spotify.link/again"}, "", spotify.ErrNotFound, ask},
		{"https://spotify.link/AbCdEf", linkHost{status: 307}, "", spotify.ErrNotFound, ask},
		{"https://spotify.link/AbCdEf", linkHost{status: 404}, "", spotify.ErrNotFound, ask},
		{"https://spotify.link/AbCdEf", linkHost{status: 200}, "", spotify.ErrNotFound, ask},
		{"https://spotify.link/AbCdEf", linkHost{status: 429}, "", spotify.ErrRateLimited, ask},
		{"https://spotify.link/AbCdEf", linkHost{status: 503}, "", spotify.ErrServer, ask},
		{"https://spotify.link/AbCdEf", linkHost{err: offline}, "", offline, ask},
		{"https://open.spotify.com/track/" + someID, linkHost{}, track, nil, ""},
		{string(track), linkHost{}, track, nil, ""},
		{"https://spotify.link.evil.example/AbCdEf", linkHost{}, "", spotify.ErrConfig, ""},
		{"https://spotify.link:8443/AbCdEf", linkHost{}, "", spotify.ErrConfig, ""},
		{"ftp://spotify.link/AbCdEf", linkHost{}, "", spotify.ErrConfig, ""},
		{"nonsense", linkHost{}, "", spotify.ErrConfig, ""},
	} {
		client := spotify.New(auth.StaticToken("BQcanary-token"), spotify.WithHTTPClient(&http.Client{Transport: &c.host}))
		got, err := client.ResolveLink(t.Context(), c.text)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("ResolveLink(%q) of %d %q = %q, %v, want %q, %v", c.text, c.host.status, c.host.location, got, err, c.want, c.err)
		}
		if asked := strings.Join(c.host.asked, ", "); asked != c.asked {
			t.Errorf("ResolveLink(%q) asked %q, want %q", c.text, asked, c.asked)
		}
		if err != nil && (strings.Contains(err.Error(), "AbCdEf") || strings.Contains(err.Error(), "canary")) {
			t.Errorf("ResolveLink(%q): the error repeats the link: %v", c.text, err)
		}
	}
}

package spotify_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/spotify"
)

// Each attempt has its own time, from when it began; a transport that tells of it as of a
// caller who left is not believed.
func TestEachAttemptHasItsTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const limit = 10 * time.Second
		wire := &http.Client{Timeout: limit, Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			need, _ := time.ParseDuration(r.URL.Query().Get("q"))
			select {
			case <-r.Context().Done():
				return nil, r.Context().Err()
			case <-time.After(need):
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"tracks":{"items":[]}}`)), Request: r}, nil
			}
		})}
		client := spotify.New(token("alice"), spotify.WithHTTPClient(wire), spotify.WithRetries(0))
		var all sync.WaitGroup
		for i, c := range []struct {
			after, need time.Duration
			late        bool
		}{
			{0, 9 * time.Second, false}, {0, time.Hour, true}, {time.Second, time.Minute, true}, {2 * time.Second, 9999 * time.Millisecond, false},
			{9 * time.Second, 20 * time.Second, true}, {11 * time.Second, time.Second, false}, {time.Hour, 11 * time.Second, true}, {time.Hour, time.Second, false},
		} {
			all.Go(func() {
				time.Sleep(c.after)
				began := time.Now()
				_, err := client.Search.Tracks(t.Context(), c.need.String(), nil)
				want := c.need
				if c.late {
					want = limit
				}
				if took := time.Since(began); took != want || c.late != errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || !c.late && err != nil {
					t.Errorf("%d: %v after %v, want %v and too late: %v", i, err, took, want, c.late)
				}
			})
		}
		all.Wait()
	})
}

// Whatever is in a path goes where it should, below any base URL.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for base, prefix := range map[string]string{
		"": "https://api.spotify.com/v1", "http://127.0.0.1:5010/v1/": "http://127.0.0.1:5010/v1", "http://[::1]:1/a%2Fb/v1": "http://[::1]:1/a%2Fb/v1",
		"http://localhost:1": "http://localhost:1",
	} {
		for id, path := range map[string]string{"alice": "alice", "a/b": "a%2Fb", "å #1?&%": "%C3%A5%20%231%3F&%25", "a b+c": "a%20b+c", "%2e%2e": "%252e%252e"} {
			var got, host string
			client := spotify.New(token("alice"), spotify.WithBaseURL(base), spotify.WithMode(spotify.Extended), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				got, host = r.URL.String(), r.Host
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{}`)), Request: r}, nil
			})}))
			if _, err := client.Users.Get(t.Context(), spotify.UserID(id)); err != nil {
				t.Fatal(err)
			}
			if want := prefix + "/users/" + path; got != want || !strings.Contains(want, "://"+host+"/") {
				t.Errorf("user %q at %q: asked %s of %s, want %s", id, base, got, host, want)
			}
		}
	}
}

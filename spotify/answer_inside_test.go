package spotify_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// readings are ways to make a call, by what the answer is read into.
func readings(t *testing.T, client *spotify.Client) map[string]func() error {
	ctx := t.Context()
	do := func(op spotify.Operation, out any) error { return client.Do(ctx, op, nil, out) }
	return map[string]func() error{
		"a model":             func() error { _, err := client.Users.Me(ctx); return err },
		"a page":              func() error { _, err := client.Library.Tracks(ctx, nil); return err },
		"what is under a key": func() error { _, err := client.Player.Devices(ctx); return err },
		"an array": func() error {
			_, err := client.Library.Contains(ctx, "spotify:track:11dFghVXANMlKmJXsNCbNl")
			return err
		},
		"raw":                func() error { return do("GET /me", new(json.RawMessage)) },
		"anything":           func() error { return do("GET /me", new(any)) },
		"a type of its own":  func() error { return do("GET /me", new(struct{ ID string })) },
		"nothing":            func() error { return do("GET /me", nil) },
		"nothing, a command": func() error { return client.Player.Pause(ctx, nil) },
		"a change's answer":  func() error { return do("PUT /me/player/pause", new(json.RawMessage)) },
	}
}

// TestErrorInsideSuccess: Spotify has answered 200 with one of its errors. It is that error, however the answer is read.
func TestErrorInsideSuccess(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		body   string
		want   error
		status int
	}{
		{`{"error": {"status": 404, "message": "Resource not found"}}`, spotify.ErrNotFound, 404},
		{" {\n\"error\":{\"message\":\"Player command failed: No active device found\",\"status\":404,\"reason\":\"NO_ACTIVE_DEVICE\"}}", spotify.ErrNoActiveDevice, 404},
		{`{"error":{"status":403,"message":"Insufficient client scope"}}`, spotify.ErrMissingScope, 403},
		{`{"error":{"status":401,"message":"The access token expired"}}`, spotify.ErrUnauthorized, 401},
		{`{"error":{"status":429,"message":"API rate limit exceeded"}}`, spotify.ErrRateLimited, 429},
		{`{"error":{"status":503,"message":"Service unavailable"}}`, spotify.ErrServer, 503},
		{`{"error":{"status":200,"message":"Strange"}}`, spotify.ErrServer, 200},
		{`{"error":{"message":"Strange"}}`, spotify.ErrServer, 200},
	} {
		for name := range readings(t, answering(200, c.body)) {
			call := readings(t, answering(200, c.body))[name] // what one call learns is not for the next
			err := call()
			failed, ok := errors.AsType[*spotify.Error](err)
			if !ok || !errors.Is(err, c.want) || failed.Status != c.status {
				t.Errorf("%s read into %s = %v, want %v with status %d", c.body, name, err, c.want, c.status)
			}
		}
	}
}

// TestErrorMemberIsNoError: what is wanted is there, or there is no error of Spotify's shape.
func TestErrorMemberIsNoError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ body, id string }{
		{`{"error":{"status":404,"message":"Resource not found"},"id":"alice"}`, "alice"},
		{`{"id":"alice","error":{"status":404,"message":"Resource not found"}}`, "alice"},
		{`{"id":"alice","error":null}`, "alice"},
		{`{"error":null}`, ""},
		{`{"error":"sorry"}`, ""},
		{`{"error":{}}`, ""},
		{`{"error":[{"status":404}]}`, ""},
		{`{"errors":{"status":404}}`, ""},
		{`{}`, ""},
	} {
		client := answering(200, c.body)
		if me, err := client.Users.Me(t.Context()); err != nil || string(me.ID) != c.id {
			t.Errorf("Me from %s = %+v, %v, want the ID %q", c.body, me, err, c.id)
		}
		var raw json.RawMessage
		if err := client.Do(t.Context(), "GET /me", nil, &raw); err != nil || string(raw) != c.body {
			t.Errorf("Do from %s = %s, %v, want it as it is", c.body, raw, err)
		}
	}
	// Nor inside what a caller reads, where a model is only a part of the whole.
	var own struct{ Item, Other spotify.Track }
	err := answering(200, `{"item":{"error":{"status":404,"message":"x"}},"other":{"name":"n"}}`).Do(t.Context(), "GET /me/player", nil, &own)
	if err != nil || own.Other.Name != "n" {
		t.Errorf("Do into an own type = %+v, %v", own, err)
	}
}

// TestErrorInsideIsAnsweredLikeOthers: trouble is asked about again, and who is to wait waits.
func TestErrorInsideIsAnsweredLikeOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		answers := []string{`{"error":{"status":503,"message":"x"}}`, `{"error":{"status":429,"message":"x"}}`, `{"id":"alice"}`}
		client := spotify.New(auth.StaticToken("BQcanary-token"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
			body := answers[min(asked, len(answers)-1)]
			asked++
			return &http.Response{StatusCode: 200, Header: http.Header{"Retry-After": {"7"}}, Body: io.NopCloser(strings.NewReader(body))}, nil
		})}))
		began := time.Now()
		me, err := client.Users.Me(t.Context())
		if err != nil || me.ID != "alice" || asked != 3 {
			t.Fatalf("Me = %+v, %v after %d requests, want alice after 3", me, err, asked)
		}
		if took := time.Since(began); took < 7*time.Second {
			t.Errorf("answered after %v, want the 7 s waited that Spotify asked for", took)
		}
		if usage := client.Governor().Usage(); usage.Operations["GET /me"].RateLimited != 1 {
			t.Errorf("Usage = %s, want one answer counted as 429", fmt.Sprint(usage.Operations))
		}
	})
}

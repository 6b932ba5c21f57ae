package spotify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

var sentinels = []error{
	spotify.ErrUnauthorized, spotify.ErrUserRequired, spotify.ErrForbidden, spotify.ErrMissingScope, spotify.ErrPremiumRequired,
	spotify.ErrNotAllowlisted, spotify.ErrOwnerPremium, spotify.ErrNotOwner, spotify.ErrOperationClosed, spotify.ErrNotFound,
	spotify.ErrNoActiveDevice, spotify.ErrRestricted, spotify.ErrRateLimited, spotify.ErrQuotaExceeded, spotify.ErrServer, spotify.ErrConfig,
}

// checkIs wants err to be exactly those sentinels.
func checkIs(t *testing.T, err error, want ...error) {
	t.Helper()
	for _, sentinel := range sentinels {
		wanted := slices.Contains(want, sentinel)
		if got := errors.Is(err, sentinel); got != wanted {
			t.Errorf("errors.Is(%q, %q) = %v, want %v", err, sentinel, got, wanted)
		}
	}
}

// What the emulator says of itself, as Spotify would.
func TestRefusalsAreExplained(t *testing.T) {
	t.Parallel()
	free := emulator.New(emulator.Config{Apps: []emulator.App{{OwnerFree: true}}})
	listed := emulator.New(emulator.Config{Apps: []emulator.App{{Allowlist: []string{"bob"}}}})
	extended := emulator.New(emulator.Config{})
	world := emulator.New(emulator.Config{})
	none := spotify.New(logInFor(t, world, "alice", auth.ScopeSet{}), spotify.WithHTTPClient(world.Client()))
	alice, bob := clientOf(t, world, "alice"), clientOf(t, world, "bob")
	silent := world.AddPerson(emulator.Person{Name: "carol", Silent: true})
	playlist := ownPlaylist(t, alice)
	open := spotify.WithMode(spotify.Extended)

	for _, c := range []struct {
		name   string
		client *spotify.Client
		op     spotify.Operation
		id     string
		want   []error
		says   string
	}{
		{"scope, player", none, playing, "", []error{spotify.ErrMissingScope, spotify.ErrForbidden}, "ask the person for user-read-currently-playing"},
		{"scope", none, "GET /me/tracks", "", []error{spotify.ErrMissingScope, spotify.ErrForbidden}, "ask the person for user-library-read"},
		{"application token", appClient(t, world), "GET /me", "", []error{spotify.ErrUserRequired}, "log a person in"},
		{"owner without Premium", clientOf(t, free, "alice"), "GET /me", "", []error{spotify.ErrOwnerPremium, spotify.ErrForbidden}, "must subscribe"},
		{"not listed", clientOf(t, listed, "alice"), "GET /me", "", []error{spotify.ErrNotAllowlisted, spotify.ErrForbidden}, "developer.spotify.com/dashboard"},
		{"free person", bob, play, "", []error{spotify.ErrPremiumRequired, spotify.ErrForbidden}, "PREMIUM_REQUIRED"},
		{"already playing", alice, play, "", []error{spotify.ErrRestricted, spotify.ErrForbidden}, "Restriction violated"},
		{"no device", clientOf(t, world, silent.Name), play, "", []error{spotify.ErrNoActiveDevice, spotify.ErrNotFound}, "open Spotify somewhere"},
		{"somebody else's", bob, "GET /playlists/{id}/items", string(playlist), []error{spotify.ErrNotOwner, spotify.ErrForbidden}, "owner"},
		{"unknown", alice, "GET /tracks/{id}", someID, []error{spotify.ErrNotFound}, "404"},
		{"no ID", alice, "GET /tracks/{id}", "x", nil, "bad request (400"},
		{"closed, here", alice, "GET /tracks", "", []error{spotify.ErrOperationClosed}, "use GET /tracks/{id}"},
		{"closed, there", clientOf(t, extended, "alice", open), "GET /markets", "", []error{spotify.ErrOperationClosed, spotify.ErrForbidden}, "nothing instead"},
		{"restricted, here", alice, "GET /recommendations", "", []error{spotify.ErrOperationClosed}, "closed"},
		{"restricted, there", clientOf(t, extended, "alice", open), "GET /recommendations", "", []error{spotify.ErrOperationClosed}, "404"},
	} {
		t.Run(c.name, func(t *testing.T) {
			args := &spotify.Args{}
			if c.id != "" {
				args.Path = map[string]string{"id": c.id}
			}
			err := c.client.Do(t.Context(), c.op, args, nil)
			checkIs(t, err, c.want...)
			failed, ok := errors.AsType[*spotify.Error](err)
			if !ok || failed.Operation != c.op || !strings.Contains(fmt.Sprint(err), c.says) {
				t.Errorf("got %v, want an *Error of %s that says %q", err, c.op, c.says)
			}
		})
	}
}

func ownPlaylist(t *testing.T, client *spotify.Client) spotify.PlaylistID {
	t.Helper()
	var made spotify.Playlist
	err := client.Do(t.Context(), "POST /me/playlists", &spotify.Args{Body: map[string]any{"name": "ours", "public": false}}, &made)
	if err != nil || made.ID == "" {
		t.Fatalf("POST /me/playlists: %+v, %v", made, err)
	}
	return made.ID
}

// Texts that Spotify has been seen to use.
func TestTextsOfRefusals(t *testing.T) {
	t.Parallel()
	const item = "GET /playlists/{id}/items"
	for _, c := range []struct {
		op     spotify.Operation
		status int
		body   string
		want   []error
	}{
		{item, 403, `{"error": {"status": 403, "message": "Forbidden" } }`, []error{spotify.ErrNotOwner, spotify.ErrForbidden}},
		{item, 403, ``, []error{spotify.ErrNotOwner, spotify.ErrForbidden}},
		{"GET /me", 403, `{"error": {"status": 403, "message": "Forbidden" } }`, []error{spotify.ErrForbidden}},
		{"GET /me", 403, `{"error":{"status":403,"message":"User not registered in the Developer Dashboard"}}`, []error{spotify.ErrNotAllowlisted, spotify.ErrForbidden}},
		{"GET /me", 403, `Check settings on developer.spotify.com/dashboard, the user may not be registered.`, []error{spotify.ErrNotAllowlisted, spotify.ErrForbidden}},
		{"GET /me", 403, `{"error":{"status":403,"message":"Insufficient client scope"}}`, []error{spotify.ErrMissingScope, spotify.ErrForbidden}},
		{"GET /me", 403, `<html>`, []error{spotify.ErrForbidden}},
		{"POST /me/playlists", 403, `{"error":{"status":403,"message":"You cannot create a playlist for another user"}}`, []error{spotify.ErrNotOwner, spotify.ErrForbidden}},
		{item, 403, `{"error":{"status":403,"message":"You cannot add tracks to a playlist you don't own."}}`, []error{spotify.ErrNotOwner, spotify.ErrForbidden}},
		{play, 403, `{"error":{"status":403,"message":"Player command failed: Cannot control device volume","reason":"VOLUME_CONTROL_DISALLOW"}}`, []error{spotify.ErrRestricted, spotify.ErrForbidden}},
		{play, 404, `{"error":{"status":404,"message":"Device not found"}}`, []error{spotify.ErrNotFound}},
		{play, 404, `{"error":{"status":404,"message":"Device not found","reason":"NO_ACTIVE_DEVICE"}}`, []error{spotify.ErrNoActiveDevice, spotify.ErrNotFound}},
		{"GET /me", 401, `{"error":"invalid_token","error_description":"Bad"}`, []error{spotify.ErrUnauthorized}},
		{"GET /me", 401, `"nonsense"`, []error{spotify.ErrUnauthorized}},
		{"GET /me", 400, `{"error":{"status":400,"message":"Only valid bearer authentication supported"}}`, nil},
		{"GET /me", 418, `[]`, nil},
		{"GET /me", 501, `{"error":[]}`, []error{spotify.ErrServer}},
		{"GET /me", 429, `{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}`, []error{spotify.ErrQuotaExceeded}},
		{"GET /me", 429, `{"error":{"status":429,"message":"API rate limit exceeded","reason":"a new one"}}`, []error{spotify.ErrRateLimited}},
	} {
		client := answering(c.status, c.body)
		args := &spotify.Args{}
		if strings.Contains(string(c.op), "{id}") {
			args.Path = map[string]string{"id": someID}
		}
		t.Run(fmt.Sprint(c.op, " ", c.status, " ", c.body), func(t *testing.T) {
			checkIs(t, client.Do(t.Context(), c.op, args, nil), c.want...)
		})
	}
}

// answering is a client whose every call gets this answer.
func answering(status int, body string, opts ...spotify.Option) *spotify.Client {
	opts = append(opts, spotify.WithMaxWait(0), spotify.WithRetries(0), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: readCloser{strings.NewReader(body)}}, nil
	})}))
	return spotify.New(auth.StaticToken("BQcanary-token"), opts...)
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestMissingScopes(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	for _, c := range []struct {
		granted auth.ScopeSet
		op      spotify.Operation
		uris    string
		missing string
	}{
		{auth.Scopes(auth.ScopeUserTopRead), "GET /me/tracks", "", "user-library-read"},
		{auth.Scopes(auth.ScopeUserTopRead), "GET /me/player/queue", "", "user-read-currently-playing"},
		{auth.Scopes(auth.ScopeUserLibraryModify), "PUT /me/library", "spotify:track:" + someID + ",spotify:artist:" + someID, "user-follow-modify"},
		{auth.Scopes(auth.ScopePlaylistModifyPublic), "POST /me/playlists", "", "playlist-modify-private"},
	} {
		client := spotify.New(logInFor(t, world, "alice", c.granted), spotify.WithHTTPClient(world.Client()))
		world.Fail(emulator.Fault{Operation: string(c.op), Status: 403, Message: "Insufficient client scope"})
		args := &spotify.Args{}
		if c.uris != "" {
			args.Query = map[string][]string{"uris": {c.uris}}
		}
		failed, _ := errors.AsType[*spotify.Error](client.Do(t.Context(), c.op, args, nil))
		if failed == nil || failed.Granted != c.granted || failed.Missing.String() != c.missing {
			t.Errorf("%s with %q: %+v, want missing %q", c.op, c.granted, failed, c.missing)
			continue
		}
		if want := c.granted.Union(failed.Missing); failed.Consent() != want {
			t.Errorf("Consent() = %q, want %q", failed.Consent(), want)
		}
		world = emulator.New(emulator.Config{}) // consents add up
	}
}

// No error, however printed, tells the token, an id, a query or more of a body than a line.
func TestErrorsTellNothing(t *testing.T) {
	t.Parallel()
	const token, mail = "BQcanary-token", "canary@example.com"
	nasty := "boom " + token + " " + mail + "\nspotify:track:canary https://x.example/canary " +
		strings.Repeat("canary", 9) + strings.Repeat(" long", 500)
	bodies := []string{nasty, `{"error":{"status":1,"message":` + fmt.Sprintf("%q", nasty) + `,"reason":"canary reason"}}`, "<html>canary", `{"canary":`, `"canary`}
	broken := roundTripper(func(r *http.Request) (*http.Response, error) { return nil, errors.New("broken") })
	search := func(c *spotify.Client) error {
		_, err := c.Search.Tracks(t.Context(), "canary query", nil)
		return err
	}
	track := func(c *spotify.Client) error {
		_, err := c.Tracks.Get(t.Context(), "canary-id", nil)
		return err
	}
	errs := []error{search(answering(400, `"canary query"`)), track(answering(404, "Non existing id: canary-id"))}
	for _, client := range []*spotify.Client{
		answering(200, ""), answering(200, "<html>canary"), answering(302, nasty),
		answering(0, "").With(spotify.WithHTTPClient(&http.Client{Transport: broken})),
	} {
		errs = append(errs, search(client), track(client))
	}
	for _, status := range []int{400, 401, 403, 404, 429, 500, 501} {
		for _, body := range bodies {
			errs = append(errs, search(answering(status, body)), track(answering(status, body)))
		}
	}
	for _, err := range errs {
		if err == nil {
			continue
		}
		var logged strings.Builder
		slog.New(slog.NewJSONHandler(&logged, nil)).Error("x", "err", err)
		failed, _ := errors.AsType[*spotify.Error](err)
		for _, text := range []string{err.Error(), fmt.Sprintf("%v %+v %#v %q", err, err, err, err), logged.String(), fmt.Sprintf("%+v %#v", failed, failed)} {
			if strings.Contains(text, "canary") {
				t.Fatalf("an error tells too much: %s", text)
			}
		}
		if n := len(err.Error()); n > 600 || strings.ContainsAny(err.Error(), "\n\x00") {
			t.Errorf("an error of %d bytes or several lines: %q", n, err)
		}
	}
	if len(errs) < 50 {
		t.Errorf("only %d errors were looked at", len(errs))
	}
}

func ExampleError() {
	client := spotify.New(auth.StaticToken("…"))
	err := client.Do(context.Background(), "GET /artists/{id}/top-tracks", nil, nil)
	fmt.Println(errors.Is(err, spotify.ErrOperationClosed))
	fmt.Println(err)
	// Output:
	// true
	// spotify: GET /artists/{id}/top-tracks: closed in this mode: there is nothing instead; apps with extended quota use WithMode(Extended)
}

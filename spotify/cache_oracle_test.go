package spotify_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/tenuto-dev/tenuto/spotify"
)

// policy is what a server says about keeping an answer, and what that means.
type policy struct {
	control   string
	tagged    bool
	lifetime  time.Duration
	kept      bool // it may be stored
	askAlways bool
}

var policies = []policy{
	{"max-age=60", true, time.Minute, true, false},
	{"max-age=60", false, time.Minute, true, false},
	{"public, max-age=3600", true, time.Hour, true, false},
	{"private, max-age=0", true, 0, true, false},
	{"private, max-age=0", false, 0, false, false},
	{"no-store", true, 0, false, false},
	{"max-age=3600, no-cache", true, time.Hour, true, true},
	{"", true, 0, true, false},
	{"", false, 0, false, false},
}

// answerOf is what an oracle remembers of an answer.
type answerOf struct {
	content string
	policy  policy
	at      time.Time
}

// oracle is the cache as simple as can be: every answer by all that can matter, nothing ever
// thrown away for want of room.
type oracle map[string]answerOf

func (o oracle) forget(person, path string) {
	for key := range o {
		who, what, _ := strings.Cut(key, " ")
		own := who == person && (strings.HasPrefix(what, "/me") || strings.HasPrefix(what, "/playlists"))
		same := strings.HasPrefix(path, "/playlists") && strings.HasPrefix(what, path+" ")
		if own || same {
			delete(o, key)
		}
	}
}

// step is what happens next in a story.
type step struct {
	what, person, path, language string
	wait                         time.Duration
	policy                       policy
}

var steps = rapid.Custom(func(t *rapid.T) step {
	return step{
		what:     rapid.SampledFrom([]string{"read", "read", "read", "write", "sleep", "change", "policy"}).Draw(t, "what"),
		person:   rapid.SampledFrom([]string{"alice", "bob"}).Draw(t, "person"),
		path:     rapid.SampledFrom([]string{"/me", "/playlists/one", "/playlists/two", "/albums/one"}).Draw(t, "path"),
		language: rapid.SampledFrom([]string{"", "sv"}).Draw(t, "language"),
		wait:     time.Duration(rapid.IntRange(1, 4000).Draw(t, "seconds")) * time.Second,
		policy:   rapid.SampledFrom(policies).Draw(t, "policy"),
	}
})

// TestCacheOracle plays random stories of people who read and write, of time that passes and
// of a server that changes its mind, and checks each answer, and that exactly what had to be
// asked was asked.
func TestCacheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(random *rapid.T) {
		story := rapid.SliceOfN(steps, 1, 60).Draw(random, "story")
		var err error
		synctest.Test(t, func(t *testing.T) { err = live(t.Context(), story) })
		if err != nil {
			random.Fatal(err)
		}
	})
}

func live(ctx context.Context, story []step) error {
	server, expect := newOrigin(), oracle{}
	shared := spotify.New(nil, spotify.WithHTTPClient(&http.Client{Transport: server}))
	current := policies[0]
	for i, s := range story {
		server.header, server.etag = http.Header{}, nil
		if current.control != "" {
			server.header.Set("Cache-Control", current.control)
		}
		if current.tagged {
			server.etag = plainTag
		}
		client := shared.As(token(s.person)).With(spotify.WithLanguage(s.language))
		var err error
		switch s.what {
		case "sleep":
			time.Sleep(s.wait)
		case "change":
			server.change(s.path)
		case "policy":
			current = s.policy
		case "write":
			if op, args := operationOn("PUT", s.path); op != "" {
				err = client.Do(ctx, op, args, nil)
				expect.forget(s.person, s.path)
			}
		case "read":
			err = expect.read(ctx, server, client, current, s)
		}
		if err != nil {
			return fmt.Errorf("step %d: %w", i, err)
		}
	}
	return nil
}

func operationOn(method, path string) (spotify.Operation, *spotify.Args) {
	kind, id, hasID := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	switch {
	case hasID && (method == "GET" || kind == "playlists"):
		return spotify.Operation(method + " /" + kind + "/{id}"), &spotify.Args{Path: map[string]string{"id": id}}
	case method == "GET":
		return spotify.Operation("GET /" + kind), nil
	case kind == "me":
		return "PUT /me/library", nil
	}
	return "", nil
}

// read reads as s says and compares what happens with what ought to happen.
func (o oracle) read(ctx context.Context, server *origin, client *spotify.Client, current policy, s step) error {
	key := s.person + " " + s.path + " " + s.language
	truth := fmt.Sprintf("%s %s %d", s.person, s.language, server.version["/v1"+s.path])
	stored, known := o[key]
	fresh := known && !stored.policy.askAlways && time.Since(stored.at) < stored.policy.lifetime
	want := truth
	if fresh {
		want = stored.content
	}
	before := server.requests()
	var got struct{ Name string }
	op, args := operationOn("GET", s.path)
	if err := client.Do(ctx, op, args, &got); err != nil {
		return err
	}
	sent := server.asked[before:]
	if got.Name != want || (len(sent) == 0) != fresh || len(sent) > 1 {
		return fmt.Errorf("%s: got %q with %d requests, want %q, fresh: %v", key, got.Name, len(sent), want, fresh)
	}
	if fresh {
		return nil
	}
	condition := ""
	if known && stored.policy.tagged {
		condition = plainTag(stored.content)
	}
	if asked := sent[0].Header.Get("If-None-Match"); asked != condition {
		return fmt.Errorf("%s: asked with the condition %q, want %q", key, asked, condition)
	}
	confirmed := condition != "" && current.tagged && stored.content == truth
	switch {
	case confirmed && current.control == "": // a 304 that says nothing of it leaves what was said
		o[key] = answerOf{truth, stored.policy, time.Now()}
	case current.kept:
		o[key] = answerOf{truth, current, time.Now()}
	default:
		delete(o, key)
	}
	return nil
}

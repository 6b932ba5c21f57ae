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

// TestCacheOracle plays random stories of people who read and write, of time that passes and
// of a server that changes its mind, and checks each answer, and that exactly what had to be
// asked was asked.
func TestCacheOracle(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(story *rapid.T) {
		var failed any
		synctest.Test(t, func(t *testing.T) {
			defer func() { failed = recover() }() // rapid fails by panics, which must not end in the bubble
			cacheStory(t.Context(), story)
		})
		if failed != nil {
			panic(failed)
		}
	})
}

func cacheStory(ctx context.Context, t *rapid.T) {
	server, expect := newOrigin(), oracle{}
	shared := spotify.New(nil, spotify.WithHTTPClient(&http.Client{Transport: server}))
	current := policies[0]
	apply := func() {
		server.header = http.Header{}
		if current.control != "" {
			server.header.Set("Cache-Control", current.control)
		}
		server.etag = nil
		if current.tagged {
			server.etag = plainTag
		}
	}
	apply()
	paths := []string{"/me", "/playlists/one", "/playlists/two", "/albums/one"}
	for range rapid.IntRange(1, 60).Draw(t, "steps") {
		person := rapid.SampledFrom([]string{"alice", "bob"}).Draw(t, "person")
		path := rapid.SampledFrom(paths).Draw(t, "path")
		language := rapid.SampledFrom([]string{"", "sv"}).Draw(t, "language")
		client := shared.As(token(person)).With(spotify.WithLanguage(language))
		switch rapid.SampledFrom([]string{"read", "read", "read", "write", "sleep", "change", "policy"}).Draw(t, "step") {
		case "sleep":
			time.Sleep(time.Duration(rapid.IntRange(1, 4000).Draw(t, "seconds")) * time.Second)
		case "change":
			server.change(path)
		case "policy":
			current = rapid.SampledFrom(policies).Draw(t, "policy")
			apply()
		case "write":
			op, args := operationOn("PUT", path)
			if op == "" {
				continue
			}
			if err := client.Do(ctx, op, args, nil); err != nil {
				t.Fatal(err)
			}
			expect.forget(person, path)
		case "read":
			read(ctx, t, server, expect, client, current, person, path, language)
		}
	}
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

func read(ctx context.Context, t *rapid.T, server *origin, expect oracle, client *spotify.Client, current policy, person, path, language string) {
	key := person + " " + path + " " + language
	truth := fmt.Sprintf("%s %s %d", person, language, server.version["/v1"+path])
	stored, known := expect[key]
	fresh := known && !stored.policy.askAlways && time.Since(stored.at) < stored.policy.lifetime
	want := truth
	if fresh {
		want = stored.content
	}
	before := server.requests()
	var got struct{ Name string }
	op, args := operationOn("GET", path)
	if err := client.Do(ctx, op, args, &got); err != nil {
		t.Fatal(err)
	}
	sent := server.asked[before:]
	if got.Name != want || (len(sent) == 0) != fresh || len(sent) > 1 {
		t.Fatalf("%s: got %q with %d requests, want %q, fresh: %v", key, got.Name, len(sent), want, fresh)
	}
	if fresh {
		return
	}
	condition := ""
	if known && stored.policy.tagged {
		condition = plainTag(stored.content)
	}
	if asked := sent[0].Header.Get("If-None-Match"); asked != condition {
		t.Fatalf("%s: asked with the condition %q, want %q", key, asked, condition)
	}
	confirmed := condition != "" && current.tagged && stored.content == truth
	switch {
	case confirmed && current.control == "": // a 304 that says nothing of it leaves what was said
		kept := stored.policy
		expect[key] = answerOf{truth, kept, time.Now()}
	case current.kept, confirmed && current.control != "no-store":
		if confirmed {
			current.tagged = true
		}
		expect[key] = answerOf{truth, current, time.Now()}
	default:
		delete(expect, key)
	}
}

package spotify_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// Nobody ever gets what another was answered.
func TestPeopleShareNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin("Cache-Control", "public, max-age=3600") // and no Vary: Spotify forgets it, too
		o.etag, o.delay = plainTag, time.Second
		alice := o.client("alice")
		var all sync.WaitGroup
		for _, who := range []string{"alice", "bob", "carol"} {
			for range 5 {
				all.Go(func() {
					for range 3 {
						if got := name(t, alice.As(token(who)), someID); got != who+"  0" {
							t.Errorf("%s got %q", who, got)
						}
					}
				})
			}
		}
		all.Wait()
		if n := o.requests(); n != 3 {
			t.Errorf("%d requests, want one for each person", n)
		}
		narrow := token("alice")
		narrow.AccessToken, narrow.Scope = "narrow", auth.Scopes(auth.ScopeUserReadEmail)
		if got := name(t, alice.As(narrow), someID); got != "narrow  0" {
			t.Errorf("with other scopes: got %q", got)
		}
		swedish := alice.With(spotify.WithLanguage("sv-SE"))
		for range 2 {
			if got := name(t, swedish, someID); got != "alice sv-SE 0" {
				t.Errorf("in Swedish: got %q", got)
			}
		}
		renewed := token("alice")
		renewed.AccessToken = "hourly"
		if got := name(t, alice.As(renewed), someID); got != "alice  0" {
			t.Errorf("with the next access token: got %q, want what alice was answered", got)
		}
		before := o.requests()
		nobody := alice.As(auth.StaticToken("static"))
		for range 3 {
			if got := name(t, nobody, someID); got != "static  0" {
				t.Errorf("without a subject: got %q", got)
			}
		}
		if n := o.requests() - before; n != 3 {
			t.Errorf("without a subject: %d requests, want 3", n)
		}
	})
}

// What is written is read back, whatever was to be fresh for how long.
func TestWritesInvalidate(t *testing.T) {
	t.Parallel()
	const list = "/playlists/37i9dQZF1DX0000000000x"
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin("Cache-Control", "max-age=3600")
		alice := o.client("alice")
		bob := alice.As(token("bob"))
		read := func(c *spotify.Client, op spotify.Operation) (got struct{ Name string }) {
			var args *spotify.Args
			if strings.Contains(string(op), "{id}") {
				args = &spotify.Args{Path: map[string]string{"id": strings.TrimPrefix(list, "/playlists/")}}
			}
			if err := c.Do(t.Context(), op, args, &got); err != nil {
				t.Error(err)
			}
			return got
		}
		everything := []spotify.Operation{"GET /me/tracks", "GET /me/playlists", "GET /playlists/{id}", "GET /playlists/{id}/items", "GET /tracks/{id}", "GET /albums/{id}"}
		for what, c := range map[string]struct {
			write       spotify.Operation
			status      int
			alice, bobs int // of the answers in the cache, so many have to be asked for again
		}{
			"a playlist":          {"PUT /playlists/{id}", 0, 4, 2},
			"items":               {"POST /playlists/{id}/items", 0, 4, 2},
			"the library":         {"PUT /me/library", 0, 4, 0},
			"a refused write":     {"PUT /me/library", 403, 0, 0},
			"a write that failed": {"PUT /me/library", 500, 4, 0},
		} {
			for _, op := range everything {
				read(alice, op)
				read(bob, op)
			}
			o.fail = func(r *http.Request) int {
				if r.Method != http.MethodGet {
					return c.status
				}
				return 0
			}
			args := &spotify.Args{}
			if strings.Contains(string(c.write), "{id}") {
				args.Path = map[string]string{"id": strings.TrimPrefix(list, "/playlists/")}
			}
			_ = alice.With(spotify.WithRetries(0)).Do(t.Context(), c.write, args, nil)
			for who, want := range map[*spotify.Client]int{alice: c.alice, bob: c.bobs} {
				before := o.requests()
				for _, op := range everything {
					read(who, op)
				}
				if n := o.requests() - before; n != want {
					t.Errorf("%s: %d of %d were asked for again, want %d", what, n, len(everything), want)
				}
			}
		}
	})
}

// An answer that was under way while something was written is not kept, and who asks after the
// write does not get it.
func TestWritesOvertakeReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin("Cache-Control", "max-age=3600")
		o.delay = 10 * time.Second
		client := o.client("alice")
		read := func() string {
			var got struct{ Name string }
			if err := client.Do(t.Context(), "GET /me", nil, &got); err != nil {
				t.Error(err)
			}
			return got.Name
		}
		var slow sync.WaitGroup
		slow.Go(func() {
			if got := read(); got != "alice  0" {
				t.Errorf("who asked before got %q", got)
			}
		})
		time.Sleep(time.Second)
		o.change("/me")
		if err := client.Do(t.Context(), "PUT /me/library", nil, nil); err != nil {
			t.Fatal(err)
		}
		if got := read(); got != "alice  1" {
			t.Errorf("who asked after the write got %q", got)
		}
		slow.Wait()
		if got := read(); got != "alice  1" {
			t.Errorf("later came %q", got)
		}
	})
}

// The same question at the same time is sent once; who asked it and leaves takes nobody along.
func TestOneFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin("Cache-Control", "private, max-age=0")
		o.delay = 10 * time.Second
		client := o.client("alice", spotify.WithRetries(0)) // nobody needs one because another left
		leaving, leave := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := client.Tracks.Get(leaving, someID, nil); !errors.Is(err, context.Canceled) {
				t.Errorf("who left heard %v", err)
			}
		})
		time.Sleep(time.Second)
		for range 9 {
			all.Go(func() { name(t, client, someID) })
		}
		time.Sleep(time.Second)
		leave()
		all.Wait()
		if n := o.requests(); n != 2 {
			t.Errorf("%d requests, want the one that was left and one for all others", n)
		}
		if n := client.Governor().Usage().Operations["GET /tracks/{id}"]; n.Requests != 2 || n.Shared != 8 {
			t.Errorf("counted %+v", n)
		}
		o.fail = func(*http.Request) int { return http.StatusNotFound }
		for range 5 {
			all.Go(func() {
				if _, err := client.Tracks.Get(t.Context(), someID, nil); !errors.Is(err, spotify.ErrNotFound) {
					t.Errorf("got %v, want ErrNotFound", err)
				}
			})
		}
		all.Wait()
		if n := o.requests(); n != 3 {
			t.Errorf("%d requests, want one more for all who hear that there is nothing", n-2)
		}
	})
}

func TestStaleWhileLimited(t *testing.T) {
	t.Parallel()
	for control, useful := range map[string]bool{
		"private, max-age=0": true, "max-age=60": true, "": true,
		"max-age=60, must-revalidate": false, "no-cache": false, "no-store": false,
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin("Cache-Control", control)
			var last spotify.Call
			client := o.client("alice", spotify.WithStaleWhileLimited(), spotify.WithObserver(func(c spotify.Call) { last = c }))
			plain := client.With(spotify.WithMaxWait(time.Second)).As(token("bob"))
			name(t, client, someID)
			name(t, plain, someID)
			time.Sleep(time.Hour)
			o.header.Set("Retry-After", "7200")
			o.fail = func(*http.Request) int { return http.StatusTooManyRequests }
			for range 2 { // the first begins to cool down
				track, err := client.Tracks.Get(t.Context(), someID, nil)
				switch {
				case useful && (err != nil || track.Name != "alice  0" || !last.Stale || !last.Cached):
					t.Errorf("%q: got %v, %v, observed %+v, want the old answer", control, track, err, last)
				case !useful && !errors.Is(err, spotify.ErrRateLimited):
					t.Errorf("%q: got %v, want ErrRateLimited", control, err)
				}
			}
			if _, err := client.Tracks.Get(t.Context(), "other", nil); !errors.Is(err, spotify.ErrRateLimited) {
				t.Errorf("%q: of what was never read: %v", control, err)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // nobody asked for it
		o := newOrigin("Cache-Control", "max-age=60")
		client := o.client("alice")
		name(t, client, someID)
		time.Sleep(time.Hour)
		o.header.Set("Retry-After", "7200")
		o.fail = func(*http.Request) int { return http.StatusTooManyRequests }
		if _, err := client.Tracks.Get(t.Context(), someID, nil); !errors.Is(err, spotify.ErrRateLimited) {
			t.Errorf("without the option: got %v, want ErrRateLimited", err)
		}
	})
}

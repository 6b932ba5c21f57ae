package spotify_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// origin is a server of tracks. The name of each is who asked for it, in which language, and
// its version.
type origin struct {
	mu      sync.Mutex
	header  http.Header                 // of all answers
	version map[string]int              // by path
	asked   []*http.Request             // all that came
	delay   time.Duration               // of answers to GET
	fail    func(*http.Request) int     // a status other than success; 0: none
	etag    func(content string) string // nil: none
}

func newOrigin(pairs ...string) *origin {
	o := &origin{header: http.Header{}, version: map[string]int{}}
	for i := 0; i < len(pairs); i += 2 {
		o.header.Add(pairs[i], pairs[i+1])
	}
	return o
}

func (o *origin) RoundTrip(r *http.Request) (*http.Response, error) {
	o.mu.Lock()
	o.asked = append(o.asked, r)
	if r.Method != http.MethodGet {
		o.version[r.URL.Path]++
	}
	who, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	content := fmt.Sprintf("%s %s %d", who, r.Header.Get("Accept-Language"), o.version[r.URL.Path])
	resp := &http.Response{StatusCode: http.StatusOK, Header: maps.Clone(o.header), Request: r}
	body := fmt.Sprintf(`{"name":%q,"owner":{"id":%q}}`, content, content)
	if o.etag != nil {
		resp.Header.Set("ETag", o.etag(content))
		if match := r.Header.Get("If-None-Match"); match != "" && match == o.etag(content) {
			resp.StatusCode, body = http.StatusNotModified, ""
		}
	}
	if o.fail != nil {
		if status := o.fail(r); status != 0 {
			resp.StatusCode, body = status, `{"error":{"status":400,"message":"no"}}`
		}
	}
	delay := o.delay
	o.mu.Unlock()
	if r.Method == http.MethodGet && delay > 0 {
		select {
		case <-time.After(delay):
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	resp.Body = io.NopCloser(strings.NewReader(body))
	return resp, nil
}

func (o *origin) change(path string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.version["/v1"+path]++
}

func (o *origin) requests() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.asked)
}

func (o *origin) client(who string, opts ...spotify.Option) *spotify.Client {
	return spotify.New(token(who), append([]spotify.Option{spotify.WithHTTPClient(&http.Client{Transport: o})}, opts...)...)
}

// token is one of a person; its access token is the person's name.
func token(who string) *auth.Token { return &auth.Token{AccessToken: who, Subject: "user:" + who} }

// name is what a track is called; it fails the test if it cannot be read.
func name(t *testing.T, client *spotify.Client, id spotify.TrackID) string {
	t.Helper()
	track, err := client.Tracks.Get(t.Context(), id, nil)
	if err != nil {
		t.Fatal(err)
	}
	return track.Name
}

func plainTag(content string) string { return `"` + content + `"` }

func TestFreshness(t *testing.T) {
	t.Parallel()
	// A bubble's clock starts with the year 2000. What is asked twice with a minute between was
	// asked once if the answer was fresh.
	for text, fresh := range map[string]bool{
		"Cache-Control: max-age=61":                                                          true,
		"Cache-Control: max-age=60":                                                          false,
		"Cache-Control: public, max-age=3600":                                                true,
		"Cache-Control: private, MAX-AGE=\"3600\"":                                           true,
		"Cache-Control: private=\"x, no-store\", max-age=3600":                               true,
		"Cache-Control: max-age=3600, no-store":                                              false,
		"Cache-Control: max-age=3600, no-cache":                                              false,
		"Cache-Control: max-age=3600, no-cache=\"set-cookie\"":                               false,
		"Cache-Control: max-age=3600, must-revalidate":                                       true,
		"Cache-Control: max-age=3600, max-age=0":                                             false,
		"Cache-Control: max-age=99999999999999999999":                                        true,
		"Cache-Control: max-age=-1":                                                          false,
		"Cache-Control: max-age=soon":                                                        false,
		"Cache-Control: s-maxage=3600":                                                       false,
		"Cache-Control: s-maxage=0, max-age=3600":                                            true,
		"Cache-Control: max-age=3600\nCache-Control: no-store":                               false,
		"Cache-Control: max-age=3600\nAge: 3539":                                             true,
		"Cache-Control: max-age=3600\nAge: 3540":                                             false,
		"Cache-Control: max-age=3600\nAge: 99999999999999999999":                             true, // no age at all
		"Cache-Control: max-age=3600\nDate: Fri, 31 Dec 1999 23:00:30 GMT":                   false,
		"Cache-Control: max-age=3600\nDate: Fri, 31 Dec 1999 23:01:30 GMT":                   true,
		"Expires: Sat, 01 Jan 2000 00:02:00 GMT":                                             true,
		"Expires: Sat, 01 Jan 2000 00:00:30 GMT":                                             false,
		"Expires: 0":                                                                         false,
		"Expires: Sat, 01 Jan 2000 00:02:00 GMT\nCache-Control: max-age=0":                   false,
		"Expires: Sat, 01 Jan 2000 01:00:00 GMT\nDate: Fri, 31 Dec 1999 23:59:30 GMT":        true,
		"Last-Modified: Wed, 01 Jan 1997 00:00:00 GMT":                                       false, // no guessing
		"Cache-Control: max-age=3600\nVary: *":                                               false,
		"Cache-Control: max-age=3600\nVary: Authorization, Accept-Language, Accept-Encoding": true,
		"": false,
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newOrigin()
			for line := range strings.Lines(text) {
				key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
				o.header.Add(key, value)
			}
			client := o.client("alice")
			for range 2 {
				name(t, client, someID)
				time.Sleep(time.Minute)
			}
			if got := o.requests() == 1; got != fresh {
				t.Errorf("%q: used without asking after a minute: %v, want %v", text, got, fresh)
			}
		})
	}
}

// A stale answer is asked for with a condition, and a 304 makes it fresh again.
func TestRevalidation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin("Cache-Control", "max-age=60")
		o.etag = plainTag
		var calls []spotify.Call
		client := o.client("alice", spotify.WithObserver(func(c spotify.Call) { calls = append(calls, c) }))
		steps := []struct {
			change   bool
			want     string
			requests int
			status   int
			cached   bool
		}{
			{false, "alice  0", 1, 200, false}, // at first
			{false, "alice  0", 1, 200, true},  // fresh
			{false, "alice  0", 2, 304, true},  // stale, and confirmed
			{false, "alice  0", 2, 200, true},  // fresh again
			{true, "alice  1", 3, 200, false},  // stale, and changed
			{false, "alice  1", 3, 200, true},
		}
		for i, step := range steps {
			if step.change {
				o.change("/tracks/" + someID)
			}
			if got := name(t, client, someID); got != step.want || o.requests() != step.requests {
				t.Errorf("step %d: %q after %d requests, want %q after %d", i, got, o.requests(), step.want, step.requests)
			}
			if c := calls[len(calls)-1]; len(calls) != i+1 || c.Status != step.status || c.Cached != step.cached || (c.Attempt == 0) != (step.cached && step.status == 200) {
				t.Errorf("step %d: observed %+v", i, c)
			}
			time.Sleep(31 * time.Second)
		}
		if n := client.Governor().Usage().Operations["GET /tracks/{id}"]; n.Cached != 3 || n.Requests != 3 {
			t.Errorf("counted %+v", n)
		}
	})
}

// A 304 about something else, or without having been asked for, is no answer.
func TestOdd304(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin("Cache-Control", "max-age=0")
		o.etag = plainTag
		client := o.client("alice")
		name(t, client, someID)
		conditions := 0
		o.fail = func(r *http.Request) int {
			if r.Header.Get("If-None-Match") != "" {
				conditions++
				return http.StatusNotModified
			}
			return 0
		}
		o.change("/tracks/" + someID) // and so the tag of the 304
		if got := name(t, client, someID); got != "alice  1" || conditions != 1 {
			t.Errorf("got %q after %d conditions, want the new one after one", got, conditions)
		}
		o.fail = func(*http.Request) int { return http.StatusNotModified }
		if _, err := client.With(spotify.WithCacheSize(0)).Tracks.Get(t.Context(), someID, nil); !errors.Is(err, spotify.ErrServer) {
			t.Errorf("got %v, want ErrServer", err)
		}
	})
}

// The least recently used answers go first, by bytes.
func TestCacheSize(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := newOrigin("Cache-Control", "max-age=3600")
		client := o.client("alice", spotify.WithCacheSize(4096)) // seven answers, with what each takes besides
		id := func(i int) spotify.TrackID { return spotify.TrackID(fmt.Sprint("track", i)) }
		for i := range 20 {
			name(t, client, id(i))
			name(t, client, id(0)) // which is used all the time
		}
		for _, c := range []struct{ i, want int }{{0, 0}, {19, 0}, {18, 0}, {10, 1}, {1, 1}} {
			before := o.requests()
			name(t, client.With(spotify.WithRetries(1)), id(c.i)) // the same cache
			if n := o.requests() - before; n != c.want {
				t.Errorf("answer %d: %d requests, want %d", c.i, n, c.want)
			}
		}
		for what, c := range map[string]*spotify.Client{"none": client.With(spotify.WithCacheSize(0)), "too small": client.With(spotify.WithCacheSize(1000))} {
			before := o.requests()
			name(t, c, id(0))
			name(t, c, id(0))
			if n := o.requests() - before; n != 2 {
				t.Errorf("%s: %d requests, want 2", what, n)
			}
		}
	})
}

// Against the emulator: the catalogue is cached, what is personal is asked for each time.
func TestCacheAgainstTheEmulator(t *testing.T) {
	t.Parallel()
	inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
		saved, err := client.Library.Tracks(t.Context(), &spotify.PageOptions{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if got := name(t, client, saved.Items[0].Track.ID); got != saved.Items[0].Track.Name {
				t.Errorf("got %q, want %q", got, saved.Items[0].Track.Name)
			}
			if err := look(t, client); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(2 * time.Hour)
		name(t, client, saved.Items[0].Track.ID)
		var statuses []int
		for _, entry := range world.Ledger().Of("GET /tracks/{id}") {
			statuses = append(statuses, entry.Status)
		}
		if !slices.Equal(statuses, []int{200, 304}) {
			t.Errorf("the track was answered with %v, want 200 and, after two hours, 304", statuses)
		}
		if n := len(world.Ledger().Of(playing)); n != 3 {
			t.Errorf("what is playing was asked for %d times, want 3", n)
		}
	})
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// longPlaylist makes a playlist of n items.
func (d *desk) longPlaylist(n int) (id string) {
	d.t.Helper()
	track := d.first("id", "get-users-saved-tracks", "limit=1")
	id = d.first("id", "create-playlist", "--field", "name=long")
	for n > 0 {
		uris, err := json.Marshal(strings.Fields(strings.Repeat("spotify:track:"+track+" ", min(n, 100))))
		if err != nil {
			d.t.Fatal(err)
		}
		d.first("snapshot_id", "add-items-to-playlist", "id="+id, "--field", "uris="+string(uris))
		n -= 100
	}
	return id
}

// Every item comes once, however the pages are cut, whatever a filter of fields leaves of them, and
// whatever oddities Spotify shows.
func TestAPIAllPages(t *testing.T) {
	t.Parallel()
	for _, quirk := range []emulator.Quirk{"", "floats", "odd-objects", "unknown-fields", "missing-fields", "unknown-values"} {
		t.Run(string(quirk), func(t *testing.T) {
			t.Parallel()
			conf := emulator.Config{}
			if quirk != "" {
				conf.Quirks = []emulator.Quirk{quirk}
			}
			d := newDesk(t, conf)
			const length = 117
			id := d.longPlaylist(length)
			for _, query := range []string{
				"", "limit=1", "limit=13", "limit=39", "limit=50", "offset=100", "offset=117", "offset=1000",
				"fields=items(item(uri))", "fields=items(item(uri)),total", "fields=items(item(uri)),next",
				"fields=items(item(uri)),next,total limit=13", "fields=items(item(uri)) limit=39",
			} {
				args := append([]string{"api", "get-playlists-items", "id=" + id, "--all", "--output", "ndjson"}, strings.Fields(query)...)
				status, out, errs := d.run(args...)
				want := length
				if _, after, found := strings.Cut(query, "offset="); found {
					var offset int
					fmt.Sscan(after, &offset)
					want = max(0, length-offset)
				}
				if got := strings.Count(out, "\n"); got != want || status != done {
					t.Errorf("%q = %d with %d items, want %d\n%s", query, status, got, want, errs)
				}
			}
		})
	}
}

// In every mode the pages are as long as it allows, and no page is asked for twice.
func TestAPIPagesAreFull(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode     string
		extended bool
		limit    string
	}{{"development", false, "10"}, {"extended", true, "50"}, {"learned", true, "10"}} {
		t.Run(c.mode, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, emulator.Config{Apps: []emulator.App{{Extended: c.extended}}}, "--mode", c.mode)
			if status, _, errs := d.run("api", "search", "q=the", "type=track", "--all", "--columns", "id"); status != done {
				t.Fatalf("search = %d: %s", status, errs)
			}
			asked := map[string]bool{}
			for _, entry := range d.world.Ledger().Of("GET /search") {
				if offset := entry.Query.Get("offset"); asked[offset] || entry.Query.Get("limit") != c.limit {
					t.Errorf("asked for %v, want a page of %s that was not asked for before", entry.Query, c.limit)
				}
				asked[entry.Query.Get("offset")] = true
			}
			if len(asked) < 2 {
				t.Errorf("%d pages, want several", len(asked))
			}
		})
	}
}

// closedPipe is a reader that is gone after some bytes.
type closedPipe struct{ left int }

func (c *closedPipe) Write(b []byte) (int, error) {
	if c.left -= len(b); c.left < 0 {
		return 0, syscall.EPIPE
	}
	return len(b), nil
}

// Whoever stops reading stops the walk, and hears nothing of it.
func TestAPIStopsWithItsReader(t *testing.T) {
	t.Parallel()
	d := newDesk(t, emulator.Config{})
	var errs strings.Builder
	p := &program{in: strings.NewReader(""), out: &closedPipe{5000}, err: &errs, lookup: lookupIn(nil)}
	status := p.run(t.Context(), append([]string{"api", "get-users-saved-tracks", "limit=1", "--all"}, d.flags...))
	if sent := len(d.world.Ledger().Of("GET /me/tracks")); status != done || errs.Len() > 0 || sent > 20 {
		t.Errorf("after a closed pipe: %d with %d requests of 130, want %d, few and nothing said\n%s", status, sent, done, errs.String())
	}
}

// A connection that breaks is an error, whatever of the list is printed.
func TestAPILostConnection(t *testing.T) {
	t.Parallel()
	d := newDesk(t, emulator.Config{})
	d.world.Fail(emulator.Fault{Operation: "GET /me/tracks", After: 1, Times: -1, Reset: emulator.ResetBefore})
	status, out, errs := d.run("api", "get-users-saved-tracks", "limit=50", "--all", "--columns", "uri")
	if lines := strings.Count(out, "\n"); status != failed || lines != 51 || !strings.HasPrefix(errs, "tenuto: ") {
		t.Errorf("a walk whose connection breaks = %d with %d lines, want %d, the first page and an error\n%s", status, lines, failed, errs)
	}
}

// writerFunc is a writer.
type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// A list that changes while it is read is printed as far as it goes, and an error.
func TestAPIListChanges(t *testing.T) {
	t.Parallel()
	for _, change := range []string{"save-library-items", "remove-library-items"} {
		d := newDesk(t, emulator.Config{})
		uri := map[string]string{
			"save-library-items":   d.first("uri", "search", "q=moon", "type=track"),
			"remove-library-items": d.first("uri", "get-users-saved-tracks", "limit=1"),
		}[change]
		var out, errs strings.Builder
		p := &program{in: strings.NewReader(""), err: &errs, lookup: lookupIn(nil)}
		p.out = writerFunc(func(b []byte) (int, error) {
			if out.Len() == 0 {
				d.run("api", change, "uris="+uri)
			}
			return out.Write(b)
		})
		args := []string{"api", "get-users-saved-tracks", "limit=10", "--all", "--columns", "uri"}
		status := p.run(t.Context(), append(args, d.flags...))
		if lines := strings.Count(out.String(), "\n"); status != failed || lines < 130 || !strings.Contains(errs.String(), "changed while it was read") {
			t.Errorf("%s meanwhile: %d with %d lines, want %d and a warning\n%s", change, status, lines, failed, errs.String())
		}
	}
}

// Pages that lead on for ever come to an end, and what is no page is said to be none.
func TestAPIHostilePages(t *testing.T) {
	t.Parallel()
	d := newDesk(t, emulator.Config{})
	for name, c := range map[string]struct {
		body, want string
		most       int64 // requests
	}{
		"links that lead on":   {`{"items":[{"id":"a"},{"id":"b"}],"limit":50,"total":7,"next":"http://evil.example/"}`, "changed while it was read", 25},
		"cursors that lead on": {`{"artists":{"items":[{"id":"a"},{"id":"b"}],"total":7,"next":"x","cursors":{"after":"%d"}}}`, "changed while it was read", 520},
		"an absurd total":      {`{"items":[],"total":1e300,"next":"x"}`, "", 1},
		"an array":             {`[1,2]`, "no page of a list", 1},
		"a text":               {`"x"`, "no page of a list", 1},
		"nothing":              {``, "no page of a list", 1},
		"items by name":        {`{"items":{"a":1}}`, "no page of a list", 1},
	} {
		var requests atomic.Int64
		hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, strings.ReplaceAll(c.body, "%d", fmt.Sprint(requests.Add(1))))
		}))
		asked := *d
		asked.flags = append(slices.Clone(d.flags), "--api-url", hostile.URL)
		call := []string{"api", "get-users-saved-tracks", "--all", "--output", "ndjson"}
		if strings.Contains(c.body, "cursors") {
			call = []string{"api", "get-followed", "type=artist", "--all", "--output", "ndjson"}
		}
		status, _, errs := asked.run(call...)
		hostile.Close()
		if (c.want == "") != (status == done) || !strings.Contains(errs, c.want) || requests.Load() > c.most {
			t.Errorf("%s: %d after %d requests, want %q after %d at most\n%s", name, status, requests.Load(), c.want, c.most, errs)
		}
	}
}

// Odd answers fail no operation.
func TestAPIOddAnswers(t *testing.T) {
	t.Parallel()
	for quirk := range emulator.Quirks() {
		t.Run(string(quirk), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, emulator.Config{Quirks: []emulator.Quirk{quirk}})
			for _, line := range []string{
				"api get-users-saved-tracks --all", "api get-users-saved-tracks --all --output table",
				"api get-a-list-of-current-users-playlists --all --output ndjson", "api search q=moon type=track,playlist --all --output table",
				"api get-recently-played --all --output table", "api get-followed type=artist --all --output table",
				"now", "now --json", "next", "pause", "play", "search moon --type playlist,track",
				"api PUT /me/player/volume volume_percent=3",
			} {
				if status, _, errs := d.run(strings.Fields(line)...); status != done {
					t.Errorf("tenuto %s = %d: %s", line, status, errs)
				}
			}
		})
	}
}

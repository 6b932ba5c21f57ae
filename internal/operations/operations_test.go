package operations_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/tenuto-dev/tenuto/internal/operations"
)

func TestTableIsComplete(t *testing.T) {
	t.Parallel()
	got := map[operations.State]int{}
	names, ids := map[string]bool{}, map[string]bool{}
	for _, op := range operations.All() {
		got[op.State]++
		names[op.Name()], ids[op.ID] = true, true
	}
	want := map[operations.State]int{operations.Active: 48, operations.Closed: 40, operations.Restricted: 8}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("operations by state (-want +got):\n%s", diff)
	}
	if len(names) != 96 || len(ids) != 96 {
		t.Errorf("%d names and %d ids, want 96 unique ones of each", len(names), len(ids))
	}
}

func TestRowsAreSound(t *testing.T) {
	t.Parallel()
	scope := regexp.MustCompile(`^(user|playlist|ugc)-[a-z-]+$`)
	for _, op := range operations.All() {
		needed := op.Needed()
		for _, s := range slices.Concat(needed, op.Optional, op.AnyOf) {
			if !scope.MatchString(s) {
				t.Errorf("%s: %q is no scope", op.Name(), s)
			}
		}
		if len(needed) > 0 && !op.UserOnly && len(op.Scopes) > 0 {
			t.Errorf("%s always needs %v, so it must be UserOnly", op.Name(), op.Scopes)
		}
		if strings.HasPrefix(op.Path, "/me") && !op.UserOnly {
			t.Errorf("%s is not UserOnly", op.Name())
		}
		if op.Tag == "" || op.ID == "" {
			t.Errorf("%s lacks its tag or id", op.Name())
		}
		for _, limits := range []operations.Limits{op.Development, op.Extended} {
			if (limits.Max > 0) != (op.Page != operations.NoPage) && op.ID != "get-recommendations" {
				t.Errorf("%s: limits %+v and page kind %q do not agree", op.Name(), limits, op.Page)
			}
			if limits.Default > limits.Max {
				t.Errorf("%s: default over maximum: %+v", op.Name(), limits)
			}
		}
	}
}

func TestReplacementsAreOpen(t *testing.T) {
	t.Parallel()
	for _, op := range operations.All() {
		if op.Replacement == "" {
			continue
		}
		replacement, ok := operations.Lookup(op.Replacement)
		if !ok || replacement.State != operations.Active {
			t.Errorf("%s is replaced by %q, which is not an active operation", op.Name(), op.Replacement)
		}
		if op.State != operations.Closed {
			t.Errorf("%s is %s and has a replacement", op.Name(), op.State)
		}
	}
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

func TestLookupEveryRow(t *testing.T) {
	t.Parallel()
	for _, want := range operations.All() {
		for _, name := range []string{want.Name(), parameter.ReplaceAllString(want.Name(), "{another_name}")} {
			got, ok := operations.Lookup(name)
			if !ok || got.ID != want.ID {
				t.Errorf("Lookup(%q) = %v, %v, want %s", name, got, ok, want.ID)
			}
		}
	}
}

func TestLookupUnknown(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "GET", "GET ", "GET me", "/me", "GET /you", "POST /me", "get /me", "GET /me/", "GET /albums/4aawyAB9vmqN3uQ7FjRGTy",
		"GET /me/top/artists", "GET /albums/{}", "GET /albums/{id}/tracks/{id}", "GET  /me",
	} {
		if op, ok := operations.Lookup(name); ok {
			t.Errorf("Lookup(%q) = %s, want nothing", name, op.Name())
		}
	}
}

func TestMatchEveryRow(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"4aawyAB9vmqN3uQ7FjRGTy", "contains", "a/b", "ålice #1?&%", "..", "{id}"} {
		for _, want := range operations.All() {
			path := parameter.ReplaceAllString(want.Path, strings.ReplaceAll(url.PathEscape(value), "$", "$$"))
			for _, path := range []string{path, path + "/"} {
				got, params, ok := operations.Match(want.Method, path)
				if !ok || got.ID != want.ID {
					t.Errorf("Match(%q, %q) = %v, %v, want %s", want.Method, path, got, ok, want.ID)
					continue
				}
				if diff := cmp.Diff(wantParams(want.Path, value), params); diff != "" {
					t.Errorf("Match(%q, %q) parameters (-want +got):\n%s", want.Method, path, diff)
				}
			}
		}
	}
}

func wantParams(template, value string) map[string]string {
	name := parameter.FindStringSubmatch(template)
	if name == nil {
		return nil
	}
	return map[string]string{name[1]: value}
}

func TestMatchUnknown(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ method, path string }{
		{"GET", ""}, {"GET", "/"}, {"GET", "me"}, {"GET", "/me//"}, {"GET", "//me"}, {"PATCH", "/me"}, {"POST", "/me"},
		{"GET", "/albums//tracks"}, {"GET", "/albums/%zz"}, {"GET", "/albums/x/tracks/y"}, {"GET", "/v1/me"},
		{"GET", "/playlists/x/followers"}, {"get", "/me"},
	} {
		if op, params, ok := operations.Match(c.method, c.path); ok || op != nil || params != nil {
			t.Errorf("Match(%q, %q) = %s, want nothing", c.method, c.path, op.Name())
		}
	}
}

func TestMatchAllocatesOnlyParameters(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { operations.Match("GET", "/me/player/currently-playing") }); n != 0 {
		t.Errorf("Match without parameters allocates %v times, want 0", n)
	}
	if n := testing.AllocsPerRun(100, func() { operations.Match("GET", "/albums/4aawyAB9vmqN3uQ7FjRGTy") }); n > 2 {
		t.Errorf("Match with a parameter allocates %v times, want the map alone", n)
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, item, granted, want string }{
		{"GET /me", "", "", ""},
		{"GET /me/tracks", "", "", "user-library-read"},
		{"GET /me/tracks", "", "user-library-read", ""},
		{"GET /me/player/queue", "", "", "user-read-currently-playing"},
		{"GET /me/player/queue", "", "user-read-playback-state", ""},
		{"POST /playlists/{id}/items", "public", "playlist-modify-private", "playlist-modify-public"},
		{"POST /playlists/{id}/items", "private", "playlist-modify-private", ""},
		{"POST /playlists/{id}/items", "", "playlist-modify-private", ""},
		{"POST /playlists/{id}/items", "", "", "playlist-modify-public playlist-modify-private"},
		{"GET /playlists/{id}/items", "public", "", ""},
		{"GET /playlists/{id}/items", "private", "", "playlist-read-private"},
		{"GET /playlists/{id}/items", "", "", ""},
		{"PUT /playlists/{id}/images", "private", "", "ugc-image-upload playlist-modify-private"},
		{"PUT /me/library", "track", "user-follow-modify", "user-library-modify"},
		{"PUT /me/library", "artist", "user-follow-modify", ""},
		{"PUT /me/library", "playlist", "", "playlist-modify-public"},
		{"PUT /me/library", "", "", "user-library-modify user-follow-modify playlist-modify-public"},
	} {
		op, ok := operations.Lookup(c.name)
		if !ok {
			t.Fatalf("Lookup(%q) found nothing", c.name)
		}
		granted := strings.Fields(c.granted)
		got := strings.Join(op.Missing(c.item, func(s string) bool { return slices.Contains(granted, s) }), " ")
		if got != c.want {
			t.Errorf("%s: Missing(%q) with %q = %q, want %q", c.name, c.item, c.granted, got, c.want)
		}
	}
}

func TestNeeded(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"GET /me":                    "",
		"GET /playlists/{id}/items":  "playlist-read-private",
		"POST /playlists/{id}/items": "playlist-modify-public playlist-modify-private",
		"GET /me/player/queue":       "user-read-currently-playing",
		"GET /me/library/contains":   "user-library-read user-follow-read playlist-read-private",
	} {
		op, _ := operations.Lookup(name)
		if got := strings.Join(op.Needed(), " "); got != want {
			t.Errorf("%s: Needed() = %q, want %q", name, got, want)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	for b.Loop() {
		operations.Match("GET", "/me/player/currently-playing")
	}
}

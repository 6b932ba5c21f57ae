package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/operations"
)

func TestEveryOperationIsAnswered(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	for _, op := range operations.All() {
		path := strings.NewReplacer("{id}", "0000000000000000000000", "{type}", "tracks").Replace(op.Path)
		if a := alice.do(op.Method+" "+path, ""); a.status == http.StatusNotImplemented || strings.Contains(a.body, "Service not found") {
			t.Errorf("%s = %d %s, want an answer", op.Name(), a.status, a.body)
		}
	}
}

func TestWhatDevelopmentModeRefuses(t *testing.T) {
	t.Parallel()
	alice := as(t, development(), "alice", everything)
	for _, op := range operations.All() {
		if op.State == operations.Active {
			continue
		}
		path := strings.NewReplacer("{id}", "0000000000000000000000", "{type}", "tracks").Replace(op.Path)
		status, body := http.StatusForbidden, `{"error": {"status": 403, "message": "Forbidden" } }`
		if strings.HasPrefix(op.Path, "/recommendations") {
			status, body = http.StatusNotFound, ""
		}
		if a := alice.do(op.Method+" "+path, ""); a.status != status || a.body != body {
			t.Errorf("%s = %d %s, want %d %s", op.Name(), a.status, a.body, status, body)
		}
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	for _, op := range operations.All() {
		if len(op.Scopes) == 0 && len(op.AnyOf) == 0 {
			continue
		}
		lacking := strings.Fields(everything)
		for _, scope := range slices.Concat(op.Scopes, op.AnyOf) {
			lacking = slices.DeleteFunc(lacking, func(s string) bool { return s == scope })
		}
		status, message := http.StatusForbidden, "Insufficient client scope"
		if op.Tag == "Player" && op.Method == "GET" {
			status, message = http.StatusUnauthorized, "Permissions missing"
		}
		path := strings.NewReplacer("{id}", "0000000000000000000000", "{type}", "tracks").Replace(op.Path)
		as(t, extended(), "alice", strings.Join(lacking, " ")).want(op.Method+" "+path, "", status, message)
	}
}

func TestApplicationTokens(t *testing.T) {
	t.Parallel()
	world := extended()
	app := asApp(t, world)
	for _, op := range operations.All() {
		path := strings.NewReplacer("{id}", "0000000000000000000000", "{type}", "tracks").Replace(op.Path)
		if op.UserOnly {
			app.want(op.Method+" "+path, "", http.StatusUnauthorized, `"Valid user authentication required"`)
		} else if a := app.do(op.Method+" "+path, ""); a.status == http.StatusUnauthorized || a.status >= 500 {
			t.Errorf("%s with an application token = %d %s", op.Name(), a.status, a.body)
		}
	}
	app.get("/search?q=moon&type=track")
	app.want("GET /search?q=moon&type=track&market=from_token", "", http.StatusForbidden, "Insufficient client scope")
}

func TestWhoIsAdmitted(t *testing.T) {
	t.Parallel()
	owner := emulator.New(emulator.Config{Apps: []emulator.App{{OwnerFree: true}}})
	a := as(t, owner, "alice", everything).want("GET /me", "", 403, "Active premium subscription required for the owner of the app.")
	if got := a.header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain") {
		t.Errorf("Content-Type = %q, want text/plain", got)
	}
	listed := emulator.New(emulator.Config{Apps: []emulator.App{{Allowlist: []string{"alice"}}}})
	as(t, listed, "alice", "").get("/me")
	a = as(t, listed, "bob", "").want("GET /me", "", 403, "Check settings on developer.spotify.com/dashboard, the user may not be registered.")
	if strings.HasPrefix(a.body, "{") {
		t.Errorf("GET /me of somebody not on the list = %s, want plain text", a.body)
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	all := []string{"country", "product", "explicit_content", "email", "followers", "account_id", "display_name", "id", "uri", "href", "images", "type"}
	tests := []struct {
		name   string
		world  *emulator.Emulator
		scopes string
		absent []string
	}{
		{"extended", extended(), "user-read-private user-read-email", nil},
		{"without email", extended(), "user-read-private", []string{"email"}},
		{"without scopes", extended(), "", []string{"country", "product", "explicit_content", "email"}},
		{"development", development(), everything, []string{"country", "product", "explicit_content", "email", "followers"}},
	}
	for _, test := range tests {
		me := as(t, test.world, "alice", test.scopes).get("/me/")
		for _, key := range all {
			if got, want := me.has(key), !slices.Contains(test.absent, key); got != want {
				t.Errorf("%s: GET /me has %s: %v, want %v", test.name, key, got, want)
			}
		}
		if me.text("id") != "alice" || me.text("href") != "https://api.spotify.com/v1/users/alice" {
			t.Errorf("%s: GET /me = %v, want alice and a link to her", test.name, me.value)
		}
	}
}

func TestRequestsThatMakeNoSense(t *testing.T) {
	t.Parallel()
	world := extended()
	alice := as(t, world, "alice", everything)
	id := alice.get("/me/tracks?limit=1").text("items.0.track.id")
	tests := []struct {
		request string
		status  int
		piece   string
	}{
		{"GET /nowhere", 404, `{"error":{"status":404,"message":"Service not found"}}`},
		{"GET /tracks/short", 400, "Invalid base62 id"},
		{"GET /tracks/" + strings.Repeat("0", 22), 404, "Resource not found"},
		{"GET /tracks/" + id + "?market=XX", 400, "Invalid market code"},
		{"GET /me/tracks?limit=51", 400, "Invalid limit"},
		{"GET /me/tracks?limit=0", 400, "Invalid limit"},
		{"GET /me/tracks?limit=x", 400, "Invalid limit"},
		{"GET /me/tracks?offset=-1", 400, "Invalid offset"},
		{"GET /albums?ids=" + strings.Repeat(id+",", 21), 400, "Too many ids requested"},
		{"GET /albums", 400, "ids"},
		{"GET /search?type=track", 400, "No search query"},
		{"GET /search?q=x", 400, "type"},
		{"GET /search?q=x&type=song", 400, "Bad search type field song"},
		{"GET /search?q=x&type=track&offset=990&limit=50", 400, "Invalid offset"},
		{"GET /search?type=track&q=" + strings.Repeat("x", 251), 400, "Query exceeds maximum length"},
		{"PUT /me/player/play", 403, "Restriction violated"},
		{"GET /me/top/songs", 400, "Invalid type"},
		{"GET /me/following?type=user", 400, "Bad request"},
	}
	for _, test := range tests {
		alice.want(test.request, "", test.status, test.piece)
	}
	alice.want("PUT /me/player/play", "{", 400, "Error parsing JSON.")
	as(t, development(), "alice", "").want("GET /search?q=moon&type=track&limit=11", "", 400, "Invalid limit")
}

func TestUnknownTokens(t *testing.T) {
	t.Parallel()
	caller{t, development(), "nonsense"}.want("GET /me", "", 401, "Invalid access token")
	caller{t, development(), ""}.want("GET /me", "", 400, "Only valid bearer authentication supported")
}

func TestWhatMayBeKept(t *testing.T) {
	t.Parallel()
	alice := as(t, extended(), "alice", everything)
	id := alice.get("/me/tracks?limit=1").text("items.0.track.id")
	first := alice.do("GET /tracks/"+id, "")
	if got := first.header.Get("Cache-Control"); !strings.HasPrefix(got, "public, max-age=") {
		t.Errorf("Cache-Control of a track = %q, want public", got)
	}
	if got := alice.do("GET /me", "").header.Get("Cache-Control"); got != "private, max-age=0" {
		t.Errorf("Cache-Control of GET /me = %q, want private, max-age=0", got)
	}
	r, _ := http.NewRequest("GET", "https://api.spotify.com/v1/tracks/"+id, nil)
	r.Header.Set("Authorization", "Bearer "+alice.token)
	r.Header.Set("If-None-Match", first.header.Get("ETag"))
	resp, err := alice.world.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusNotModified {
		t.Errorf("GET /tracks/{id} with its ETag = %d, want 304", resp.StatusCode)
	}
}

func TestLinksLeadBackToWhereOneAsked(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t, emulator.Config{})
	alice := as(t, world, "alice", everything)
	r, _ := http.NewRequest("GET", world.URL+"/v1/me/tracks?limit=50", nil)
	for pages := 1; ; pages++ {
		r.Header.Set("Authorization", "Bearer "+alice.token)
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		page := decode(t, read(t, resp))
		next, _ := page.at("next").(string)
		if next == "" {
			if pages != 3 || len(page.items("items")) != 30 {
				t.Errorf("the last page is number %d with %d tracks, want 3 with 30", pages, len(page.items("items")))
			}
			return
		}
		if !strings.HasPrefix(next, world.URL+"/v1/me/tracks?") {
			t.Fatalf("next = %q, want it below %s", next, world.URL)
		}
		r, _ = http.NewRequest("GET", next, nil)
	}
}

package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// control sends a request below /_emulator and reads the JSON of the answer.
func (p program) control(method, path, body string, into any) int {
	p.t.Helper()
	r, err := http.NewRequest(method, p.world.AccountsURL()+"/_emulator"+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	got := get(p.world.Client(), r)
	if into != nil {
		if err := json.Unmarshal([]byte(got.body), into); err != nil {
			p.t.Fatalf("%s %s = %d %q, want JSON: %v", method, path, got.status, got.body, err)
		}
	}
	return got.status
}

// The examples of the documentation do what it says, one after the other.
func TestDocumentedExamples(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("curl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("curl is missing: the examples of docs/emulator.md cannot be run")
		}
		t.Skip("SKIPPED: curl is missing: the examples of docs/emulator.md were not run")
	}
	docs, err := os.ReadFile("../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	world := emulator.Start(t, emulator.Config{Apps: []emulator.App{{
		ClientID: "my-app", ClientSecret: "my-secret", RedirectURIs: []string{"http://127.0.0.1:5000/callback"},
	}}})
	script := "set -eu\ncurl() { command curl -fsS \"$@\"; }\n"
	examples := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(docs), -1)
	if len(examples) < 8 {
		t.Fatalf("%d examples, want more", len(examples))
	}
	for _, example := range examples {
		script += strings.ReplaceAll(example[1], "http://127.0.0.1:5010", world.URL)
	}
	shell := exec.Command("sh", "-c", script)
	shell.Dir = t.TempDir()
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		`"name":"carol"`, `"client_id":"other-app"`, `"error":["access_denied"]`, `"is_playing":true`,
		`{"id":5}`, `"retry_after":"14h0m0s"`, `"scopes":"user-read-currently-playing"`, "code 1 of alice",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("the output lacks %s:\n%s", want, out)
		}
	}
}

// The index page lists what there is, and the documentation describes it.
func TestEveryRouteIsDocumented(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	docs, err := os.ReadFile("../docs/emulator.md")
	if err != nil {
		t.Fatal(err)
	}
	page := get(p.world.Client(), request(t, http.MethodGet, p.world.AccountsURL()+"/"))
	for _, want := range []string{"not Spotify", p.app.ClientID, "alice"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the index page lacks %q", want)
		}
	}
	routes := regexp.MustCompile(`<code>([A-Z]+) /_emulator(/[^<]*)</code>`).FindAllStringSubmatch(page.body, -1)
	if len(routes) < 18 {
		t.Fatalf("the index page lists %d routes, want all", len(routes))
	}
	for _, route := range routes {
		method, path := route[1], strings.Replace(route[2], "{id}", "0", 1)
		if status := p.control(method, path, "", nil); status == 404 || status == 405 {
			t.Errorf("%s %s = %d, want it to exist", method, path, status)
		}
		if !strings.Contains(string(docs), "$emulator/_emulator"+strings.TrimSuffix(route[2], "/{id}")) {
			t.Errorf("docs/emulator.md has no example of %s %s", method, path)
		}
	}
}

func request(t *testing.T, method, address string, header ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// Neither another page nor another name reaches what can log in as anybody.
func TestControlIsForThisMachine(t *testing.T) {
	t.Parallel()
	world, remote := emulator.Start(t), emulator.Start(t, emulator.Config{AllowRemote: true})
	for _, test := range []struct {
		name   string
		world  *emulator.Emulator
		method string
		host   string
		header []string
		want   int
	}{
		{"program", world, "GET", "", nil, 200},
		{"localhost", world, "GET", "localhost:5010", nil, 200},
		{"IPv6", world, "GET", "[::1]:5010", nil, 200},
		{"own page", world, "DELETE", "", []string{"Sec-Fetch-Site", "same-origin", "Origin", world.URL}, 204},
		{"address bar", world, "GET", "", []string{"Sec-Fetch-Site", "none", "Sec-Fetch-Mode", "navigate"}, 200},
		{"link elsewhere", world, "GET", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate"}, 200},
		{"other site", world, "DELETE", "", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"other port", world, "DELETE", "", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"old browser", world, "DELETE", "", []string{"Origin", "http://evil.example"}, 403},
		{"old browser reads", world, "GET", "", []string{"Origin", "http://evil.example"}, 403},
		{"old browser's sandbox", world, "GET", "", []string{"Origin", "null"}, 403},
		{"script element", world, "GET", "", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"}, 403},
		{"rebound name", world, "GET", "evil.example:5010", nil, 403},
		{"127 in a name", world, "GET", "127.0.0.1.evil.example", nil, 403},
		{"container", remote, "GET", "emulator:5010", nil, 200},
		{"other site, remote", remote, "DELETE", "emulator:5010", []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		r := request(t, test.method, test.world.URL+"/_emulator/ledger", test.header...)
		r.Host = test.host
		got := get(&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, r)
		if got.status != test.want {
			t.Errorf("%s: %d %s, want %d", test.name, got.status, got.body, test.want)
		}
		if got.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: other origins may read the answer", test.name)
		}
	}
}

// snapshotWith is one in which somebody has changed something.
func snapshotWith(member string) string { return `{"tenuto_emulator":1,"state":{` + member + `}}` }

func TestControlMistakes(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	for _, test := range []struct{ method, path, body, want string }{
		{"POST", "/people", `{"nam": "x"}`, `unknown field "nam"`},
		{"POST", "/people", `{"country": "Sweden"}`, "two capitals"},
		{"POST", "/apps", `{"redirect_uris": ["/x"]}`, "not absolute"},
		{"POST", "/approve", `{"url": "http://x/login", "person": "alice"}`, "not a login URL"},
		{"POST", "/approve", `{"url": "http://x/authorize", "person": "alice"}`, "Missing required parameter: client_id"},
		{"POST", "/refuse", `{"url": "", "person": "mallory"}`, "nobody is called"},
		{"POST", "/revoke", `{"person": "mallory"}`, "nobody is called"},
		{"POST", "/play", `{"person": "mallory"}`, "nobody is called"},
		{"POST", "/play", `{"person": "alice", "uri": "nonsense"}`, "nonsense"},
		{"POST", "/clock", `{"advance": "soon"}`, "soon"},
		{"POST", "/faults", `{"status": 500, "reset": "sideways"}`, "sideways"},
		{"POST", "/faults", `{"operation": "GET /nothing", "status": 500}`, "no operation"},
		{"POST", "/faults", `{"id": 3, "status": 500}`, "not chosen"},
		{"DELETE", "/faults/7", ``, "no fault 7"},
		{"GET", "/ledger?since=yesterday", ``, "yesterday"},
		{"POST", "/settings", `{"refresh_tokens": "sometimes"}`, "choose one of none, same"},
		{"POST", "/settings", `{"quirks": ["nonsense"], "quota": 5}`, "no quirk is called"},
		{"POST", "/settings", `{"auto_approve": "mallory"}`, "nobody is called"},
		{"POST", "/settings", `{"rate_limit": -1}`, "RateLimit"},
		{"POST", "/settings", `{"token_lifetime": "-1h"}`, "TokenLifetime"},
		{"PUT", "/snapshot", ``, "as the body"},
		{"PUT", "/snapshot", `{}`, "no snapshot"},
		{"PUT", "/snapshot", snapshotWith(`"Apps":[null]`), "app 0 is null"},
		{"PUT", "/snapshot", snapshotWith(`"People":[null]`), "person 0 is null"},
		{"PUT", "/snapshot", snapshotWith(`"People":[{"Name":"a"},{"Name":"a"}]`), "person 1"},
		{"PUT", "/snapshot", snapshotWith(`"Access":{"x":null}`), `access token "x" is null`},
		{"PUT", "/snapshot", snapshotWith(`"People":[{"Name":"a","Music":{"Player":{"List":["x"],"Index":7}}}]`), "outside of its list"},
		{"PUT", "/snapshot", snapshotWith(`"People":[{"Name":"a","Music":{"Own":[null]}}]`), "a playlist of a is null"},
		{"POST", "/clock", `{"years": 9000}`, "want a year"},
		{"POST", "/clock", `{"years": -3000}`, "want a year"},
	} {
		var answer struct{ Error string }
		if status := p.control(test.method, test.path, test.body, &answer); status != 400 || !strings.Contains(answer.Error, test.want) {
			t.Errorf("%s %s %s = %d %q, want 400 %q", test.method, test.path, test.body, status, answer.Error, test.want)
		}
	}
	var people, apps []any
	p.control("GET", "/people", "", &people)
	p.control("GET", "/apps", "", &apps)
	if len(people) != 2 || len(apps) != 1 {
		t.Errorf("%d people and %d apps, want two and one: nothing was to change", len(people), len(apps))
	}
}

func TestControlPlaysAndTurnsTheClock(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	p := newProgram(t, emulator.Config{Now: func() time.Time { return start }})
	login := p.logIn("alice")
	var playing struct{ Item struct{ URI string } }
	if err := json.Unmarshal([]byte(p.call(login.AccessToken, "/me/player/currently-playing").body), &playing); err != nil {
		t.Fatal(err)
	}
	if status := p.control("POST", "/play", `{"person": "alice", "uri": ""}`, nil); status != 204 {
		t.Errorf("POST /play = %d, want 204", status)
	}
	if got := p.call(login.AccessToken, "/me/player/currently-playing").status; got != 204 {
		t.Errorf("stopped: %d, want 204", got)
	}
	p.control("POST", "/play", `{"person": "alice", "uri": "`+playing.Item.URI+`"}`, nil)
	if got := p.call(login.AccessToken, "/me/player/currently-playing"); !strings.Contains(got.body, playing.Item.URI) {
		t.Errorf("playing: %d %s, want %s", got.status, got.body, playing.Item.URI)
	}
	var clock struct{ Now time.Time }
	p.control("POST", "/clock", `{"advance": 90, "years": 1, "months": 3, "days": 2}`, &clock)
	if want := time.Date(2028, 2, 23, 0, 1, 30, 0, time.UTC); !clock.Now.Equal(want) || !p.world.Now().Equal(want) {
		t.Errorf("clock = %v, want %v", clock.Now, want)
	}
	var text string
	resp, err := p.world.Client().Get(p.world.AccountsURL() + "/_emulator/ledger?format=text")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if text = string(body); text != p.world.Ledger().String() {
		t.Errorf("ledger as text = %s, want the table", text)
	}
}

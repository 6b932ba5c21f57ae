package server_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// TestReq_AR12_LoginIsWanted: what a browser says about why it asks decides.
func TestReq_AR12_LoginIsWanted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	navigation := func(site string) []string {
		return []string{"Sec-Fetch-Site", site, "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}
	}
	for _, c := range []struct {
		name    string
		headers []string
		status  int
	}{
		{"curl", nil, 303},
		{"address bar", navigation("none"), 303},
		{"our own page", navigation("same-origin"), 303},
		{"a link on another site", navigation("cross-site"), 200},
		{"a link on a sibling", navigation("same-site"), 200},
		{"image", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"our own image", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}, 403},
		{"iframe", []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}, 403},
		{"fetch", []string{"Sec-Fetch-Site", "same-origin", "Sec-Fetch-Mode", "cors", "Sec-Fetch-Dest", "empty"}, 403},
		{"prefetch", append(navigation("same-origin"), "Sec-Purpose", "prefetch"), 403},
		{"prerender", append(navigation("same-origin"), "Sec-Purpose", "prefetch;prerender"), 403},
		{"old prefetch", []string{"Purpose", "prefetch"}, 403},
	} {
		b := w.browser()
		a := b.get("/login?return_to=/account&scope=user-top-read", c.headers...)
		if a.StatusCode != c.status {
			t.Errorf("%s: GET /login = %d, want %d\n%s", c.name, a.StatusCode, c.status, a.text())
		}
		if started := len(a.Cookies()) > 0; started != (c.status == 303) {
			t.Errorf("%s: a login attempt began: %v", c.name, started)
		}
		if c.status == 200 {
			a.wants(t, 200, "Log in with Spotify?", `href="/login?return_to=%2Faccount&amp;scope=user-top-read"`)
		}
	}
	if a := w.browser().do(http.MethodHead, "/login", nil); a.StatusCode != http.StatusMethodNotAllowed || len(a.Cookies()) != 0 {
		t.Errorf("HEAD /login = %d with cookies %v, want 405 and none", a.StatusCode, a.Cookies())
	}
}

// TestReq_AR05_RedirectURI never comes from a request.
func TestReq_AR05_RedirectURI(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, header := range [][]string{
		{"X-Forwarded-Host", "evil.example"}, {"Forwarded", "host=evil.example;proto=https"}, {"X-Forwarded-Proto", "https"},
		{"X-Original-URL", "/callback"}, {"X-Forwarded-Port", "1"}, {"X-Host", "evil.example"},
	} {
		location, err := url.Parse(w.browser().get("/login", header...).Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		if got := location.Query().Get("redirect_uri"); got != w.base+"/callback" {
			t.Errorf("redirect_uri with %v = %q, want our own", header, got)
		}
	}
}

func TestLoginQuery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	asked := func(target string) url.Values {
		t.Helper()
		u, err := url.Parse(b.start(target))
		if err != nil {
			t.Fatal(err)
		}
		return u.Query()
	}
	b.get("/login?scope=no-such-scope").wants(t, http.StatusBadRequest, "Unknown scope")
	if got := asked("/login").Get("scope"); got != "user-read-currently-playing" {
		t.Errorf("scope = %q, want what the page needs and no more", got)
	}
	b.login("alice")

	a := b.get("/login?return_to=/account")
	if a.StatusCode != 303 || a.Header.Get("Location") != "/account" {
		t.Errorf("GET /login when logged in = %d to %q, want 303 to /account", a.StatusCode, a.Header.Get("Location"))
	}
	more := asked("/login?scope=user-top-read")
	if got := more.Get("scope"); got != "user-read-currently-playing user-top-read" {
		t.Errorf("scope = %q, want the union of granted and asked", got)
	}
	b.loginAt("/login?scope=user-top-read", "alice").wants(t, 200, "user-top-read")
	if got := asked("/login?scope=user-read-email").Get("scope"); got != "user-read-currently-playing user-read-email user-top-read" {
		t.Errorf("scope = %q, want nothing granted to be lost", got)
	}
	if got := asked("/login?switch=1").Get("show_dialog"); got != "true" {
		t.Errorf("show_dialog = %q for another account, want true", got)
	}
}

func TestLoginReturnTo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for back, want := range map[string]string{
		"/account":           "/account",
		"//evil.example":     "/",
		"https://evil.test/": "/",
		`/\evil.example`:     "/",
		"/login?switch=1":    "/",
	} {
		b := w.browser()
		location := b.start("/login?return_to=" + url.QueryEscape(back))
		a := b.get(w.emu.Approve(location, "alice").String())
		if got := a.Header.Get("Location"); got != want {
			t.Errorf("return_to=%q leads to %q, want %q", back, got, want)
		}
		if a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the callback's headers are %v", a.Header)
		}
	}
}

// TestSwitch: another account is shown, never merged.
func TestSwitch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, elsewhere := w.browser(), w.browser()
	alice := b.login("alice").userID(t)
	elsewhere.login("alice")
	home := b.loginAt("/login?switch=1", "bob")
	home.wants(t, 200, "Login successful", "another Spotify account than before")
	if got := home.userID(t); got == alice {
		t.Errorf("bob is %q, alice's user ID", got)
	}
	if got := elsewhere.userID(); got != alice {
		t.Errorf("alice in another browser became %q, want %q", got, alice)
	}
}

// TestReq_AR10_ParallelAttempts: three at a time, the oldest goes; two tabs both work.
func TestReq_AR10_ParallelAttempts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	var backs []string
	for range 5 {
		backs = append(backs, w.emu.Approve(b.start("/login"), "alice").String())
		w.now.advance(time.Second)
	}
	for i, back := range backs {
		want := http.StatusSeeOther
		if i < 2 {
			want = http.StatusBadRequest
		}
		if got := b.get(back).StatusCode; got != want {
			t.Errorf("callback of login %d of 5 = %d, want %d", i+1, got, want)
		}
	}
	for _, c := range b.get("/login?switch=1").Cookies() {
		if n := len(c.Raw); n > 4000 {
			t.Errorf("the cookie %s has %d bytes, browsers keep 4096", c.Name, n)
		}
	}
}

// TestLongAttemptFits: the longest return path and all scopes still fit a cookie.
func TestLongAttemptFits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	long := "/" + strings.Repeat("a", 1000)
	scopes := "app-remote-control playlist-modify-private playlist-modify-public playlist-read-collaborative playlist-read-private streaming ugc-image-upload user-follow-modify user-follow-read user-library-modify user-library-read user-modify-playback-state user-read-currently-playing user-read-email user-read-playback-position user-read-playback-state user-read-private user-read-recently-played user-top-read"
	a := b.get("/login?scope=" + url.QueryEscape(scopes) + "&return_to=" + long)
	a.wants(t, 303)
	for _, c := range a.Cookies() {
		if n := len(c.Name) + len(c.Value); n > 4000 {
			t.Errorf("cookie %s has %d bytes, browsers keep 4096", c.Name, n)
		}
	}
	if got := b.get(w.emu.Approve(a.Header.Get("Location"), "alice").String()).Header.Get("Location"); got != long {
		t.Errorf("back at %q, want the long path", got)
	}
}

// TestReq_CB03_AttemptAge: ten minutes by the server's clock.
func TestReq_CB03_AttemptAge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for wait, want := range map[time.Duration]int{
		9 * time.Minute:                303,
		10*time.Minute + 5*time.Second: 400,
		-30 * time.Second:              303, // another replica's clock
		-2 * time.Minute:               400,
	} {
		b := w.browser()
		back := w.emu.Approve(b.start("/login"), "alice").String()
		w.now.advance(wait)
		if got := b.get(back).StatusCode; got != want {
			t.Errorf("callback after %v = %d, want %d", wait, got, want)
		}
		w.now.advance(-wait)
	}
}

// TestRenew: near its end a consent is renewed although nothing is missing, with the dialog.
func TestRenew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *emulator.Config, c *server.Config) { c.Idle = 300 * 24 * time.Hour })
	b := w.browser()
	id := b.login("alice").userID(t)
	forward := func(d time.Duration) { w.now.advance(d); w.emu.Advance(d) }
	forward(140 * 24 * time.Hour)
	b.get("/").lacks(t, "Renew")
	forward(20 * 24 * time.Hour)
	home := b.get("/")
	home.wants(t, 200, "Your consent ends in ", ">Renew<")
	u, err := url.Parse(b.start("/login"))
	if err != nil || u.Query().Get("show_dialog") != "true" {
		t.Errorf("renewing asks %v (%v), want the dialog: only a new consent has new time", u, err)
	}
	renewed := b.login("alice")
	renewed.lacks(t, "Your consent ends in ")
	if got := renewed.userID(t); got != id {
		t.Errorf("user ID after renewing = %q, want %q", got, id)
	}
}

func TestReq_DS02_LimitsPerAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *emulator.Config, c *server.Config) {
		c.Proxies = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	from := func(address, target string) int {
		r := mustRequest(t, http.MethodGet, w.base+target)
		r.RemoteAddr = address
		return w.ask(r).Code
	}
	for range 30 {
		if got := from("[2001:db8::1]:1000", "/login"); got != 303 {
			t.Fatalf("GET /login = %d, want 303", got)
		}
	}
	if got := from("[2001:db8::ffff]:1000", "/callback?state=a&code=b"); got != http.StatusTooManyRequests {
		t.Errorf("the 31st request of a household = %d, want 429", got)
	}
	for _, other := range []string{"[2001:db8:0:1::1]:1000", "198.51.100.7:1", "127.0.0.1:5", "10.0.0.1:5"} {
		if got := from(other, "/login"); got != 303 {
			t.Errorf("GET /login of %s = %d, want 303", other, got)
		}
	}
	for range 100 {
		for _, proxy := range []string{"127.0.0.1:5", "100.64.0.7:5", "192.0.2.9:5"} {
			if got := from(proxy, "/login"); got != 303 {
				t.Fatalf("GET /login through a proxy at %s = %d, want 303: everybody comes from there", proxy, got)
			}
		}
	}
	w.now.advance(time.Minute)
	if got := from("[2001:db8::1]:1000", "/login"); got != 303 {
		t.Errorf("GET /login a minute later = %d, want 303", got)
	}
}

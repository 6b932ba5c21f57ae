package server_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// The flaws of the well-known twenty-line login recipe, each tried on our server.
// docs/why-not-twenty-lines.md tells why each matters.

// N01: a cookie key in the source lets anyone write themselves a session.
func TestNaive_N01_ForgedCookie(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alice := w.browser()
	id := alice.login("alice").userID(t)
	mallory := w.browser()
	for _, forged := range []string{
		id,
		base64.RawURLEncoding.EncodeToString([]byte(`{"user":"` + id + `"}`)),
		"eyJ1c2VyIjoiYWxpY2UifQ.ZVxYzA.kW1Qd3p3hQ0Tb5nZ0Zs1b0oQ9oE", // as the recipe's framework signs it
		strings.Repeat("A", 43),
	} {
		mallory.setCookie("tenuto", forged)
		if got := mallory.userID(); got != "None" {
			t.Errorf("user ID with the forged cookie %q = %q, want None", forged, got)
		}
	}
	info, err := os.Stat(filepath.Join(w.dir, "tenuto.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file is %v, %v; want one of its own with mode 0600", info, err)
	}
}

// N02: the state, which stands in URLs and logs, is nobody's identity.
func TestNaive_N02_StateIsNoIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alice := w.browser()
	location := alice.start("/login")
	u, err := url.Parse(location)
	if err != nil {
		t.Fatal(err)
	}
	state := u.Query().Get("state")
	alice.get(w.emu.Approve(location, "alice").String())
	if id := alice.userID(); id == state || id == "None" {
		t.Errorf("user ID = %q with state %q, want one of its own", id, state)
	}
	reader := w.browser() // of one old log line
	reader.setCookie("tenuto", state)
	if got := reader.userID(); got != "None" {
		t.Errorf("user ID with the state for a cookie = %q, want None", got)
	}
	if alice.cookie("tenuto") == state {
		t.Error("the session's id is the state")
	}
}

// N03: a login that an attacker began and the victim consents to is finished by neither.
func TestNaive_N03_LoginOfAnotherBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mallory, victim := w.browser(), w.browser()
	genuine := mallory.start("/login") // sent to the victim
	back := w.emu.Approve(genuine, "alice")
	victim.get(back.String()).wants(t, http.StatusBadRequest, "Invalid state!")
	if n := w.exchanges(); n != 0 {
		t.Errorf("%d codes were sent to Spotify, want none", n)
	}
	for _, b := range []*browser{mallory, victim} {
		if got := b.userID(); got != "None" {
			t.Errorf("user ID = %q, want None", got)
		}
	}
}

// N04: nobody can be logged in as the attacker by opening a link.
func TestNaive_N04_LoginForgery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mallory := w.browser()
	back := w.emu.Approve(mallory.start("/login"), "bob").String()

	victim := w.browser()
	victim.get(back).wants(t, http.StatusBadRequest, "Invalid state!")
	if got := victim.userID(); got != "None" {
		t.Errorf("the victim is %q, want None", got)
	}
	alice := w.browser() // one who is logged in already stays herself
	id := alice.login("alice").userID(t)
	alice.get(back).wants(t, http.StatusBadRequest, "Invalid state!")
	if got := alice.userID(); got != id {
		t.Errorf("alice became %q, want %q", got, id)
	}
	if n := w.exchanges(); n != 1 {
		t.Errorf("%d codes were sent to Spotify, want alice's alone", n)
	}
}

// N05: a stolen code is worth nothing with another login's state: PKCE, always.
func TestNaive_N05_CodeInjection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	victim, mallory := w.browser(), w.browser()
	stolen := w.emu.Approve(victim.start("/login"), "alice").Query().Get("code")
	own, err := url.Parse(mallory.start("/login"))
	if err != nil {
		t.Fatal(err)
	}
	if own.Query().Get("code_challenge_method") != "S256" {
		t.Errorf("the login has no S256 challenge: %v", own)
	}
	query := url.Values{"code": {stolen}, "state": {own.Query().Get("state")}}
	a := mallory.get("/callback?" + query.Encode())
	a.wants(t, http.StatusBadGateway)
	if got := mallory.userID(); got != "None" {
		t.Errorf("the thief is %q, want None", got)
	}
}

// N06: asking for logins costs the server no memory.
func TestNaive_N06_LoginFlood(t *testing.T) {
	w := newWorld(t)
	asked := 0
	flood := func(n int) {
		for range n {
			r := httptest.NewRequest(http.MethodGet, w.base+"/login", nil)
			asked++
			r.RemoteAddr = fmt.Sprintf("203.%d.%d.%d:1234", asked>>16&0xff, asked>>8&0xff, asked&0xff)
			if rec := w.ask(r); rec.Code != http.StatusSeeOther {
				t.Fatalf("GET /login = %d, want 303", rec.Code)
			}
		}
	}
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	flood(200) // whatever is made once
	before := heap()
	const logins = 5000
	flood(logins)
	if grown := heap() - before; grown > 100*logins {
		t.Errorf("%d logins left %d bytes behind, want none of them remembered", logins, grown)
	}
}

// N07: whatever things are called, they are text.
func TestNaive_N07_MarkupInNames(t *testing.T) {
	t.Parallel()
	const nasty = `<script>alert(1)</script><img src=x onerror=alert(2)>"'&`
	w := newWorld(t)
	w.emu.Fail(emulator.Fault{Operation: "GET /me", Times: 1, Status: http.StatusOK,
		Body: `{"id":"alice","account_id":"acc","display_name":` + quoted(nasty) + `,"images":[{"url":` + quoted("javascript:"+nasty) + `}]}`})
	b := w.browser()
	w.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Times: -1, Status: http.StatusOK, Body: `{"is_playing":true,"progress_ms":1,
		"currently_playing_type":"track","item":{"type":"track","id":null,"uri":"spotify:local:a:b:c:1","is_local":true,"duration_ms":1000,"name":` + quoted(nasty) + `,
		"artists":[{"name":` + quoted(nasty) + `}],"album":{"name":` + quoted(nasty) + `,"images":[{"url":"https://evil.example/` + "x" + `","width":640}]}}}`})
	home := b.login("alice")
	home.wants(t, http.StatusOK, "Now playing: &lt;script&gt;alert(1)")
	home.lacks(t, "<script>alert", "<img src=x", "javascript:", "evil.example")
	if got := strings.Count(home.body, "<script>"); got != 1 {
		t.Errorf("%d scripts on the page, want our own alone", got)
	}
	b.get("/account").lacks(t, "<script>alert", "<img src=x", "javascript:")
}

// N08: a picture on another site logs nobody out and nobody in.
func TestNaive_N08_ForgedLogout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	id := b.login("alice").userID(t)
	picture := []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}
	b.get("/logout", picture...).lacks(t, "You are logged out")
	b.get("/login?switch=1", picture...).wants(t, http.StatusForbidden)
	for _, from := range [][]string{
		{"Sec-Fetch-Site", "cross-site"},
		{"Sec-Fetch-Site", "same-site"},
		{"Origin", "https://evil.example"},
		{"Origin", "null"},
		{"Origin", strings.Replace(w.base, "http:", "https:", 1)},
	} {
		for _, path := range []string{"/logout", "/account/end", "/account/end-all", "/account/disconnect", "/account/download"} {
			b.post(path, url.Values{"sure": {"yes"}}, from...).wants(t, http.StatusForbidden)
		}
	}
	if got := b.userID(); got != id {
		t.Errorf("user ID after forged requests = %q, want %q", got, id)
	}
}

// N09: every odd callback has an answer, and none of them is a 500.
func TestNaive_N09_OddCallbacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		query  string // STATE and CODE stand for the right ones
		status int
		words  string
	}{
		{"", 400, "Invalid state!"},
		{"code=CODE", 400, "Invalid state!"},
		{"state=STATE", 400, "Invalid state!"},
		{"code=&state=STATE", 400, "Invalid state!"},
		{"code=CODE&state=", 400, "Invalid state!"},
		{"code=CODE&state=STATE&state=STATE", 400, "Invalid state!"},
		{"code=CODE&code=CODE&state=STATE", 400, "Invalid state!"},
		{"code=CODE&state=STATEx", 400, "Invalid state!"},
		{"code=CODE&state=" + strings.Repeat("s", 3000), 400, "Invalid state!"},
		{"code=" + strings.Repeat("c", 3000) + "&state=STATE", 400, "Invalid state!"},
		{"error=access_denied&state=STATE", 403, "You said no"},
		{"error=access_denied&state=other", 400, "Invalid state!"},
		{"error=server_error&error_description=%3Cb%3Eboo&state=STATE", 502, "Spotify could not finish the login"},
		{"error=%3Cscript%3E&error_uri=https://evil.example&state=STATE", 502, "Spotify could not finish the login"},
		{"code=CODE&state=STATE&%zz", 400, "Invalid state!"},
		{"code=wrong&state=STATE", 502, "Spotify could not finish the login"},
	} {
		b := w.browser()
		right := w.emu.Approve(b.start("/login"), "alice").Query()
		query := strings.NewReplacer("STATE", url.QueryEscape(right.Get("state")), "CODE", url.QueryEscape(right.Get("code"))).Replace(c.query)
		a := b.get("/callback?" + query)
		a.wants(t, c.status, c.words)
		a.lacks(t, "<b>boo", "boo", "<script>alert", "evil.example")
		if got := b.userID(); got != "None" {
			t.Errorf("user ID after callback?%s = %q, want None", c.query, got)
		}
	}
}

// N10: a restart forgets nobody, also not those in the middle of a login.
func TestNaive_N10_Restart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alice, bob := w.browser(), w.browser()
	id := alice.login("alice").userID(t)
	back := w.emu.Approve(bob.start("/login"), "bob").String()
	w.restart()
	if got := alice.userID(); got != id {
		t.Errorf("user ID after a restart = %q, want %q", got, id)
	}
	bob.get(back).wants(t, http.StatusSeeOther)
	if got := bob.userID(); got == "None" || got == id {
		t.Errorf("who logged in across the restart is %q, want one of their own", got)
	}
}

// N11: however many tabs there are at expiry, one refresh is sent, also with single-use tokens.
func TestNaive_N11_RefreshOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(e *emulator.Config, _ *server.Config) { e.Refresh = emulator.RotatedFamily })
	b := w.browser()
	b.login("alice")
	for round := 1; round <= 3; round++ {
		w.emu.Advance(2 * time.Hour)
		w.now.advance(2 * time.Hour)
		var tabs sync.WaitGroup
		for range 12 {
			tabs.Go(func() { b.get("/").wants(t, http.StatusOK, "Now playing: ") })
		}
		tabs.Wait()
		if n := len(w.emu.Ledger().Of("POST /api/token").Grant("refresh_token")); n != round {
			t.Fatalf("%d refreshes after %d expiries, want one each", n, round)
		}
	}
}

// N12: a consent that has ended is a page with a way back, and nothing is lost.
func TestNaive_N12_ConsentEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	id := b.login("alice").userID(t)
	w.emu.Revoke("alice")
	w.emu.Advance(2 * time.Hour)
	w.now.advance(2 * time.Hour)
	for range 3 { // not only the first page
		home := b.get("/")
		home.wants(t, http.StatusOK, "User ID: "+id, "Error in retrieving now playing!", "Sign in again")
	}
	if n := len(w.emu.Ledger().Of("POST /api/token").Grant("refresh_token")); n != 1 {
		t.Errorf("the dead refresh token was sent %d times, want once", n)
	}
	home := b.login("alice")
	home.wants(t, http.StatusOK, "Login successful", "User ID: "+id, "Now playing: ")
	home.lacks(t, "Sign in again")
}

// N14: nobody can plant a session before the login and share it afterwards.
func TestNaive_N14_Fixation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mallory, victim := w.browser(), w.browser()
	mallory.login("bob")
	planted := mallory.cookie("tenuto")
	victim.setCookie("tenuto", planted)
	id := victim.loginAt("/login?switch=1", "alice").userID(t)
	if victim.cookie("tenuto") == planted {
		t.Error("the login kept the session that was there before")
	}
	if got := mallory.userID(); got == id {
		t.Errorf("the planted session became %q", got)
	} else if got != "None" {
		t.Errorf("the session that was there before the login still is: %q", got)
	}
	unknown := strings.Repeat("x", 43)
	fresh := w.browser()
	fresh.setCookie("tenuto", unknown)
	fresh.login("alice")
	if fresh.cookie("tenuto") == unknown {
		t.Error("an unknown session id was adopted")
	}
}

// N15: redirects around a login never repeat a body.
func TestNaive_N15_Redirects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	login := b.get("/login")
	back := b.get(w.emu.Approve(login.Header.Get("Location"), "alice").String())
	out := b.post("/logout", nil)
	for _, a := range []answer{login, back, out} {
		if a.StatusCode != http.StatusSeeOther {
			t.Errorf("%s %s = %d, want 303", a.Request.Method, a.Request.URL.Path, a.StatusCode)
		}
	}
	if got := back.Header.Get("Location"); got != "/" {
		t.Errorf("the callback leads to %q, want / without code or state", got)
	}
}

// N16: one person is one user, wherever they log in, and can have everything deleted.
func TestNaive_N16_OnePersonOneUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	laptop, phone := w.browser(), w.browser()
	id := laptop.login("alice").userID(t)
	if got := phone.login("alice").userID(t); got != id {
		t.Errorf("alice is %q on one device and %q on the other", id, got)
	}
	phone.post("/account/disconnect", url.Values{"sure": {"yes"}}).wants(t, http.StatusSeeOther)
	for _, b := range []*browser{laptop, phone} {
		if got := b.userID(); got != "None" {
			t.Errorf("user ID after disconnecting = %q, want None", got)
		}
	}
	if got := phone.login("alice").userID(t); got == id {
		t.Error("the user ID came back after everything was deleted")
	}
}

// N17: fewer scopes than asked for is a state of its own, with a way to mend it.
func TestNaive_N17_FewerScopes(t *testing.T) {
	t.Parallel()
	var tick scopeCutter
	w := newWorld(t, func(_ *emulator.Config, c *server.Config) {
		c.App.HTTPClient = &http.Client{Transport: &tick}
		c.Scopes = auth.Scopes(auth.ScopeUserReadCurrentlyPlaying, auth.ScopeUserTopRead)
	})
	b := w.browser()
	tick.cut.Store(true)
	home := b.login("alice")
	home.wants(t, http.StatusOK, "Login successful", "You have not allowed everything", "user-top-read", "Now playing: ")
	tick.cut.Store(false)
	_, rest, _ := strings.Cut(home.body, `href="/login?scope=`)
	more, _, _ := strings.Cut(rest, `"`)
	b.loginAt("/login?scope="+more, "alice").lacks(t, "You have not allowed everything")
}

// N18: a panic shows and logs no insides.
func TestNaive_N18_PanicShowsNothing(t *testing.T) {
	t.Parallel()
	const secret = "canary-in-a-panic"
	w := newWorld(t, func(_ *emulator.Config, c *server.Config) {
		c.HTTPClient = &http.Client{Transport: panicking(secret)}
	})
	b := w.browser()
	a := b.get(w.emu.Approve(b.start("/login"), "alice").String())
	a.wants(t, http.StatusInternalServerError, "Something broke here")
	a.lacks(t, secret, "goroutine", ".go:")
	if log := w.log.String(); strings.Contains(log, secret) || !strings.Contains(log, `"msg":"panic"`) {
		t.Errorf("the log must name the panic and not its value:\n%s", log)
	}
	if a.Header.Get("Content-Security-Policy") == "" {
		t.Error("the page after a panic has no policy")
	}
}

// N19: localhost is refused where it is configured and explained where it is opened.
func TestNaive_N19_Localhost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, change := range []func(*server.Config){
		func(c *server.Config) { c.BaseURL = "http://localhost:5000" },
		func(c *server.Config) {
			c.BaseURL, c.App = "http://127.0.0.1:5000", &auth.Config{ClientID: "a", ClientSecret: "b", RedirectURI: "http://localhost:5000/callback"}
		},
	} {
		c := w.config
		change(&c)
		if _, err := server.New(c); err == nil || !strings.Contains(err.Error(), "http://127.0.0.1:5000") {
			t.Errorf("New with localhost = %v, want an error with the right address", err)
		}
	}
	port := w.base[strings.LastIndex(w.base, ":"):]
	a := w.browser().get("http://localhost" + port + "/account")
	a.wants(t, http.StatusMisdirectedRequest, "Please use 127.0.0.1"+port, `href="`+w.base+`/account"`)
}

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// scopeCutter is a Spotify whose person unticked a scope.
type scopeCutter struct{ cut atomic.Bool }

func (c *scopeCutter) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || !c.cut.Load() {
		return resp, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	body = bytes.ReplaceAll(body, []byte(" user-top-read"), nil)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

type panicking string

func (p panicking) RoundTrip(*http.Request) (*http.Response, error) { panic(string(p)) }

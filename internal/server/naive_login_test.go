package server_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// The flaws of the well-known twenty-line login recipe, each tried on our server.
// docs/why-not-twenty-lines.md tells why each matters. These are about the login itself;
// naive_test.go has the others.

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

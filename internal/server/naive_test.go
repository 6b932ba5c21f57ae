package server_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// The flaws of the well-known twenty-line login recipe, each tried on our server.
// docs/why-not-twenty-lines.md tells why each matters. Those of the login itself are in
// naive_login_test.go, N13 in events_test.go.

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

func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

type panicking string

func (p panicking) RoundTrip(*http.Request) (*http.Response, error) { panic(string(p)) }

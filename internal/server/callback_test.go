package server_test

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

func mustRequest(t testing.TB, method, target string) *http.Request {
	t.Helper()
	r := httptest.NewRequest(method, target, nil)
	r.RemoteAddr = "127.0.0.1:4000"
	return r
}

// TestReq_CB02_Replay: a callback works once. In the browser that is logged in by it, going back
// to it leads home.
func TestReq_CB02_Replay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	location := b.start("/login")
	back := w.emu.Approve(location, "alice").String()
	thief := w.browser() // has even the cookies of the attempt
	thief.client.Jar.SetCookies(mustURL(t, w.base), b.client.Jar.Cookies(mustURL(t, w.base)))
	b.get(back).wants(t, http.StatusSeeOther)
	id := b.userID()
	for range 20 {
		again := b.get(back)
		if again.StatusCode != http.StatusSeeOther || again.Header.Get("Location") != "/" {
			t.Fatalf("the callback again = %d to %q, want 303 home", again.StatusCode, again.Header.Get("Location"))
		}
		thief.get(back).wants(t, http.StatusBadRequest, "Invalid state!")
	}
	if n := w.exchanges(); n != 1 {
		t.Errorf("%d codes were sent to Spotify, want 1", n)
	}
	if got := b.userID(); got != id {
		t.Errorf("user ID = %q, want %q", got, id)
	}
	b.post("/logout", nil)
	b.get(back).wants(t, http.StatusBadRequest, "Invalid state!")
}

// TestCallbackWithoutDatabase: nothing is sent, and the page can be loaded again when the database is back.
func TestCallbackWithoutDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	back := w.emu.Approve(b.start("/login"), "alice").String()
	path := filepath.Join(w.dir, sqlite.DatabaseFile)
	rename(t, path, path+".aside")
	b.get(back).wants(t, http.StatusServiceUnavailable, "nothing is lost")
	if n := w.exchanges(); n != 0 {
		t.Errorf("%d codes were sent to Spotify, want none yet", n)
	}
	rename(t, path+".aside", path)
	b.get(back).wants(t, http.StatusSeeOther)
	if n := w.exchanges(); n != 1 {
		t.Errorf("%d codes were sent to Spotify, want 1", n)
	}
	b.get("/").wants(t, http.StatusOK, "Now playing:")
}

func rename(t testing.TB, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func mustURL(t testing.TB, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// TestReq_CB05_NavigationOnly: GET, as a page.
func TestReq_CB05_NavigationOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	back := w.emu.Approve(b.start("/login"), "alice")
	b.get(back.String(), "Sec-Fetch-Mode", "cors", "Sec-Fetch-Site", "cross-site").wants(t, http.StatusForbidden)
	b.do(http.MethodHead, back.String(), nil).wants(t, http.StatusMethodNotAllowed)
	b.post("/callback", back.Query()).wants(t, http.StatusMethodNotAllowed)
	if n := w.exchanges(); n != 0 {
		t.Fatalf("%d codes were sent to Spotify, want none yet", n)
	}
	b.get(back.String(), "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Dest", "document").wants(t, http.StatusSeeOther)
}

// TestReq_CB06_CodeIsSentOnce, whatever becomes of the answer.
func TestReq_CB06_CodeIsSentOnce(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"lost before":  {Reset: emulator.ResetBefore},
		"lost after":   {Reset: emulator.ResetAfter},
		"half answer":  {Reset: emulator.ResetHalfway},
		"500":          {Status: 500},
		"HTML":         {Status: 503, Body: "<html>Oops</html>"},
		"not a token":  {Status: 200, Body: `{"hello":1}`},
		"other bearer": {Status: 200, Body: `{"access_token":"a","token_type":"mac","expires_in":3600}`},
	} {
		w := newWorld(t)
		fault.Operation = "POST /api/token"
		w.emu.Fail(fault)
		b := w.browser()
		back := w.emu.Approve(b.start("/login"), "alice").String()
		a := b.get(back)
		a.wants(t, http.StatusBadGateway, "Try again")
		if n := w.exchanges(); n != 1 {
			t.Errorf("%s: %d codes were sent, want 1", name, n)
		}
		b.get(back).wants(t, http.StatusBadRequest, "Invalid state!")
		if got := b.userID(); got != "None" {
			t.Errorf("%s: user ID = %q, want None", name, got)
		}
		b.login("alice").wants(t, 200, "Login successful")
	}
}

// TestReq_CB08_WhoIsIt: an odd answer about the account is an error, never a default.
func TestReq_CB08_WhoIsIt(t *testing.T) {
	t.Parallel()
	for _, me := range []string{
		``, `{}`, `null`, `[]`, `"alice"`, `{"id":null,"account_id":null}`, `{"id":"","account_id":""}`, `{"id":7,"account_id":8}`,
		`{"id":"alice","account_id":7}`, `{"id":["alice"]}`, `{"id":"id:somebody"}`, `{"id":"a b"}`, `{"id":"a\u0000b"}`,
		`{"account_id":"` + strings.Repeat("x", 300) + `"}`, `{"account_id":" ","id":"alice"}`, `<html>`,
	} {
		w := newWorld(t)
		w.emu.Fail(emulator.Fault{Operation: "GET /me", Times: -1, Status: http.StatusOK, Body: me + " "})
		b := w.browser()
		a := b.get(w.emu.Approve(b.start("/login"), "alice").String())
		if a.StatusCode != http.StatusBadGateway {
			t.Errorf("callback with /me answering %.80s = %d, want 502", me, a.StatusCode)
		}
		if b.cookie("tenuto") != "" {
			t.Errorf("a session began with /me answering %.80s", me)
		}
	}
}

// TestPictureOfAnyLength: an address that nobody needs is not read with every session.
func TestPictureOfAnyLength(t *testing.T) {
	t.Parallel()
	for n, kept := range map[int]bool{2000: true, 200_000: false} {
		w := newWorld(t)
		picture := "https://i.scdn.co/image/" + strings.Repeat("x", n)
		w.emu.Fail(emulator.Fault{Operation: "GET /me", Times: -1, Status: http.StatusOK,
			Body: `{"id":"alice","account_id":"acc","display_name":"Alice","images":[{"url":"` + picture + `"}]}`})
		b := w.browser()
		b.login("alice")
		a := b.get("/session")
		a.wants(t, http.StatusOK, "Alice")
		if strings.Contains(a.body, picture) != kept {
			t.Errorf("a picture's address of %d bytes is kept: %v, want %v", len(picture), !kept, kept)
		}
	}
}

// TestAccountIDAppears: somebody known by id keeps everything when Spotify begins to give an
// account_id.
func TestAccountIDAppears(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.emu.Fail(emulator.Fault{Operation: "GET /me", Status: http.StatusOK, Body: `{"id":"alice","display_name":"Alice"}`})
	b := w.browser()
	id := b.login("alice").userID(t)
	w.emu.Fail(emulator.Fault{Operation: "GET /me", Status: http.StatusOK, Body: `{"id":"alice","account_id":"acc1","display_name":"Alice"}`})
	other := w.browser()
	if got := other.login("alice").userID(t); got != id {
		t.Errorf("user ID with account_id = %q, want the same %q", got, id)
	}
	if got := b.userID(); got != id {
		t.Errorf("user ID of the older session = %q, want %q", got, id)
	}
	renamed := w.browser()
	w.emu.Fail(emulator.Fault{Operation: "GET /me", Status: http.StatusOK, Body: `{"id":"alice2","account_id":"acc1"}`})
	if got := renamed.login("alice").userID(t); got != id {
		t.Errorf("user ID after the id changed = %q, want the same %q", got, id)
	}
}

// TestLoginFailures: each thing that can go wrong at Spotify has its own page and leaves nothing
// behind; the next login works where it can.
func TestLoginFailures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		app    func(*emulator.App)
		admits string // whom such an app lets in, if anybody
		fault  *emulator.Fault
		status int
		words  string
	}{
		"owner without Premium": {app: func(a *emulator.App) { a.OwnerFree = true }, status: 403, words: "owner needs Premium"},
		"not on the list":       {app: func(a *emulator.App) { a.Allowlist = []string{"bob"} }, admits: "bob", status: 403, words: "not on this app"},
		"rate limited":          {fault: &emulator.Fault{Operation: "GET /me", Status: 429, RetryAfter: time.Hour}, status: 503, words: "Try again after"},
		"quota":                 {fault: &emulator.Fault{Operation: "GET /me", Status: 429, Quota: true, RetryAfter: time.Hour}, status: 503, words: "Spotify asks this app to wait"},
		"API down":              {fault: &emulator.Fault{Operation: "GET /me", Status: 503, Times: 5}, status: 502, words: "Spotify does not answer"},
		"accounts down":         {fault: &emulator.Fault{Operation: "POST /api/token", Status: 503}, status: 502, words: "Spotify does not answer"},
		"wrong secret":          {fault: &emulator.Fault{Operation: "POST /api/token", Status: 400, OAuthError: "invalid_client"}, status: 502, words: "Spotify refuses this server"},
		"accounts limited":      {fault: &emulator.Fault{Operation: "POST /api/token", Status: 429, RetryAfter: time.Minute}, status: 503, words: "Spotify asks this app to wait"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(e *emulator.Config, _ *server.Config) {
				if c.app != nil {
					c.app(&e.Apps[0])
				}
			})
			over := func() {}
			if c.fault != nil {
				over = w.emu.Fail(*c.fault)
			}
			b := w.browser()
			a := b.get(w.emu.Approve(b.start("/login"), "alice").String())
			a.wants(t, c.status, c.words)
			if c.status == 503 && a.Header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			if got := b.userID(); got != "None" || b.cookie("tenuto") != "" {
				t.Errorf("user ID = %q with cookie %q, want None and none", got, b.cookie("tenuto"))
			}
			if strings.Contains(w.log.String(), `"msg":"login"`) || !strings.Contains(w.log.String(), `"msg":"login failed"`) {
				t.Errorf("the log does not tell of a failed login:\n%s", w.log)
			}
			if n := w.rows(); n != 0 {
				t.Errorf("%d people, grants and sessions are stored, want none", n)
			}
			over()
			who := "alice"
			if c.app != nil {
				who = c.admits
			}
			if c.fault != nil && c.fault.Status == http.StatusTooManyRequests {
				w.browser().get("/login").wants(t, http.StatusServiceUnavailable, "Spotify asks this app to wait")
				return
			}
			if who == "" { // nobody is admitted
				return
			}
			w.browser().login(who).wants(t, http.StatusOK, "Login successful")
			if w.rows() == 0 {
				t.Error("nothing is stored after a login that worked: the count above shows nothing")
			}
		})
	}
}

// rows counts what the database holds of people.
func (w *world) rows() (n int) {
	w.t.Helper()
	disk, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, sqlite.DatabaseFile)+"?mode=ro")
	if err != nil {
		w.t.Fatal(err)
	}
	defer disk.Close()
	if err := disk.QueryRow("SELECT (SELECT count(*) FROM people) + (SELECT count(*) FROM grants) + (SELECT count(*) FROM sessions)").Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// TestDenied: whoever cancels is told so and can come back.
func TestDenied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.get(w.emu.Refuse(b.start("/login"), "alice").String()).wants(t, http.StatusForbidden, "You said no", "Log in after all")
	b.login("alice").wants(t, 200, "Login successful")
}

// TestCookiesOff: whoever sends none back learns that.
func TestCookiesOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.client.Jar = nil
	back := w.emu.Approve(b.start("/login"), "alice").String()
	b.get(back).wants(t, http.StatusBadRequest, "Invalid state!", "Allow cookies")
}

// TestTwoTabs: logins begun in two tabs both end well.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	one := w.emu.Approve(b.start("/login?return_to=/account"), "alice").String()
	two := w.emu.Approve(b.start("/login"), "alice").String()
	b.get(two).wants(t, http.StatusSeeOther)
	id := b.userID()
	a := b.get(one)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/account" {
		t.Errorf("the other tab = %d to %q, want 303 to /account", a.StatusCode, a.Header.Get("Location"))
	}
	if got := b.userID(); got != id {
		t.Errorf("user ID = %q, want %q", got, id)
	}
	a = b.get("/account")
	if n := strings.Count(a.body, `name="session"`); n != 1 {
		t.Errorf("%d sessions after two logins in one browser, want 1: the older one is replaced", n)
	}
}

// FuzzCallback: whatever a stranger sends, nothing reaches Spotify and nobody is logged in.
func FuzzCallback(f *testing.F) {
	for _, seed := range [][2]string{
		{"code=a&state=b", ""}, {"code=a&state=b", "tenuto-login-x=y"}, {"state=%00&error=access_denied", "tenuto=a; tenuto=b"},
		{"code=a;state=b", "tenuto-login-AAAA=AAAA"}, {"%zz", ";;;="}, {"state=a&state=b&code", "tenuto-done=\"x\""},
	} {
		f.Add(seed[0], seed[1])
	}
	w := newFuzzWorld(f)
	f.Fuzz(func(t *testing.T, query, cookie string) {
		r := mustRequest(t, http.MethodGet, w.base+"/callback")
		r.URL.RawQuery = query
		r.Header["Cookie"] = []string{cookie}
		rec := httptest.NewRecorder()
		w.srv.Handler().ServeHTTP(rec, r)
		if rec.Code != http.StatusBadRequest && rec.Code != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("GET /callback?%q with cookie %q = %d, want 400", query, cookie, rec.Code)
		}
		for _, c := range rec.Result().Cookies() {
			if c.MaxAge >= 0 {
				t.Errorf("GET /callback?%q with cookie %q set %v", query, cookie, c)
			}
		}
	})
}

// FuzzAttemptCookie: a cookie that was changed anywhere opens nothing.
func FuzzAttemptCookie(f *testing.F) {
	w := newFuzzWorld(f)
	r := mustRequest(f, http.MethodGet, w.base+"/login")
	rec := httptest.NewRecorder()
	w.srv.Handler().ServeHTTP(rec, r)
	right := rec.Result().Cookies()[0]
	location := mustURL(f, rec.Header().Get("Location"))
	state := location.Query().Get("state")
	f.Add(uint16(0), byte(0), uint16(1), "")
	for _, last := range "048cgkosw" { // one of them spells the same bits
		f.Add(uint16(0), byte(0), uint16(1), string(last))
	}
	f.Add(uint16(10), byte(1), uint16(0), "")
	f.Add(uint16(9999), byte(7), uint16(0), "A")
	f.Add(uint16(3), byte('B'), uint16(500), "=")
	f.Fuzz(func(t *testing.T, at uint16, flip byte, cut uint16, more string) {
		raw := []byte(right.Value)
		raw[int(at)%len(raw)] ^= flip
		value := string(raw[:len(raw)-int(cut)%len(raw)]) + more
		r := mustRequest(t, http.MethodGet, w.base+"/callback?code=a&state="+state)
		r.Header["Cookie"] = []string{fmt.Sprintf("%s=%s", right.Name, value)}
		if sent, err := r.Cookie(right.Name); err == nil && sent.Value == right.Value {
			return // not changed, or only in what net/http takes off
		}
		rec := httptest.NewRecorder()
		w.srv.Handler().ServeHTTP(rec, r)
		if rec.Code != http.StatusBadRequest {
			t.Errorf("a changed cookie = %d, want 400", rec.Code)
		}
	})
}

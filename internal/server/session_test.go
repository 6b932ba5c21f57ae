package server_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// TestReq_SE02_Cookies: names and flags, over https and on loopback.
func TestReq_SE02_Cookies(t *testing.T) {
	t.Parallel()
	const attributes = "; HttpOnly; SameSite=Lax"
	for _, c := range []struct{ base, prefix, flags string }{
		{"http://127.0.0.1:5000", "tenuto", attributes},
		{"https://music.example.org", "__Host-tenuto", "; HttpOnly; Secure; SameSite=Lax"},
	} {
		inBubble(t, func(b *bubble) {
			ask := func(target string, cookies ...*http.Cookie) *http.Response {
				r := httptest.NewRequest(http.MethodGet, c.base+target, nil)
				for _, cookie := range cookies {
					if cookie.MaxAge >= 0 {
						r.AddCookie(cookie)
					}
				}
				rec := httptest.NewRecorder()
				b.srv.Handler().ServeHTTP(rec, r)
				return rec.Result()
			}
			there := ask("/login")
			back := ask(b.emu.Approve(there.Header.Get("Location"), "alice").RequestURI(), there.Cookies()...)
			lines := append(there.Header["Set-Cookie"], back.Header["Set-Cookie"]...)
			if len(lines) < 4 {
				t.Fatalf("cookies of a login: %q", lines)
			}
			for _, line := range lines {
				if !strings.HasPrefix(line, c.prefix) || !strings.Contains(line, "; Path=/;") || !strings.HasSuffix(line, c.flags) || strings.Contains(line, "Domain") {
					t.Errorf("cookie at %s: %s", c.base, line)
				}
			}
			if hsts := back.Header.Get("Strict-Transport-Security") != ""; hsts != strings.HasPrefix(c.base, "https") {
				t.Errorf("HSTS at %s: %v", c.base, hsts)
			}
		}, func(e *emulator.Config, s *server.Config) {
			s.BaseURL = c.base
			e.Apps[0].RedirectURIs = []string{c.base + "/callback"}
		})
	}
}

// TestReq_SE04_DuplicateCookies: two of the same name are none.
func TestReq_SE04_DuplicateCookies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.login("alice")
	good := b.cookie("tenuto")
	for _, header := range []string{
		"tenuto=" + good + "; tenuto=" + good,
		"tenuto=planted-planted-planted; tenuto=" + good,
		"tenuto=" + good + "; a=b; tenuto=",
	} {
		r := mustRequest(t, http.MethodGet, w.base+"/")
		r.Header.Set("Cookie", header)
		rec := w.ask(r)
		if !strings.Contains(rec.Body.String(), "User ID: None") || !strings.Contains(rec.Header().Get("Set-Cookie"), "tenuto=; ") {
			t.Errorf("Cookie: %s: signed in, or not cleared: %q", header, rec.Header()["Set-Cookie"])
		}
	}
	if got := b.userID(); got == "None" {
		t.Error("the session itself is gone")
	}
}

// TestReq_SE05_UnknownSession ids are cleared and never adopted.
func TestReq_SE05_UnknownSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range []string{"x", strings.Repeat("A", 43), strings.Repeat("A", 2000), "a b", "%00", `"quoted"`} {
		b := w.browser()
		b.setCookie("tenuto", id)
		a := b.get("/")
		a.wants(t, 200, "User ID: None")
		if b.cookie("tenuto") != "" {
			t.Errorf("the cookie %q was not cleared: %q", id, a.Header["Set-Cookie"])
		}
	}
}

// TestReq_SE06_SessionEnd: idle time, moved by use, and never beyond the consent.
func TestReq_SE06_SessionEnd(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	w := newWorld(t)
	b, idle := w.browser(), w.browser()
	b.login("alice")
	idle.login("alice")
	forward := func(d time.Duration) { w.now.advance(d); w.emu.Advance(d) }
	for range 8 {
		forward(20 * day)
		if got := b.userID(); got == "None" {
			t.Fatal("a session in use ended")
		}
	}
	if got := idle.userID(); got != "None" {
		t.Errorf("a session unused for 160 days is %q, want None", got)
	}
	// Day 160 of about 181: the session is good for 30 days, the consent for 21.
	forward(20 * day)
	if got := b.userID(); got == "None" {
		t.Error("the session ended before the consent")
	}
	forward(5 * day)
	if got := b.userID(); got != "None" {
		t.Errorf("the session outlived the consent: %q", got)
	}
}

// TestReq_SE14_EndedStaysEnded: nothing that an ended session sends revives it.
func TestReq_SE14_EndedStaysEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.login("alice")
	old := b.cookie("tenuto")
	b.post("/logout", nil)
	w.now.advance(2 * time.Hour) // time to touch
	b.setCookie("tenuto", old)
	for range 3 {
		if got := b.userID(); got != "None" {
			t.Fatalf("an ended session is %q", got)
		}
		b.setCookie("tenuto", old)
	}
	b.post("/logout", nil).wants(t, http.StatusSeeOther) // idempotent
}

// TestReq_SE15_LoginReplaces: a login replaces the session that was there, whoever it was.
func TestReq_SE15_LoginReplaces(t *testing.T) {
	t.Parallel()
	for _, before := range []string{"", "alice", "bob"} {
		w := newWorld(t)
		b := w.browser()
		if before != "" {
			b.login(before)
		}
		old := b.cookie("tenuto")
		b.loginAt("/login?switch=1", "alice")
		if before == "" {
			continue
		}
		replay := w.browser()
		replay.setCookie("tenuto", old)
		if got := replay.userID(); got != "None" {
			t.Errorf("after %s, then alice: the old session is %q, want None", before, got)
		}
	}
}

// TestReq_SE12_AnonymousVisitorsLeaveNothing: no cookie, and no question to Spotify.
func TestReq_SE12_AnonymousVisitorsLeaveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.browser().get("/")
	if len(a.Cookies()) != 0 || len(w.emu.Ledger()) != 0 {
		t.Errorf("an anonymous page set %v and sent %v", a.Cookies(), w.emu.Ledger())
	}
}

// TestStoreFailure is never taken for being signed out.
func TestStoreFailure(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		if err := b.db.Close(); err != nil {
			t.Fatal(err)
		}
		for _, target := range []string{"/", "/account", "/session", "/events", "/logout", "/login", "/callback?state=a&code=b"} {
			rec := b.get(target, session)
			if rec.Code != http.StatusServiceUnavailable || len(rec.Result().Cookies()) != 0 {
				t.Errorf("GET %s without a database = %d with cookies %v, want 503 and none\n", target, rec.Code, rec.Result().Cookies())
			}
		}
		rec := b.do(http.MethodPost, "/logout", session)
		if rec.Code != http.StatusServiceUnavailable {
			t.Errorf("POST /logout without a database = %d, want 503: the session still is", rec.Code)
		}
	})
}

// TestReq_BF21_SessionEndpoint: what front ends read.
func TestReq_BF21_SessionEndpoint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	a := b.get("/session")
	if a.StatusCode != http.StatusUnauthorized || strings.TrimSpace(a.body) != `{"user":null}` {
		t.Errorf("GET /session when signed out = %d %q", a.StatusCode, a.body)
	}
	id := b.login("alice").userID(t)
	a = b.get("/session")
	var got struct {
		User          struct{ ID, Name, Image string }
		Scopes        []string
		ReauthorizeBy time.Time `json:"reauthorize_by"`
		Reauthorize   bool
	}
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		t.Fatalf("GET /session = %q: %v", a.body, err)
	}
	if got.User.ID != id || got.User.Name != "Alice" || strings.Join(got.Scopes, " ") != "user-read-currently-playing" || got.Reauthorize {
		t.Errorf("GET /session = %+v", got)
	}
	if left := got.ReauthorizeBy.Sub(w.now.Now()); left < 175*24*time.Hour || left > 190*24*time.Hour {
		t.Errorf("reauthorize_by is in %v, want about half a year", left)
	}
	for _, secret := range []string{b.cookie("tenuto"), "access", "refresh", "token"} {
		if strings.Contains(a.body, secret) {
			t.Errorf("GET /session holds %q: %s", secret, a.body)
		}
	}
	if a.Header.Get("Content-Type") != "application/json; charset=utf-8" || a.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("GET /session headers: %v", a.Header)
	}
	w.emu.Revoke("alice")
	w.emu.Advance(2 * time.Hour)
	w.now.advance(2 * time.Hour)
	b.get("/")
	if body := b.get("/session").body; !strings.Contains(body, `"reauthorize":true`) {
		t.Errorf("GET /session after the consent ended = %s", body)
	}
}

// TestAccount: what people see and end there.
func TestAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	here, there := w.browser(), w.browser()
	here.header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	there.header.Set("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1")
	here.get("/account").wants(t, http.StatusUnauthorized, "You are signed out", `href="/login?return_to=%2Faccount"`, "Log in")
	id := here.login("alice").userID(t)
	there.login("alice")
	a := here.get("/account")
	a.wants(t, 200, "User ID: "+id, "Firefox on Linux", "Safari on iPhone", "this browser", "Your consent lasts until", "Disconnect")
	a.lacks(t, here.cookie("tenuto"), there.cookie("tenuto"))

	_, rest, _ := strings.Cut(a.body, "Safari on iPhone")
	_, rest, _ = strings.Cut(rest, `name="session" value="`)
	handle, _, _ := strings.Cut(rest, `"`)
	stranger := w.browser()
	stranger.login("bob")
	stranger.post("/account/end", url.Values{"session": {handle}}).wants(t, http.StatusSeeOther)
	if got := there.userID(); got != id {
		t.Errorf("bob ended alice's session by its handle")
	}
	here.post("/account/end", url.Values{"session": {handle}}).wants(t, http.StatusSeeOther)
	if got := there.userID(); got != "None" {
		t.Errorf("the session that was ended is %q", got)
	}
	here.get("/account").wants(t, 200, "That session has ended.")

	there.login("alice")
	here.post("/account/end-all", nil).wants(t, http.StatusSeeOther)
	for _, b := range []*browser{here, there} {
		if got := b.userID(); got != "None" {
			t.Errorf("after ending all sessions one is %q", got)
		}
	}
}

// TestReq_LO07_Download is all we keep, and no key.
func TestReq_LO07_Download(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	id := b.login("alice").userID(t)
	a := b.post("/account/download", nil)
	a.wants(t, 200, id, `"Alice"`, "user-read-currently-playing", `"authorized_at"`, `"this_one": true`)
	a.lacks(t, b.cookie("tenuto"))
	if got := a.Header.Get("Content-Disposition"); !strings.HasPrefix(got, "attachment;") || !json.Valid([]byte(a.body)) {
		t.Errorf("download: %q, valid JSON %v", got, json.Valid([]byte(a.body)))
	}
}

// TestReq_LO01_Logout ends the session before it answers and clears the browser.
func TestReq_LO01_Logout(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.get("/logout").wants(t, http.StatusSeeOther) // nobody there
	b.login("alice")
	old := b.cookie("tenuto")
	b.get("/logout").wants(t, 200, "Log out?", `action="/logout"`)
	a := b.post("/logout", nil)
	if a.StatusCode != 303 || a.Header.Get("Location") != "/" || a.Header.Get("Clear-Site-Data") != `"cache", "storage"` || b.cookie("tenuto") != "" {
		t.Errorf("POST /logout = %d, %v, cookie %q", a.StatusCode, a.Header, b.cookie("tenuto"))
	}
	b.setCookie("tenuto", old)
	if got := b.userID(); got != "None" {
		t.Errorf("the cookie of an ended session is %q", got)
	}
}

// TestLastSessionTakesTheAccessToken: the grant stays, its next use refreshes.
func TestLastSessionTakesTheAccessToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	refreshes := func() int { return len(w.emu.Ledger().Of("POST /api/token").Grant("refresh_token")) }
	stored := func(id string) string {
		record, err := w.db.Grants("tenutotest").Load(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return record.Token.AccessToken
	}
	one, two := w.browser(), w.browser()
	id := one.login("alice").userID(t)
	two.login("alice")
	one.post("/logout", nil)
	if stored(id) == "" {
		t.Error("the access token went although a session is left")
	}
	two.post("/logout", nil)
	if stored(id) != "" {
		t.Error("the access token stayed after the last session")
	}
	if n := refreshes(); n != 0 {
		t.Errorf("%d refreshes, want none: nobody needs one", n)
	}
}

// TestReq_LO03_Disconnect destroys grant, sessions and person.
func TestReq_LO03_Disconnect(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b, other := w.browser(), w.browser()
	id := b.login("alice").userID(t)
	other.login("bob")
	b.post("/account/disconnect", nil).wants(t, http.StatusBadRequest, "Are you sure?")
	if got := b.userID(); got != id {
		t.Fatalf("disconnected without being sure: %q", got)
	}
	b.post("/account/disconnect", url.Values{"sure": {"yes"}}).wants(t, http.StatusSeeOther)
	b.get("/").wants(t, 200, "User ID: None", "Everything this server knew about you is gone.")
	if _, err := w.db.Grants("tenutotest").Load(t.Context(), id); err == nil {
		t.Error("the grant is still there")
	}
	if got := other.userID(); got == "None" {
		t.Error("bob went too")
	}
	if strings.Contains(w.log.String(), id) {
		t.Error("the log holds the user ID")
	}
}

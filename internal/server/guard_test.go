package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestReq_HT04_Headers: every answer has them, the errors included.
func TestReq_HT04_Headers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	signedIn := w.browser()
	signedIn.login("alice")
	for _, a := range []answer{
		b.get("/"), signedIn.get("/"), b.get("/login"), b.get("/callback"), b.get("/logout"), signedIn.get("/account"), b.get("/account"),
		b.get("/session"), signedIn.get("/session"), b.get("/events"), b.get("/nothing"), b.do("PUT", "/", nil), b.do("TRACE", "/login", nil),
		b.get("/login?scope=x"), b.get("/robots.txt"), b.post("/logout", nil, "Sec-Fetch-Site", "cross-site"),
		b.get("/" + strings.Repeat("x", 9000)), b.do("OPTIONS", "/session", nil), b.get("/account/me.css"), b.get("/a//b"), b.get("/a/../b"),
	} {
		name := fmt.Sprintf("%s %.40s = %d", a.Request.Method, a.Request.URL.Path, a.StatusCode)
		for header, want := range map[string]string{
			"Cache-Control":                "no-store",
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
			"X-Frame-Options":              "DENY",
		} {
			if got := a.Header.Get(header); got != want {
				t.Errorf("%s: %s = %q, want %q", name, header, got, want)
			}
		}
		csp := a.Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'",
			"form-action 'self' " + w.emu.AccountsURL(), "img-src 'self' https://i.scdn.co https://mosaic.scdn.co " + w.emu.URL} {
			if !strings.Contains(csp, part) {
				t.Errorf("%s: policy %q lacks %q", name, csp, part)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: policy %q is too wide", name, csp)
		}
		if a.Header.Get("Server") != "" || a.Header.Get("X-Powered-By") != "" || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: headers %v say too much", name, a.Header)
		}
	}
}

func TestNotFoundAndNotAllowed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	for _, c := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/nothing", 404, ""}, {"GET", "/account/", 404, ""}, {"GET", "//login", 404, ""}, {"GET", "/./login", 404, ""},
		{"GET", "/x/../login", 404, ""}, {"GET", "/.git/config", 404, ""}, {"GET", "/web/home.html", 404, ""}, {"GET", "/session/me.css", 404, ""},
		{"GET", "/healthz", 404, ""}, {"GET", "/metrics", 404, ""}, {"GET", "/readyz", 404, ""}, {"GET", "/debug/pprof/", 404, ""},
		{"POST", "/", 405, "GET, HEAD"}, {"DELETE", "/logout", 405, "GET, HEAD, POST"}, {"GET", "/account/end", 405, "POST"},
		{"POST", "/callback", 405, "GET, HEAD"}, {"OPTIONS", "/login", 405, "GET, HEAD"}, {"BREW", "/", 405, "GET, HEAD"},
	} {
		a := b.do(c.method, w.base+c.path, nil)
		if a.StatusCode != c.status || a.Header.Get("Allow") != c.allow {
			t.Errorf("%s %s = %d, Allow %q; want %d, %q", c.method, c.path, a.StatusCode, a.Header.Get("Allow"), c.status, c.allow)
		}
		if !strings.Contains(a.body, "Home") || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			t.Errorf("%s %s is not a page of ours: %s", c.method, c.path, a.text())
		}
	}
	a := b.get("/nothing", "Accept", "application/json")
	if a.Header.Get("Content-Type") != "application/problem+json" || !strings.Contains(a.body, `"code":"not_found"`) {
		t.Errorf("a program gets %q %s", a.Header.Get("Content-Type"), a.body)
	}
}

// TestReq_HT07_Hosts: the server answers to its own name alone.
func TestReq_HT07_Hosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	port := w.base[strings.LastIndex(w.base, ":"):]
	for host, want := range map[string]int{
		"127.0.0.1" + port: 200, "localhost" + port: 421, "127.0.0.1": 421, "evil.example": 421, "evil.example" + port: 421, "": 421,
		"[::1]" + port: 421, "127.0.0.1" + port + ".evil.example": 421, "127.0.0.1:1": 421, `"><script>alert(1)</script>`: 421,
	} {
		r := mustRequest(t, http.MethodGet, w.base+"/")
		r.Host = host
		r.Header.Set("X-Forwarded-Host", "127.0.0.1"+port)
		rec := w.ask(r)
		if rec.Code != want {
			t.Errorf("GET / of host %q = %d, want %d", host, rec.Code, want)
		}
		if want == 421 && (strings.Contains(rec.Body.String(), "evil") || strings.Contains(rec.Body.String(), "alert(") || !strings.Contains(rec.Body.String(), w.base)) {
			t.Errorf("the page for host %q repeats it, or does not name the right one", host)
		}
	}
}

func TestReq_HT01_RequestLimits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.get("/?"+strings.Repeat("a", 9000)).wants(t, http.StatusRequestURITooLong)
	r := mustRequest(t, http.MethodGet, w.base+"/")
	for i := range 70 {
		r.Header.Add(fmt.Sprintf("X-%d", i%10), "a")
	}
	if rec := w.ask(r); rec.Code != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("70 headers = %d, want 431", rec.Code)
	}
	b.login("alice")
	large := make(map[string][]string)
	large["sure"] = []string{"yes"}
	large["x"] = []string{strings.Repeat("a", 20<<10)}
	b.post("/account/disconnect", large).wants(t, http.StatusBadRequest)
	if got := b.userID(); got == "None" {
		t.Error("a body over the limit was obeyed")
	}
}

// TestReq_LG01_Logs: they name people by a hash, and hold no query.
func TestReq_LG01_Logs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	location := b.start("/login")
	back := w.emu.Approve(location, "alice")
	b.get(back.String())
	id := b.userID()
	session := b.cookie("tenuto")
	b.get("/callback?code=canary-code&state=canary-state")
	b.post("/logout", nil, "Origin", "https://canary-origin.example")
	b.get("/canary-path?canary=query")
	b.post("/logout", nil)
	log := w.log.String()
	for _, secret := range []string{
		back.Query().Get("code"), back.Query().Get("state"), session, id, "Alice", "canary-", "alice",
		mustURL(t, location).Query().Get("code_challenge"),
	} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	for _, event := range []string{`"msg":"login"`, `"msg":"login failed"`, `"msg":"logout"`, `"msg":"request refused"`, `"person":"`} {
		if !strings.Contains(log, event) {
			t.Errorf("the log lacks %s:\n%s", event, log)
		}
	}
}

// TestReq_LG05_LogStorm: a class of events that storms is cut and counted.
func TestReq_LG05_LogStorm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 500 {
		r := mustRequest(t, http.MethodGet, w.base+"/callback?state=a&code=b")
		w.ask(r)
	}
	if n := strings.Count(w.log.String(), "login failed"); n > 120 {
		t.Errorf("%d lines for 500 bad callbacks, want at most 120", n)
	}
	w.now.advance(61e9)
	w.ask(mustRequest(t, http.MethodGet, w.base+"/callback?state=a&code=b"))
	if !strings.Contains(w.log.String(), `"not_written":380`) {
		t.Errorf("the log does not say how many lines were left out")
	}
}

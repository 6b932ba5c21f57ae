package emulator_test

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// surfer is a browser without scripts: it keeps cookies and does not leave for the app.
type surfer struct {
	t      testing.TB
	client *http.Client
}

func newSurfer(p program) surfer {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	client := p.world.Client()
	client.Jar = jar
	client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/authorize") {
			return nil
		}
		return http.ErrUseLastResponse
	}
	return surfer{p.t, client}
}

// view is a page, or where the browser was sent.
type view struct {
	status   int
	text     string
	location *url.URL
	at       *url.URL
}

func (s surfer) do(r *http.Request) view {
	s.t.Helper()
	resp, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	v := view{status: resp.StatusCode, text: string(text), at: resp.Request.URL}
	if resp.Header.Get("Location") != "" {
		v.location, err = resp.Location()
		if err != nil {
			s.t.Fatal(err)
		}
	}
	return v
}

func (s surfer) open(address string) view {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.do(r)
}

var hiddenPattern = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)"`)

// form is the hidden fields of a page's form and what else is sent with them.
func (v view) form(changes ...string) url.Values {
	form := url.Values{}
	for _, field := range hiddenPattern.FindAllStringSubmatch(v.text, -1) {
		form.Set(field[1], field[2])
	}
	return changed(form, changes)
}

func (s surfer) press(v view, changes ...string) view {
	s.t.Helper()
	return s.send(v.at.String(), v.form(changes...))
}

func (s surfer) send(address string, form url.Values, header ...string) view {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return s.do(r)
}

func TestBrowserLogin(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	s := newSurfer(p)
	people := s.open(p.loginURL("scope", "user-read-email playlist-modify-private"))
	for _, want := range []string{"not Spotify", "alice", "bob"} {
		if people.status != 200 || !strings.Contains(people.text, want) {
			t.Errorf("first page: %d without %q", people.status, want)
		}
	}
	consent := s.press(people, "action", "choose", "person", "bob")
	for _, want := range []string{"not Spotify", "bob", p.app.ClientID, "See your email address", "Create and change your private playlists", "127.0.0.1:5000"} {
		if !strings.Contains(consent.text, want) {
			t.Errorf("consent page lacks %q", want)
		}
	}
	back := s.press(consent, "action", "agree")
	if back.status != http.StatusSeeOther || back.location.Query().Get("state") != "state-1" {
		t.Fatalf("agreed: %d %v, want 303 with the state", back.status, back.location)
	}
	login := p.exchange(back.location.Query().Get("code"))
	if login.Status != 200 || *login.Scope != "playlist-modify-private user-read-email" {
		t.Errorf("exchange = %s, want both scopes", login.Body)
	}
	if again := s.open(p.loginURL("scope", "user-read-email")); again.status != http.StatusFound || again.location.Query().Get("code") == "" {
		t.Errorf("fewer scopes: %d %v, want a redirect at once", again.status, again.location)
	}
	if more := s.open(p.loginURL("scope", "user-top-read")); more.status != 200 {
		t.Errorf("other scopes: %d, want the page", more.status)
	}
	dialog := s.open(p.loginURL("scope", "user-read-email", "show_dialog", "True"))
	if dialog.status != 200 {
		t.Fatalf("show_dialog=True: %d, want the page", dialog.status)
	}
	other := s.press(dialog, "action", "switch")
	if !strings.Contains(other.text, "alice") || strings.Contains(other.text, `value="agree"`) {
		t.Errorf("switch: want the page to choose a person")
	}
}

func TestCancel(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{Apps: []emulator.App{{RedirectURIs: []string{"https://app.example/cb?x=1"}}}})
	s := newSurfer(p)
	consent := s.press(s.open(p.loginURL()), "action", "choose", "person", "alice")
	back := s.press(consent, "action", "cancel")
	if got, want := back.location.String(), "https://app.example/cb?x=1&error=access_denied&state=state-1"; got != want {
		t.Errorf("cancelled: sent to %q, want %q", got, want)
	}
	back = s.press(s.open(p.loginURL("state", "-")), "action", "cancel")
	if got, want := back.location.String(), "https://app.example/cb?x=1&error=access_denied"; got != want {
		t.Errorf("without state: sent to %q, want %q", got, want)
	}
}

// What Spotify tells the person, with status 400 and no redirect.
func TestAuthorizeErrors(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{Apps: []emulator.App{{RedirectURIs: []string{
		"http://127.0.0.1:5000/callback", "http://127.0.0.1/loop", "http://[::1]/loop", "http://localhost:5000/callback",
		"https://app.example/callback", "myapp://callback",
	}}}})
	const mismatch, insecure = "redirect_uri: Not matching configuration", "INVALID_CLIENT: Insecure redirect URI"
	for _, test := range []struct {
		name, value, want string // "": the page to choose a person
	}{
		{"client_id", "-", "Missing required parameter: client_id"},
		{"client_id", "unknown", "INVALID_CLIENT: Invalid client"},
		{"response_type", "-", "Missing required parameter: response_type"},
		{"response_type", "token", "unsupported response_type: the implicit grant ended on 27 November 2025"},
		{"response_type", "id_token", "response_type must be code"},
		{"scope", "user-read-email,user-top-read", "Illegal scope"},
		{"scope", "playlist-read", "Illegal scope"},
		{"scope", "", ""},
		{"code_challenge", challengeOf(verifier), "code_challenge_method must be S256"},
		{"code_challenge_method", "S256", "Missing required parameter: code_challenge"},
		{"redirect_uri", "-", "Missing required parameter: redirect_uri"},
		{"redirect_uri", "http://127.0.0.1:5001/callback", mismatch},
		{"redirect_uri", "http://127.0.0.1:5000/callback/", mismatch},
		{"redirect_uri", "http://127.0.0.1:5000/Callback", mismatch},
		{"redirect_uri", "http://127.0.0.1:5000/callback?x=1", mismatch},
		{"redirect_uri", "https://127.0.0.1:5000/callback", mismatch},
		{"redirect_uri", "https://app.example:444/callback", mismatch},
		{"redirect_uri", "http://127.0.0.1:8080/loop", ""},
		{"redirect_uri", "http://127.0.0.1/loop", ""},
		{"redirect_uri", "http://[::1]:8080/loop", ""},
		{"redirect_uri", "http://127.0.0.1:80@evil.example/loop", mismatch},
		{"redirect_uri", "http://127.0.0.1.evil.example/loop", mismatch},
		{"redirect_uri", "http://localhost:5000/callback", insecure},
		{"redirect_uri", "http://localhost:5001/callback", mismatch},
		{"redirect_uri", "myapp://callback", ""},
	} {
		got := newSurfer(p).open(p.loginURL(test.name, test.value))
		if test.want == "" && got.status != 200 {
			t.Errorf("%s=%s: %d %s, want a page", test.name, test.value, got.status, got.text)
		}
		if test.want != "" && (got.status != 400 || !strings.Contains(got.text, test.want)) {
			t.Errorf("%s=%s: %d %s, want 400 %q", test.name, test.value, got.status, got.text, test.want)
		}
	}
}

func TestAuthorizePaths(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	for path, want := range map[string]int{
		"/authorize": 200, "/authorize/": 200, "/en/authorize": 200, "/pt-BR/authorize/": 200,
		"/authorized": 404, "/en/de/authorize": 404,
	} {
		login := strings.Replace(p.loginURL(), "/authorize?", path+"?", 1)
		if got := newSurfer(p).open(login).status; got != want {
			t.Errorf("GET %s = %d, want %d", path, got, want)
		}
	}
}

// Nobody agrees but with the form that was shown to them, for the request it was shown for.
func TestForeignForms(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	login, other := p.loginURL(), p.loginURL("scope", "user-library-modify")
	s := newSurfer(p)
	consent := s.press(s.open(login), "action", "choose", "person", "alice")
	form := consent.form("action", "agree")
	for name, got := range map[string]view{
		"no proof":         s.send(login, consent.form("action", "agree", "proof", "-")),
		"another request":  s.send(other, form),
		"another browser":  newSurfer(p).send(login, form),
		"another site":     s.send(login, form, "Sec-Fetch-Site", "cross-site"),
		"another origin":   s.send(login, form, "Origin", "https://evil.example"),
		"nobody's consent": s.send(login, consent.form("action", "agree", "person", "mallory")),
		"no button":        s.send(login, consent.form()),
	} {
		if got.status < 400 || got.location != nil {
			t.Errorf("%s: %d %v, want it refused", name, got.status, got.location)
		}
	}
	if got := s.send(login, form, "Sec-Fetch-Site", "same-origin"); got.location == nil || got.location.Query().Get("code") == "" {
		t.Errorf("the form itself: %d, want a code", got.status)
	}
}

func TestApproveAndRefuse(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	if back := p.world.Refuse(p.loginURL(), "alice"); back.Query().Get("error") != "access_denied" || back.Query().Get("state") != "state-1" {
		t.Errorf("Refuse = %v, want access_denied with the state", back)
	}
	p.code("alice")
	if back := p.world.Refuse(p.loginURL(), "alice"); back.Query().Get("error") != "access_denied" {
		t.Errorf("Refuse after Approve = %v, want access_denied", back)
	}
	if got := p.world.Approve(p.loginURL("show_dialog", "true"), "alice"); got.Host != "127.0.0.1:5000" || got.Query().Get("code") == "" {
		t.Errorf("Approve = %v, want a code at the app", got)
	}
	for name, f := range map[string]func(){
		"nobody is called":   func() { p.world.Approve(p.loginURL(), "mallory") },
		"is not a login URL": func() { p.world.Approve("http://127.0.0.1:5000/login", "alice") },
		"Not matching":       func() { p.world.Approve(p.loginURL("redirect_uri", "https://evil.example/"), "alice") },
		"mallory":            func() { p.world.Revoke("mallory") },
	} {
		if got := panicOf(f); !strings.Contains(got, name) {
			t.Errorf("panic = %q, want %q in it", got, name)
		}
	}
}

func panicOf(f func()) (text string) {
	defer func() {
		if err, ok := recover().(error); ok {
			text = err.Error()
		}
	}()
	f()
	return ""
}

func TestAutoApprove(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{AutoApprove: "bob"})
	back := newSurfer(p).open(p.loginURL("show_dialog", "true"))
	if back.status != http.StatusFound || back.location.Query().Get("code") == "" {
		t.Fatalf("GET /authorize = %d %v, want a redirect with a code", back.status, back.location)
	}
	p.exchange(back.location.Query().Get("code"))
	if n := len(p.world.Ledger().By("bob").Grant("authorization_code")); n != 1 {
		t.Errorf("bob logged in %d times, want once", n)
	}
	if got := p.world.Refuse(p.loginURL(), "alice"); got.Query().Get("error") != "access_denied" {
		t.Errorf("Refuse = %v, want access_denied all the same", got)
	}
}

// After six months, or after a revocation, old consent does not count.
func TestConsentIsAskedAnew(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, emulator.Config{})
		s := newSurfer(p)
		consent := s.press(s.open(p.loginURL()), "action", "choose", "person", "alice")
		s.press(consent, "action", "agree")
		if got := s.open(p.loginURL()).status; got != 302 {
			t.Errorf("agreed before: %d, want 302", got)
		}
		time.Sleep(185 * 24 * time.Hour)
		if got := s.open(p.loginURL()).status; got != 200 {
			t.Errorf("after six months: %d, want the page", got)
		}
		p.code("alice")
		p.world.Revoke("alice")
		if got := s.open(p.loginURL()).status; got != 200 {
			t.Errorf("after a revocation: %d, want the page", got)
		}
	})
}

package examples_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// site is the example, running, with Spotify behind it.
type site struct {
	t     *testing.T
	world *emulator.Emulator
	home  string
}

func openSite(t *testing.T) *site {
	t.Helper()
	addr := freeAddress(t)
	redirect := "http://" + addr + "/callback"
	world := emulator.Start(t, emulator.Config{Apps: []emulator.App{{RedirectURIs: []string{redirect}}}})
	p := start(t, "authserver", t.TempDir(), append(environment(world), "SPOTIFY_REDIRECT_URI="+redirect))
	p.says(t, `open (http://\S+)`)
	return &site{t, world, "http://" + addr + "/"}
}

// browser keeps cookies, and follows redirects within the site only.
type browser struct {
	*site
	*http.Client
}

func (s *site) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), s.home) || len(via) > 5 {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// get is the status and text of a page.
func (b *browser) get(address string, header ...string) (int, string) {
	b.t.Helper()
	return b.do("GET", address, header...)
}

func (b *browser) do(method, address string, header ...string) (int, string) {
	b.t.Helper()
	r, err := http.NewRequest(method, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.Do(r)
	return resp.StatusCode, body(b.t, resp, err)
}

// toSpotify begins a login and returns where the browser is sent.
func (b *browser) toSpotify() string {
	b.t.Helper()
	resp, err := b.Get(b.home + "login")
	if body(b.t, resp, err); resp.StatusCode != http.StatusSeeOther {
		b.t.Fatalf("GET /login: %s, want 303", resp.Status)
	}
	return resp.Header.Get("Location")
}

func (b *browser) logIn(person string) (int, string) {
	b.t.Helper()
	return b.get(b.world.Approve(b.toSpotify(), person).String())
}

func (b *browser) wants(what, text string, wanted ...string) {
	b.t.Helper()
	for _, w := range wanted {
		if !strings.Contains(text, w) {
			b.t.Errorf("%s: the page lacks %q:\n%s", what, w, text)
		}
	}
}

func TestAuthServerStory(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	b := s.browser()
	_, text := b.get(s.home)
	b.wants("at first", text, "User ID: None", `href="/login"`)

	_, text = b.logIn("alice")
	b.wants("logged in", text, "Now playing: ", " – ", "Log out")
	if strings.Contains(text, "User ID: None") {
		t.Errorf("logged in, and no user ID:\n%s", text)
	}
	again := s.browser()
	if _, other := again.logIn("alice"); userID(other) != userID(text) || userID(text) == "" {
		t.Errorf("the same person is %q and %q", userID(text), userID(other))
	}

	s.world.Play("alice", "")
	_, text = b.get(s.home)
	b.wants("nothing plays", text, "Now playing: None")

	s.world.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 404})
	_, text = b.get(s.home)
	b.wants("Spotify fails", text, "Error in retrieving now playing!", "Log out")

	s.world.Advance(2 * time.Hour) // the hour of access is over: refreshed without a word
	_, text = b.get(s.home)
	b.wants("two hours later", text, "Now playing: None")
	if n := len(s.world.Ledger().Grant("refresh_token")); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}

	if status, _ := b.do("POST", s.home+"logout", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("another page's logout: %d, want 403", status)
	}
	if status, _ := b.get(s.home + "logout"); status != http.StatusMethodNotAllowed {
		t.Errorf("GET /logout: %d, want 405", status)
	}
	_, text = b.do("POST", s.home+"logout", "Sec-Fetch-Site", "same-origin")
	b.wants("logged out", text, "User ID: None")
	_, text = again.get(s.home)
	again.wants("the other browser", text, "Now playing: None")
}

func userID(page string) string {
	_, rest, _ := strings.Cut(page, "User ID: ")
	id, _, _ := strings.Cut(rest, "\n")
	return id
}

func TestAuthServerConsentEnds(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	b := s.browser()
	b.logIn("alice")
	s.world.Revoke("alice")
	_, text := b.get(s.home)
	b.wants("revoked", text, "User ID: None", "log in again", `href="/login"`)
	_, text = b.logIn("alice")
	b.wants("logged in again", text, "Now playing: ")
}

// The flaws of the twenty-line recipe, one by one; those that a process must have which
// forgets everything when it ends are left.
func TestAuthServerNaiveFlaws(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	invalid := func(t *testing.T, b *browser, callback string) {
		t.Helper()
		if status, text := b.get(callback); status != http.StatusBadRequest || !strings.Contains(text, "Invalid state!") {
			t.Errorf("GET /callback: %d, want 400 Invalid state!\n%s", status, text)
		}
	}
	for name, flaw := range map[string]func(t *testing.T){
		"N1 N2 a session cannot be made up": func(t *testing.T) {
			b := s.browser()
			state := parse(t, b.toSpotify()).Query().Get("state")
			for _, value := range []string{state, "alice", `{"user":"alice"}`} {
				r, _ := http.NewRequest("GET", s.home, nil)
				r.AddCookie(&http.Cookie{Name: "session", Value: url.QueryEscape(value)})
				resp, err := http.DefaultClient.Do(r)
				if text := body(t, resp, err); !strings.Contains(text, "User ID: None") {
					t.Errorf("the session %q is somebody:\n%s", value, text)
				}
			}
		},
		"N3 N4 another browser's attempt": func(t *testing.T) {
			attacker, victim := s.browser(), s.browser()
			callback := s.world.Approve(attacker.toSpotify(), "alice").String()
			victim.toSpotify()
			invalid(t, victim, callback)
		},
		"N5 a challenge, always": func(t *testing.T) {
			if q := parse(t, s.browser().toSpotify()).Query(); q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" {
				t.Errorf("no PKCE challenge in %v", q)
			}
		},
		"N7 titles are text": func(t *testing.T) {
			b := s.browser()
			b.logIn("alice")
			s.world.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Person: "alice",
				Body: `{"item":{"type":"track","name":"<script>alert(1)</script>"}}`})
			if _, text := b.get(s.home); strings.Contains(text, "<script") || !strings.Contains(text, "&lt;script&gt;") {
				t.Errorf("a title is not escaped:\n%s", text)
			}
		},
		"N8 another page logs nobody in": func(t *testing.T) {
			_, text := s.browser().get(s.home+"login", "Sec-Fetch-Site", "cross-site")
			if !strings.Contains(text, "User ID: None") {
				t.Errorf("a cross-site login went on:\n%s", text)
			}
		},
		"N8 another page logs nobody out": func(t *testing.T) {
			b := s.browser()
			b.logIn("alice")
			if status, _ := b.do("POST", s.home+"logout", "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
				t.Errorf("a cross-site logout: %d, want 403", status)
			}
			if _, text := b.get(s.home); !strings.Contains(text, "Log out") {
				t.Errorf("a cross-site logout went on:\n%s", text)
			}
		},
		"N17 what was not allowed": func(t *testing.T) {
			b := s.browser()
			b.logIn("bob")
			s.world.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Person: "bob", Status: 401, Message: "Permissions missing"})
			if _, text := b.get(s.home); !strings.Contains(text, "You have not allowed us") {
				t.Errorf("a missing scope is not told:\n%s", text)
			}
		},
		"N9 refusals and nonsense": func(t *testing.T) {
			b := s.browser()
			status, text := b.get(s.world.Refuse(b.toSpotify(), "alice").String())
			if status != http.StatusForbidden || !strings.Contains(text, "You did not agree") {
				t.Errorf("refused: %d\n%s", status, text)
			}
			for _, query := range []string{"", "?state=", "?state=x", "?code=x", "?state=x&state=y&code=z", "?error=access_denied", "?state=%00&error=x"} {
				invalid(t, s.browser(), s.home+"callback"+query)
			}
		},
		"N9 a callback that comes twice": func(t *testing.T) {
			b := s.browser()
			callback := s.world.Approve(b.toSpotify(), "alice").String()
			b.get(callback)
			exchanges := len(s.world.Ledger().Grant("authorization_code"))
			if status, text := b.get(callback); status != http.StatusOK || !strings.Contains(text, "Log out") {
				t.Errorf("the back button: %d\n%s", status, text)
			}
			invalid(t, s.browser(), callback)
			if n := len(s.world.Ledger().Grant("authorization_code")); n != exchanges {
				t.Errorf("a repetition sent the code again")
			}
		},
		"N14 N15 cookies and redirects": func(t *testing.T) {
			b := s.browser()
			resp, err := b.Get(s.world.Approve(b.toSpotify(), "bob").String())
			body(t, resp, err)
			first := resp.Request.Response // the callback's own answer
			if first.StatusCode != http.StatusSeeOther {
				t.Errorf("the callback answers %s, want 303", first.Status)
			}
			for _, c := range first.Cookies() {
				if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
					t.Errorf("cookie %+v", c)
				}
			}
			before := session(first)
			resp, err = b.Get(s.world.Approve(b.toSpotify(), "bob").String())
			body(t, resp, err)
			if after := session(resp.Request.Response); before == "" || after == "" || before == after {
				t.Errorf("a login kept its session: %q, %q", before, after)
			}
		},
		"two tabs at once": func(t *testing.T) {
			b := s.browser()
			first, second := b.toSpotify(), b.toSpotify()
			for _, login := range []string{second, first} {
				if status, text := b.get(s.world.Approve(login, "alice").String()); status != http.StatusOK || !strings.Contains(text, "Log out") {
					t.Errorf("a tab's login: %d\n%s", status, text)
				}
			}
		},
		"N19 opened as localhost": func(t *testing.T) {
			b := s.browser()
			b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			resp, err := b.Get(strings.Replace(s.home, "127.0.0.1", "localhost", 1) + "login")
			body(t, resp, err)
			if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != s.home {
				t.Errorf("%s to %q, want 303 to %s", resp.Status, resp.Header.Get("Location"), s.home)
			}
		},
	} {
		t.Run(name, flaw)
	}
}

// N11: many tabs at expiry, and refresh tokens that work once: nobody is logged out. N18: what the
// program writes meanwhile holds no secret.
func TestAuthServerManyTabs(t *testing.T) {
	t.Parallel()
	addr := freeAddress(t)
	redirect := "http://" + addr + "/callback"
	world := emulator.Start(t, emulator.Config{
		Apps:    []emulator.App{{RedirectURIs: []string{redirect}}},
		Refresh: emulator.RotatedFamily, TokenLifetime: time.Second, // expiring whenever it is looked at
	})
	p := start(t, "authserver", t.TempDir(), append(environment(world), "SPOTIFY_REDIRECT_URI="+redirect))
	p.says(t, `open (http://\S+)`)
	b := (&site{t, world, "http://" + addr + "/"}).browser()
	b.logIn("alice")
	var tabs sync.WaitGroup
	for range 20 {
		tabs.Go(func() {
			if _, text := b.get(b.home); !strings.Contains(text, "Now playing: ") {
				t.Errorf("a tab lost the login:\n%s", text)
			}
		})
	}
	tabs.Wait()
	refreshes := world.Ledger().Grant("refresh_token")
	if refused := refreshes.Where(func(e emulator.Entry) bool { return e.Status != http.StatusOK }); len(refreshes) == 0 || len(refused) > 0 {
		t.Errorf("%d refreshes, of which Spotify refused:\n%v", len(refreshes), refused)
	}
	world.Fail(emulator.Fault{Operation: "POST /api/token", Times: -1, Status: http.StatusBadGateway, Body: "<html>"})
	b.get(b.home) // fails, and is written down
	if err := p.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, _ := p.end(t)
	if said := stdout + stderr; strings.Contains(said, "-emulated-") || strings.Contains(said, world.App().ClientSecret) {
		t.Errorf("the program wrote a secret:\n%s", said)
	}
}

// N13: nobody waits for what takes long; a limit of Spotify's is the whole app's.
func TestAuthServerDoesNotHang(t *testing.T) {
	t.Parallel()
	s := openSite(t)
	b := s.browser()
	b.logIn("alice")
	s.world.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 429, RetryAfter: time.Hour})
	for range 2 {
		_, text := b.get(s.home)
		b.wants("Spotify asks for an hour", text, "Error in retrieving now playing!", "Log out")
	}
	if n := len(s.world.Ledger().Of("GET /me/player/currently-playing")); n != 2 { // after the login, and the one refused
		t.Errorf("%d requests, want none while the app has to wait", n-2)
	}
	if status, text := s.browser().logIn("bob"); status != http.StatusBadGateway || !strings.Contains(text, "Please try again") {
		t.Errorf("a login meanwhile: %d\n%s", status, text)
	}
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func session(resp *http.Response) string {
	for _, c := range resp.Cookies() {
		if c.Name == "session" && c.Value != "" {
			return c.Value
		}
	}
	return ""
}

func TestAuthServerRefusesRedirectURIs(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	for _, uri := range []string{"http://localhost:5000/callback", "http://127.0.0.1:5000/back", "http://example.com/callback"} {
		if _, stderr, err := run(t, "authserver", t.TempDir(), append(environment(world), "SPOTIFY_REDIRECT_URI="+uri)); err == nil || !strings.Contains(stderr, "127.0.0.1") {
			t.Errorf("with %s: %v, says %q", uri, err, stderr)
		}
	}
}

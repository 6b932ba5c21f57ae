package auth_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// desk is a computer with a program that prompts, a terminal and a browser.
type desk struct {
	t      *testing.T
	world  *emulator.Emulator
	conf   *auth.Config
	prompt *auth.Prompt
	paste  *io.PipeWriter
	opened chan string // the login URLs that the browser was opened with
	screen *screen
}

// screen is a terminal that can be read while it is written to.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
	news chan struct{}

	awaited string // before it is shown, pause runs
	pause   func()
}

// before has pause run before text is shown.
func (s *screen) before(text string, pause func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.awaited, s.pause = text, pause
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pause != nil && strings.Contains(string(p), s.awaited) {
		s.pause()
	}
	s.text.Write(p)
	select {
	case s.news <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// shows waits until text is on the screen.
func (s *screen) shows(t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(s.String(), text) {
		select {
		case <-s.news:
		case <-time.After(2 * time.Minute):
			t.Fatalf("%q does not come; the screen shows:\n%s", text, s)
		}
	}
}

func newDesk(t *testing.T, redirectURI string) *desk {
	t.Helper()
	world := emulator.Start(t, emulator.Config{Apps: []emulator.App{{
		ClientSecret: "secret" + canary, RedirectURIs: []string{redirectURI},
	}}})
	app := world.App()
	in, paste := io.Pipe()
	t.Cleanup(func() { _ = paste.Close() })
	d := &desk{
		t: t, world: world, paste: paste, opened: make(chan string, 1), screen: &screen{news: make(chan struct{}, 1)},
		conf: &auth.Config{ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: redirectURI, AccountsURL: world.AccountsURL()},
	}
	d.prompt = &auth.Prompt{In: in, Out: d.screen, Open: func(loginURL string) error { d.opened <- loginURL; return nil }}
	return d
}

type result struct {
	token *auth.RefreshingToken
	err   error
}

// login starts the prompt and gives the URL that the browser was opened with.
func (d *desk) login(log func(context.Context, *auth.Config, auth.ScopeSet) (*auth.RefreshingToken, error)) (loginURL string, done <-chan result) {
	d.t.Helper()
	results := make(chan result, 1)
	go func() {
		token, err := log(d.t.Context(), d.conf, auth.Scopes(auth.ScopeUserReadEmail))
		results <- result{token, err}
	}()
	select {
	case loginURL = <-d.opened:
	case r := <-results:
		d.t.Fatalf("the prompt ended before it began: %v", r.err)
	}
	return loginURL, results
}

// get is the browser asking for an address; it says what page comes.
func (d *desk) get(address string, change ...func(*http.Request)) (int, string, http.Header) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	for _, f := range change {
		f(req)
	}
	res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body), res.Header
}

func (d *desk) wantLoggedIn(done <-chan result, pkce bool) {
	d.t.Helper()
	r := <-done
	if r.err != nil {
		d.t.Fatal(r.err)
	}
	token, err := r.token.Token(d.t.Context())
	if err != nil || token.UsesPKCE != pkce || token.Scope != auth.Scopes(auth.ScopeUserReadEmail) {
		d.t.Errorf("token %v, scope %q, %v; want PKCE %v", token, token.Scope, err, pkce)
	}
	d.screen.shows(d.t, "Logged in.")
	if shown := d.screen.String(); sings(shown) || strings.Contains(shown, token.AccessToken) || strings.Contains(shown, token.RefreshToken) {
		d.t.Errorf("a secret is on the screen:\n%s", shown)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

func hasIPv6() bool {
	l, err := net.Listen("tcp", "[::1]:0")
	if err == nil {
		_ = l.Close()
	}
	return err == nil
}

func mustParse(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

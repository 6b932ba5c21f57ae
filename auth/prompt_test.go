package auth_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

func TestPromptInTheBrowser(t *testing.T) {
	t.Parallel()
	port := freePort(t)
	for _, redirectURI := range []string{"http://127.0.0.1/callback", "http://127.0.0.1", "http://127.0.0.1/callback?app=1",
		"http://[::1]/callback", "http://127.0.0.1:" + port + "/callback"} {
		t.Run(redirectURI, func(t *testing.T) {
			t.Parallel()
			if strings.Contains(redirectURI, "::1") && !hasIPv6() {
				t.Skip("no [::1] on this machine")
			}
			d := newDesk(t, redirectURI)
			loginURL, done := d.login(d.prompt.UserToken)
			sent := query(t, loginURL).Get("redirect_uri")
			if u, _ := url.Parse(redirectURI); u.Port() != "" && sent != redirectURI || u.Port() == "" && !strings.HasPrefix(sent, "http://"+u.Host+":") {
				t.Errorf("redirect URI sent %q, want that of %q", sent, redirectURI)
			}
			back := d.world.Approve(loginURL, "alice").String()
			status, page, header := d.get(back)
			if status != 200 || !strings.Contains(page, "You are logged in") {
				t.Errorf("the page is %d:\n%s", status, page)
			}
			wantSafePage(t, page, header, back)
			d.wantLoggedIn(done, false)
			if _, err := net.Dial("tcp", mustParse(t, back).Host); err == nil {
				t.Errorf("still listening after the login")
			}
			d.screen.shows(t, loginURL)
			d.screen.shows(t, "over SSH")
		})
	}
}

// wantSafePage: nothing from outside, kept nowhere, and the code leaves the address bar.
func wantSafePage(t *testing.T, page string, h http.Header, address string) {
	t.Helper()
	if h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(h.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers %v", h)
	}
	if regexp.MustCompile(`(?i)(src|href)\s*=\s*"(?:https?:|/)`).MatchString(page) || !strings.Contains(page, "history.replaceState") {
		t.Errorf("the page loads something, or leaves the code where it is:\n%s", page)
	}
	for _, secret := range []string{query(t, address).Get("code"), query(t, address).Get("state")} {
		if secret != "" && strings.Contains(page, secret) {
			t.Errorf("the page repeats %q", secret)
		}
	}
}

func TestPromptWithPKCE(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "http://127.0.0.1/callback")
	d.conf.ClientSecret = ""
	loginURL, done := d.login(d.prompt.PKCEToken)
	d.get(d.world.Approve(loginURL, "alice").String())
	d.wantLoggedIn(done, true)
	if _, err := d.prompt.UserToken(t.Context(), d.conf, auth.ScopeSet{}); !errors.Is(err, auth.ErrConfig) || !strings.Contains(err.Error(), "SPOTIFY_CLIENT_SECRET") {
		t.Errorf("UserToken without a secret: %v, want ErrConfig with its name", err)
	}
	if _, err := d.prompt.PKCEToken(t.Context(), &auth.Config{ClientID: "id"}, auth.ScopeSet{}); !errors.Is(err, auth.ErrConfig) || !strings.Contains(err.Error(), "SPOTIFY_REDIRECT_URI") {
		t.Errorf("PKCEToken without a redirect URI: %v, want ErrConfig with its name", err)
	}
}

func TestPromptIgnoresStrangers(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "http://127.0.0.1/callback")
	loginURL, done := d.login(d.prompt.UserToken)
	back := d.world.Approve(loginURL, "alice")
	silent, err := net.Dial("tcp", back.Host) // a browser's connection opened ahead
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	// It must not hold up the end of the login: closed before that is said, not after a while.
	closed := make(chan struct{})
	go func() { _, _ = io.Copy(io.Discard, silent); close(closed) }()
	d.screen.before("Logged in.", func() {
		select {
		case <-closed:
		case <-time.After(30 * time.Second):
			t.Errorf("the login waited for a connection on which nothing is said")
		}
	})

	at := "http://" + back.Host
	for _, test := range []struct {
		name, address string
		change        func(*http.Request)
		status        int
	}{
		{"favicon", at + "/favicon.ico", nil, 404},
		{"root", at + "/", nil, 404},
		{"nothing", at + "/callback", nil, 400},
		{"wrong state", at + "/callback?code=c&state=wrong", nil, 400},
		{"refusal with a wrong state", at + "/callback?error=access_denied&state=wrong", nil, 400},
		{"state twice", at + "/callback?" + back.RawQuery + "&state=" + back.Query().Get("state"), nil, 400},
		{"state alone", at + "/callback?state=" + back.Query().Get("state"), nil, 400},
		{"foreign host", back.String(), func(r *http.Request) { r.Host = "evil.example" }, 421},
		{"localhost", back.String(), func(r *http.Request) { r.Host = "localhost:" + back.Port() }, 421},
		{"POST", back.String(), func(r *http.Request) { r.Method = http.MethodPost }, 405},
		{"HEAD", back.String(), func(r *http.Request) { r.Method = http.MethodHead }, 405},
	} {
		change := test.change
		if change == nil {
			change = func(*http.Request) {}
		}
		status, page, header := d.get(test.address, change)
		if status != test.status {
			t.Errorf("%s: %d, want %d", test.name, status, test.status)
		}
		if test.name != "HEAD" {
			wantSafePage(t, page, header, back.String())
		}
		select {
		case r := <-done:
			t.Fatalf("%s ended the wait: %v", test.name, r.err)
		default:
		}
	}
	if n := len(d.world.Ledger().Of("POST /api/token")); n != 0 {
		t.Errorf("strangers caused %d token requests", n)
	}
	d.get(back.String())
	d.wantLoggedIn(done, false)
}

func TestPromptRefusedAndFailed(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "http://127.0.0.1/callback")
	loginURL, done := d.login(d.prompt.UserToken)
	status, page, header := d.get(d.world.Refuse(loginURL, "alice").String())
	if status != 200 || !strings.Contains(page, "You did not agree") {
		t.Errorf("after a refusal the page is %d:\n%s", status, page)
	}
	wantSafePage(t, page, header, loginURL)
	if r := <-done; !errors.Is(r.err, auth.ErrDenied) {
		t.Errorf("after a refusal: %v, want ErrDenied", r.err)
	}
	loginURL, done = d.login(d.prompt.UserToken)
	d.world.Fail(emulator.Fault{Operation: "POST /api/token", Status: 500})
	if _, page, _ := d.get(d.world.Approve(loginURL, "alice").String()); !strings.Contains(page, "The login did not work") {
		t.Errorf("after Spotify's failure the page is:\n%s", page)
	}
	if e, ok := errors.AsType[*auth.Error]((<-done).err); !ok || e.Status != 500 {
		t.Errorf("after Spotify's failure: %v, want *Error 500", e)
	}
}

func TestPromptTakesAPastedURL(t *testing.T) {
	t.Parallel()
	for _, redirectURI := range []string{"http://127.0.0.1/callback", "https://example.com/callback"} {
		t.Run(redirectURI, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, redirectURI)
			loginURL, done := d.login(d.prompt.UserToken)
			right := d.world.Approve(loginURL, "alice").String()
			for _, test := range []struct{ pasted, reply string }{
				{"", ""},
				{"hello", "That is not an address"},
				{query(t, right).Get("code"), "That is not an address"},
				{loginURL + "&state=again", "not the address of the page after the login"},
				{replaceParameter(t, right, "state", "wrong"), "belongs to another login"},
				{loginURL, "Something is missing"},
			} {
				fmt.Fprintln(d.paste, test.pasted)
				if test.reply != "" {
					d.screen.shows(t, test.reply)
				}
			}
			if n := len(d.world.Ledger().Of("POST /api/token")); n != 0 {
				t.Errorf("wrong pastes caused %d token requests", n)
			}
			fmt.Fprintf(d.paste, " '%s'\r\n", right)
			d.wantLoggedIn(done, false)
		})
	}
}

func TestPromptWithoutABrowserOrAnInput(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "http://127.0.0.1/callback")
	tell := d.prompt.Open
	d.prompt.Open = func(loginURL string) error { _ = tell(loginURL); return errors.New("no display") }
	_ = d.paste.Close() // nothing can be pasted: the browser may still come
	loginURL, done := d.login(d.prompt.UserToken)
	d.screen.shows(t, "No browser could be opened")
	d.get(d.world.Approve(loginURL, "alice").String())
	d.wantLoggedIn(done, false)

	only := newDesk(t, "https://example.com/callback")
	_ = only.paste.Close()
	if _, err := only.prompt.UserToken(t.Context(), only.conf, auth.ScopeSet{}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("no listener and nothing to paste: %v, want it to end", err)
	}
}

func TestPromptGivesUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "http://127.0.0.1/callback")
	d.prompt.Timeout = time.Millisecond
	_, err := d.prompt.UserToken(t.Context(), d.conf, auth.ScopeSet{})
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1ms") || strings.Contains(err.Error(), "deadline") {
		t.Errorf("after the time-out: %v, want DeadlineExceeded", err)
	}
	loginURL := regexp.MustCompile(`http://\S+/authorize\S+`).FindString(d.screen.String())
	at := mustParse(t, query(t, loginURL).Get("redirect_uri")).Host
	if _, err := net.Dial("tcp", at); err == nil {
		t.Errorf("still listening after the time-out")
	}
	ctx, cancel := context.WithCancel(t.Context())
	d.prompt.Timeout = 0
	d.prompt.Open = func(string) error { cancel(); return nil }
	if _, err := d.prompt.UserToken(ctx, d.conf, auth.ScopeSet{}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the caller left: %v, want Canceled", err)
	}
}

func TestPromptWhenThePortIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	d := newDesk(t, "http://"+taken.Addr().String()+"/callback")
	d.prompt.Open = func(string) error { t.Error("a browser was opened"); return nil }
	_, err = d.prompt.UserToken(t.Context(), d.conf, auth.ScopeSet{})
	if _, ok := errors.AsType[*net.OpError](err); !ok || !strings.Contains(err.Error(), taken.Addr().String()) || !strings.Contains(err.Error(), "without a port") {
		t.Errorf("the port is taken: %v, want that said, and what to do", err)
	}
}

func TestUtilitiesSaveAndGoOn(t *testing.T) {
	t.Parallel()
	d := newDesk(t, "http://127.0.0.1/callback")
	file := filepath.Join(t.TempDir(), "spotify.ini")
	d.conf.Save = auth.SaveToFile(file)
	if _, err := auth.RefreshUserToken(t.Context(), d.conf); !errors.Is(err, auth.ErrReauthorize) {
		t.Errorf("RefreshUserToken on the first run = %v, want ErrReauthorize", err)
	}
	loginURL, done := d.login(d.prompt.UserToken)
	d.get(d.world.Approve(loginURL, "alice").String())
	d.wantLoggedIn(done, false)

	saved, err := auth.ConfigFromFile(file)
	if err != nil || saved.RefreshToken == "" || saved.AuthorizedAt.IsZero() {
		text, _ := os.ReadFile(file)
		t.Fatalf("nothing was saved: %v\n%s", err, text)
	}
	d.conf.RefreshToken, d.conf.AuthorizedAt = saved.RefreshToken, saved.AuthorizedAt
	token, err := auth.RefreshUserToken(t.Context(), d.conf)
	if err != nil || !token.Current().AuthorizedAt.Equal(saved.AuthorizedAt) {
		t.Errorf("RefreshUserToken on the second run: %v", err)
	}
	app, err := auth.RequestClientToken(t.Context(), d.conf)
	if err != nil || app.Current().RefreshToken != "" {
		t.Errorf("RequestClientToken: %v", err)
	}
	if again, _ := auth.ConfigFromFile(file); again.RefreshToken != saved.RefreshToken {
		t.Errorf("an application token overwrote the login")
	}
}

package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// canary is the app's secret in all tests: no output may contain it.
const canary = "canary-client-secret-5f1c"

// kept holds the catalogue that the Spotifys of all worlds share, which else would be made anew whenever there is none.
var kept = emulator.New(emulator.Config{})

// world is a server, the Spotify behind it and what it wrote into its log.
type world struct {
	t      *testing.T
	emu    *emulator.Emulator
	srv    *server.Server
	ops    http.Handler
	db     *vault.DB
	dir    string
	base   string
	log    *logBuffer
	config server.Config
	now    *clock
	http   *http.Server
}

// clock is the server's time: the computer's, and what a test adds.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// newWorld starts a Spotify and a server on sockets. change may alter both before they start.
func newWorld(t *testing.T, change ...func(*emulator.Config, *server.Config)) *world {
	t.Helper()
	return newWorldWith(t, "127.0.0.1", change...)
}

// newWorldWith is newWorld with another name for the host where people meet Spotify.
func newWorldWith(t *testing.T, spotify string, change ...func(*emulator.Config, *server.Config)) *world {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, base: "http://" + listener.Addr().String(), dir: t.TempDir(), log: &logBuffer{}, now: &clock{}}
	econf := emulator.Config{Apps: []emulator.App{{
		ClientID: "tenutotest", ClientSecret: canary, RedirectURIs: []string{w.base + "/callback"},
	}}}
	w.config = server.Config{
		App:     &auth.Config{ClientID: "tenutotest", ClientSecret: canary},
		BaseURL: w.base,
		Now:     w.now.Now,
		Log:     slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	for _, f := range change {
		f(&econf, &w.config)
	}
	w.emu = emulator.Start(t, econf)
	w.config.App.AccountsURL = strings.Replace(w.emu.AccountsURL(), "127.0.0.1", spotify, 1)
	w.config.APIURL = strings.Replace(w.emu.APIURL(), "127.0.0.1", spotify, 1)
	w.open()
	w.serve(listener)
	// Logged, too: tools/gotest looks for secrets in what tests print.
	t.Cleanup(func() { w.stop(); w.scan(w.log.String(), "log"); t.Log(w.log) })
	return w
}

// newFuzzWorld is a world without sockets that knows no Spotify: nothing may be sent there.
func newFuzzWorld(t testing.TB) *world {
	t.Helper()
	w := &world{base: "http://127.0.0.1:5000", log: &logBuffer{}, now: &clock{}}
	db, err := sqlite.OpenDir(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w.db = db
	nowhere := &http.Client{Transport: nowhere{}}
	w.srv, err = server.New(server.Config{
		App:     &auth.Config{ClientID: "tenutotest", ClientSecret: canary, HTTPClient: nowhere},
		BaseURL: w.base, DB: db, HTTPClient: nowhere, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// nowhere panics when something is sent.
type nowhere struct{}

func (nowhere) RoundTrip(r *http.Request) (*http.Response, error) {
	panic("something was sent to " + r.URL.Host)
}

// open opens the vault and makes the server on it.
func (w *world) open() {
	w.t.Helper()
	var err error
	if w.db, err = sqlite.OpenDir(context.Background(), w.dir, sqlite.WithClock(w.now.Now)); err != nil {
		w.t.Fatal(err)
	}
	w.config.DB = w.db
	if w.srv, err = server.New(w.config); err != nil {
		w.t.Fatal(err)
	}
	w.ops = w.srv.Operations()
}

func (w *world) serve(listener net.Listener) {
	s := &http.Server{Handler: w.srv.Handler()}
	w.http = s
	go func() { _ = s.Serve(listener) }()
}

func (w *world) stop() {
	_ = w.http.Close()
	if err := w.db.Close(); err != nil {
		w.t.Errorf("db.Close() = %v", err)
	}
}

// restart is a new process on the same address and data.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.open()
	w.serve(mustListen(w.t, w.base))
}

func mustListen(t *testing.T, base string) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// scan fails the test if text holds a secret.
func (w *world) scan(text, where string) {
	w.t.Helper()
	for _, secret := range []string{canary, "code_verifier=", "refresh_token\":\"", "Basic "} {
		if strings.Contains(text, secret) {
			w.t.Errorf("%s holds %q:\n%s", where, secret, text)
		}
	}
}

// browser is one browser: it keeps cookies and follows no redirect by itself.
type browser struct {
	w      *world
	client *http.Client
	header http.Header
}

func (w *world) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &browser{w: w, header: http.Header{}, client: &http.Client{
		Jar:           jar,
		Timeout:       30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// answer is a response that has been read.
type answer struct {
	*http.Response
	body string
}

func (b *browser) do(method, target string, form url.Values, header ...string) answer {
	b.w.t.Helper()
	if strings.HasPrefix(target, "/") {
		target = b.w.base + target
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequest(method, target, body)
	if err != nil {
		b.w.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, values := range b.header {
		req.Header[name] = values
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.client.Do(req)
	if err != nil {
		b.w.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.w.t.Fatalf("%s %s: reading: %v", method, target, err)
	}
	b.w.scan(string(text), method+" "+target)
	return answer{resp, string(text)}
}

func (b *browser) get(target string, header ...string) answer {
	b.w.t.Helper()
	return b.do(http.MethodGet, target, nil, header...)
}

func (b *browser) post(target string, form url.Values, header ...string) answer {
	b.w.t.Helper()
	if form == nil {
		form = url.Values{}
	}
	return b.do(http.MethodPost, target, form, header...)
}

// start begins a login and returns where Spotify is.
func (b *browser) start(target string) string {
	b.w.t.Helper()
	a := b.get(target)
	location := a.Header.Get("Location")
	if a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(location, b.w.config.App.AccountsURL) {
		b.w.t.Fatalf("GET %s = %d to %q, want 303 to Spotify\n%s", target, a.StatusCode, location, a.text())
	}
	return location
}

// login is the whole trip of a person.
func (b *browser) login(person string) answer {
	b.w.t.Helper()
	return b.loginAt("/login", person)
}

func (b *browser) loginAt(target, person string) answer {
	b.w.t.Helper()
	back := b.w.emu.Approve(b.start(target), person)
	a := b.get(back.String())
	if a.StatusCode != http.StatusSeeOther {
		b.w.t.Fatalf("callback of %s = %d, want 303\n%s", person, a.StatusCode, a.text())
	}
	return b.get(a.Header.Get("Location"))
}

// userID reads the user ID on the page.
func (b *browser) userID() string {
	b.w.t.Helper()
	return b.get("/").userID(b.w.t)
}

func (a answer) userID(t *testing.T) string {
	t.Helper()
	_, rest, ok := strings.Cut(a.body, "User ID: ")
	if !ok {
		t.Fatalf("no user ID on the page:\n%s", a.body)
	}
	id, _, _ := strings.Cut(rest, "<")
	return id
}

// text is the answer without what every page has.
func (a answer) text() string {
	before, rest, ok := strings.Cut(a.body, "<style>")
	if !ok {
		return a.body
	}
	_, after, _ := strings.Cut(rest, "</style>")
	after, _, _ = strings.Cut(after, "<script>")
	return before + after
}

func (a answer) wants(t *testing.T, status int, words ...string) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s %s = %d, want %d\n%s", a.Request.Method, a.Request.URL, a.StatusCode, status, a.text())
	}
	for _, word := range words {
		if !strings.Contains(a.body, word) {
			t.Errorf("%s %s does not say %q:\n%s", a.Request.Method, a.Request.URL, word, a.text())
		}
	}
}

func (a answer) lacks(t *testing.T, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(a.body, word) {
			t.Errorf("%s %s says %q:\n%s", a.Request.Method, a.Request.URL, word, a.text())
		}
	}
}

// cookie is the value of one of the browser's cookies, "" if it has none.
func (b *browser) cookie(name string) string {
	u, _ := url.Parse(b.w.base)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (b *browser) setCookie(name, value string) {
	u, _ := url.Parse(b.w.base)
	b.client.Jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// exchanges is how many codes were sent to Spotify.
func (w *world) exchanges() int {
	return len(w.emu.Ledger().Of("POST /api/token").Grant("authorization_code"))
}

// ask sends one request straight to the handler, with whatever a real client could not send.
func (w *world) ask(r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	w.srv.Handler().ServeHTTP(rec, r)
	return rec
}

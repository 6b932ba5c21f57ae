package server_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// bubble is a server and its Spotify inside testing/synctest: no sockets, and time that passes when
// everybody waits.
type bubble struct {
	t   *testing.T
	emu *emulator.Emulator
	srv *server.Server
	db  *vault.DB
	log *logBuffer

	config server.Config
}

const bubbleBase = "http://127.0.0.1:5000"

func inBubble(t *testing.T, test func(b *bubble), change ...func(*emulator.Config, *server.Config)) {
	t.Helper()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		b := &bubble{t: t, log: &logBuffer{}}
		econf := emulator.Config{Apps: []emulator.App{{ClientID: "tenutotest", ClientSecret: canary, RedirectURIs: []string{bubbleBase + "/callback"}}}}
		conf := server.Config{
			App: &auth.Config{ClientID: "tenutotest", ClientSecret: canary}, BaseURL: bubbleBase,
			Log: slog.New(slog.NewJSONHandler(b.log, nil)),
		}
		for _, f := range change {
			f(&econf, &conf)
		}
		b.emu = emulator.New(econf)
		conf.App.HTTPClient, conf.HTTPClient = b.emu.Client(), b.emu.Client()
		var err error
		if b.db, err = sqlite.OpenDir(context.Background(), dir); err != nil {
			t.Fatal(err)
		}
		conf.DB = b.db
		if b.srv, err = server.New(conf); err != nil {
			t.Fatal(err)
		}
		b.config = conf
		test(b)
		if err := b.db.Close(); err != nil {
			t.Errorf("db.Close() = %v", err)
		}
		t.Log(b.log) // for tools/gotest, which looks for secrets in what tests print
	})
}

// get asks the handler; cookies are those of the session alone.
func (b *bubble) get(target, session string) *httptest.ResponseRecorder {
	return b.do(http.MethodGet, target, session)
}

func (b *bubble) do(method, target, session string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, bubbleBase+target, nil)
	r.RemoteAddr = "127.0.0.1:4000"
	if session != "" {
		r.AddCookie(&http.Cookie{Name: "tenuto", Value: session})
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	b.srv.Handler().ServeHTTP(rec, r)
	return rec
}

// login returns the session's cookie of person.
func (b *bubble) login(person string) string {
	b.t.Helper()
	there := b.get("/login", "")
	back := b.emu.Approve(there.Header().Get("Location"), person)
	done := b.do(http.MethodGet, back.RequestURI(), "", there.Result().Cookies()...)
	for _, c := range done.Result().Cookies() {
		if c.Name == "tenuto" && c.Value != "" {
			return c.Value
		}
	}
	b.t.Fatalf("no session after the login of %s: %d\n%s", person, done.Code, done.Body)
	return ""
}

// asked is how often Spotify was asked what plays.
func (b *bubble) asked() int {
	return len(b.emu.Ledger().Of("GET /me/player/currently-playing"))
}

// stream is one open /events.
type stream struct {
	mu     sync.Mutex
	body   bytes.Buffer
	header http.Header
	status int
	slow   chan struct{} // while not nil and open, writes wait
	leave  context.CancelFunc
	over   chan struct{}
}

func (b *bubble) watch(session string) *stream { return b.watchSlowly(session, nil) }

func (b *bubble) watchSlowly(session string, slow chan struct{}) *stream {
	ctx, cancel := context.WithCancel(context.Background())
	s := &stream{header: http.Header{}, leave: cancel, over: make(chan struct{}), slow: slow}
	r := httptest.NewRequest(http.MethodGet, bubbleBase+"/events", nil).WithContext(ctx)
	r.AddCookie(&http.Cookie{Name: "tenuto", Value: session})
	go func() {
		defer close(s.over)
		b.srv.Handler().ServeHTTP(s, r)
	}()
	synctest.Wait()
	return s
}

func (s *stream) Header() http.Header { return s.header }
func (s *stream) WriteHeader(c int)   { s.status = c }
func (s *stream) Flush()              {}

func (s *stream) Write(p []byte) (int, error) {
	if s.slow != nil {
		<-s.slow
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body.Write(p)
}

func (s *stream) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.body.String()
}

// lines are the lines that say what plays, oldest first.
func (s *stream) lines() (lines []string) {
	for part := range strings.SplitSeq(s.text(), `"line":"`) {
		line, _, _ := strings.Cut(part, `"`)
		lines = append(lines, line)
	}
	return lines[1:]
}

func (s *stream) ended() bool {
	select {
	case <-s.over:
		return true
	default:
		return false
	}
}

func pass(d time.Duration) {
	time.Sleep(d) // virtual
	synctest.Wait()
}

package server_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault"
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

// inBubble tells a story of one server that has its database to itself.
func inBubble(t *testing.T, test func(b *bubble), change ...func(*emulator.Config, *server.Config)) {
	t.Helper()
	alone := func(_ *emulator.Config, conf *server.Config) { conf.Replicas = false }
	inCluster(t, 1, func(c *cluster) { test(c.replicas[0]) }, append([]func(*emulator.Config, *server.Config){alone}, change...)...)
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
	return logIn(b.t, person, b, b)
}

// logIn takes a person through a login that one server begins and another, or the same, finishes.
func logIn(t *testing.T, person string, begins, finishes *bubble) (session string) {
	t.Helper()
	there := begins.get("/login", "")
	back := begins.emu.Approve(there.Header().Get("Location"), person)
	done := finishes.do(http.MethodGet, back.RequestURI(), "", there.Result().Cookies()...)
	if session = sessionOf(done); session == "" {
		t.Fatalf("no session after the login of %s: %d\n%s", person, done.Code, done.Body)
	}
	return session
}

// sessionOf is the session that an answer begins, "" if it begins none.
func sessionOf(rec *httptest.ResponseRecorder) string {
	for _, cookie := range rec.Result().Cookies() {
		if cookie.Name == "tenuto" {
			return cookie.Value
		}
	}
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
	s := b.stream(session, slow)
	synctest.Wait()
	return s
}

// stream opens a stream and waits for nothing.
func (b *bubble) stream(session string, slow chan struct{}) *stream {
	ctx, cancel := context.WithCancel(context.Background())
	s := &stream{header: http.Header{}, leave: cancel, over: make(chan struct{}), slow: slow}
	r := httptest.NewRequest(http.MethodGet, bubbleBase+"/events", nil).WithContext(ctx)
	r.AddCookie(&http.Cookie{Name: "tenuto", Value: session})
	go func() {
		defer close(s.over)
		b.srv.Handler().ServeHTTP(s, r)
	}()
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

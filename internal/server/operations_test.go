package server_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

func (b *bubble) ops(target string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	b.srv.Operations().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://127.0.0.1:5002"+target, nil))
	return rec
}

func TestHealth(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		for path, want := range map[string]int{"/healthz": 200, "/readyz": 200, "/metrics": 200, "/": 404, "/login": 404} {
			if got := b.ops(path).Code; got != want {
				t.Errorf("GET %s = %d, want %d", path, got, want)
			}
		}
		_ = b.db.Close()
		pass(time.Second) // as long as an answer is good for
		if rec := b.ops("/readyz"); rec.Code != 503 || !strings.Contains(rec.Body.String(), "database") {
			t.Errorf("GET /readyz without a database = %d %q, want 503 and why", rec.Code, rec.Body)
		}
		if got := b.ops("/healthz").Code; got != 200 {
			t.Errorf("GET /healthz without a database = %d, want 200: a restart would not help", got)
		}
	})
}

// TestReq_LG07_Metrics: labels are routes and classes, never what a stranger wrote.
func TestReq_LG07_Metrics(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		b.get("/", session)
		for _, path := range []string{"/canary-path", "/canary/../x", "/callback?state=canary-state"} {
			b.get(path, "")
		}
		b.do("CANARY", "/", "")
		text := b.ops("/metrics").Body.String()
		if strings.Contains(strings.ToLower(text), "canary") {
			t.Errorf("the metrics repeat what a stranger wrote:\n%s", text)
		}
		for _, line := range []string{
			`tenuto_http_requests_total{code="200",method="GET",route="GET /{$}"} 1`,
			`tenuto_http_requests_total{code="405",method="other",route="none"} 1`,
			`tenuto_logins_total{outcome="ok"} 1`,
			`tenuto_logins_total{outcome="invalid state"} 1`,
			`tenuto_spotify_calls_total{code="200",operation="GET /me/player/currently-playing"} 1`,
			`tenuto_problems_total{problem="no_cookies"} 1`,
			"tenuto_event_streams 0", "go_goroutines",
		} {
			if !strings.Contains(text, line) {
				t.Errorf("the metrics lack %s", line)
			}
		}
	})
}

// TestServe: it answers, and stops gracefully: not ready, streams let go, what is under way finished.
func TestServe(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		public, operations := newPipes(), newPipes()
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- b.srv.Serve(ctx, public, operations) }()

		client := clientOf(public, operations)
		get := func(target string, session string) *http.Response {
			r, err := http.NewRequest(http.MethodGet, target, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.AddCookie(&http.Cookie{Name: "tenuto", Value: session})
			resp, err := client.Do(r)
			if err != nil {
				t.Fatalf("GET %s: %v", target, err)
			}
			return resp
		}
		session := b.login("alice")
		stream := get(bubbleBase+"/events", session)
		ready := get("http://127.0.0.1:5002/readyz", "")
		ready.Body.Close()
		if stream.StatusCode != 200 || ready.StatusCode != 200 {
			t.Fatalf("events %d, readyz %d; want 200, 200", stream.StatusCode, ready.StatusCode)
		}
		read := make(chan error, 1)
		var body []byte
		go func() {
			var err error
			body, err = io.ReadAll(stream.Body)
			read <- err
		}()
		pass(2 * time.Minute) // longer than any time-out of a page

		begin := time.Now()
		stop()
		if err := <-read; err != nil || !strings.Contains(string(body), "event: playing") || strings.Contains(string(body), "signed-out") {
			t.Errorf("the stream ended with %v after %q; want a clean end, not a logout", err, body)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve = %v, want nil", err)
		}
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("stopping took %v", took)
		}
		if got := b.ops("/readyz"); got.Code != 503 || !strings.Contains(got.Body.String(), "stopping") {
			t.Errorf("GET /readyz afterwards = %d %q, want 503 stopping", got.Code, got.Body)
		}
		client.CloseIdleConnections()
		synctest.Wait()
	})
}

// TestServeSweeps: what has expired goes while the server runs.
func TestServeSweeps(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- b.srv.Serve(ctx, newPipes(), nil) }()
		spend := func() error { return b.db.SpendState(ctx, "tenutotest", "state", time.Now().Add(time.Minute)) }
		if err := spend(); err != nil {
			t.Fatal(err)
		}
		pass(5 * time.Minute)
		if err := spend(); !errors.Is(err, vault.ErrSpent) {
			t.Errorf("a state spent before it was swept = %v, want ErrSpent", err)
		}
		pass(6 * time.Minute)
		if err := spend(); err != nil {
			t.Errorf("a state spent after it was swept = %v, want nil", err)
		}
		stop()
		if err := <-served; err != nil {
			t.Errorf("Serve = %v, want nil", err)
		}
	})
}

// TestReq_HT01_SlowClients: who sends headers or a body by the spoonful is cut off.
func TestReq_HT01_SlowClients(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		request string
		limit   time.Duration
	}{
		"headers": {"GET / HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nX-A: ", 6 * time.Second},
		"body":    {"POST /account/end HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10000\r\nCookie: tenuto=SESSION\r\n\r\na", 17 * time.Second},
		"idle":    {"", 62 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inBubble(t, func(b *bubble) {
				session := b.login("alice")
				public := newPipes()
				ctx, stop := context.WithCancel(context.Background())
				served := make(chan error, 1)
				go func() { served <- b.srv.Serve(ctx, public, nil) }()
				conn := public.dial()
				begin := time.Now()
				if _, err := io.WriteString(conn, strings.Replace(c.request, "SESSION", session, 1)); err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, conn)
				if took := time.Since(begin); took > c.limit {
					t.Errorf("the connection lived for %v, want at most %v", took, c.limit)
				}
				stop()
				if err := <-served; err != nil {
					t.Errorf("Serve = %v, want nil", err)
				}
			})
		})
	}
}

// TestServeFinishesRefreshes: the server stops in the middle of a refresh whose person has left.
// The answer, with the only refresh token that is still good, is kept.
func TestServeFinishesRefreshes(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		time.Sleep(2 * time.Hour)
		b.emu.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 5 * time.Second})
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- b.srv.Serve(ctx, newPipes(), newPipes()) }()

		impatient, leave := context.WithTimeout(context.Background(), time.Second)
		defer leave()
		r := httptest.NewRequest(http.MethodGet, bubbleBase+"/", nil).WithContext(impatient)
		r.RemoteAddr = "127.0.0.1:4000"
		r.AddCookie(&http.Cookie{Name: "tenuto", Value: session})
		b.srv.Handler().ServeHTTP(httptest.NewRecorder(), r)
		stop()
		if err := <-served; err != nil {
			t.Fatalf("Serve = %v, want a graceful stop", err)
		}
		who, err := b.db.Session(b.t.Context(), "tenutotest", session, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		kept, err := b.db.Grants("tenutotest").Load(b.t.Context(), who.UserID)
		if err != nil {
			t.Fatal(err)
		}
		if kept.Generation != 1 || kept.Token.ExpiresAt.Before(time.Now()) {
			t.Errorf("after the stop the vault holds generation %d, good until %v, want the refreshed token", kept.Generation, kept.Token.ExpiresAt)
		}
	}, func(e *emulator.Config, _ *server.Config) { e.Refresh = emulator.Rotated })
}

package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// TestDraining: told to stop, a server says so at once, goes on serving until a balancer has seen it, and
// keeps no connection that it would have to cut.
func TestDraining(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		public, operations := newPipes(), newPipes()
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error, 1)
		go func() { served <- b.srv.Serve(ctx, public, operations) }()
		client := clientOf(public, operations)
		get := func(target string) (status int, closes bool, text string) {
			resp, err := client.Get(target)
			if err != nil {
				t.Fatalf("GET %s: %v", target, err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			return resp.StatusCode, resp.Close, string(body)
		}
		const ready = "http://127.0.0.1:5002/readyz"
		if status, closes, _ := get(bubbleBase + "/"); status != 200 || closes {
			t.Errorf("GET / = %d, closes the connection %v; want 200, false", status, closes)
		}
		if status, _, text := get(ready); status != 200 || text != "ready\n" {
			t.Errorf("GET /readyz = %d %q, want 200 ready", status, text)
		}
		begun := time.Now()
		stop()
		for range 14 { // a balancer that asks every 200 ms, and people who still come
			synctest.Wait()
			if status, _, text := get(ready); status != 503 || !strings.HasPrefix(text, "stopping: ") {
				t.Errorf("GET /readyz while draining = %d %q, want 503 stopping", status, text)
			}
			if status, closes, _ := get(bubbleBase + "/"); status != 200 || !closes {
				t.Errorf("GET / while draining = %d, closes the connection %v; want 200, true", status, closes)
			}
			time.Sleep(200 * time.Millisecond)
		}
		if err := <-served; err != nil {
			t.Errorf("Serve = %v, want nil", err)
		}
		if took := time.Since(begun); took < 3*time.Second || took > 4*time.Second {
			t.Errorf("the server was gone after %v, want 3 s and a moment", took)
		}
		client.CloseIdleConnections()
		synctest.Wait()
	}, func(_ *emulator.Config, c *server.Config) { c.DrainDelay = 3 * time.Second })
}

// TestReadyAsJSON says the same for programs.
func TestReadyAsJSON(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		ask := func() (status int, answer struct {
			Ready          bool
			Reason, Detail string
		}) {
			r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:5002/readyz", nil)
			r.Header.Set("Accept", "application/json")
			rec := httptest.NewRecorder()
			b.srv.Operations().ServeHTTP(rec, r)
			if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
				t.Errorf("GET /readyz = %q: %v", rec.Body, err)
			}
			return rec.Code, answer
		}
		if status, answer := ask(); status != 200 || !answer.Ready || answer.Reason != "ready" {
			t.Errorf("GET /readyz = %d %+v, want ready", status, answer)
		}
		_ = b.db.Close()
		pass(time.Second)
		if status, answer := ask(); status != 503 || answer.Ready || answer.Reason != "database_unreachable" || answer.Detail == "" {
			t.Errorf("GET /readyz without a database = %d %+v, want database_unreachable and a sentence", status, answer)
		}
		synctest.Wait()
		for _, line := range []string{`"msg":"ready"`, `"msg":"not ready","reason":"database_unreachable"`} {
			if n := strings.Count(b.log.String(), line); n != 1 {
				t.Errorf("the log says %s %d times, want once:\n%s", line, n, b.log)
			}
		}
	})
}

// TestStarting: before there is a server the operator hears that it starts, and the listener is then the server's.
func TestStarting(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	get := func(path string) (int, string) {
		resp, err := http.Get("http://" + listener.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(text)
	}
	stop := server.Starting(listener.(*net.TCPListener))
	if status, text := get("/readyz"); status != 503 || !strings.HasPrefix(text, "starting: ") {
		t.Errorf("GET /readyz = %d %q, want 503 starting", status, text)
	}
	if status, text := get("/healthz"); status != 200 || text != "ok\n" {
		t.Errorf("GET /healthz = %d %q, want 200 ok", status, text)
	}
	stop()
	public, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- w.srv.Serve(ctx, public, listener) }()
	if status, text := get("/readyz"); status != 200 || text != "ready\n" {
		t.Errorf("GET /readyz = %d %q, want 200 ready", status, text)
	}
	cancel()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
}

// TestOperationsRebinding: a page whose name leads to this machine reads nothing.
func TestOperationsRebinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ops := httptest.NewServer(w.ops)
	defer ops.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(ops.URL, "http://"), ":")
	for host, want := range map[string]int{
		"127.0.0.1:" + port: 200, "localhost:" + port: 200, "LOCALHOST": 200, "[::1]:" + port: 200, "[::1]": 200, "127.0.0.1": 200,
		"evil.example:" + port: 421, "evil.example": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421, "10.0.0.1": 421,
	} {
		r, err := http.NewRequest(http.MethodGet, ops.URL+"/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want || (want == 200) != strings.Contains(string(text), "tenuto_") {
			t.Errorf("GET /metrics, Host %s = %d %.40q, want %d", host, resp.StatusCode, text, want)
		}
	}
	// On an address that others reach they may use any name: that is how a cluster asks.
	r := httptest.NewRequest(http.MethodGet, "http://tenuto.svc.cluster.local/healthz", nil)
	r = r.WithContext(context.WithValue(t.Context(), http.LocalAddrContextKey, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 7), Port: 5002}))
	rec := httptest.NewRecorder()
	if w.ops.ServeHTTP(rec, r); rec.Code != 200 {
		t.Errorf("GET /healthz by a name of the cluster = %d, want 200", rec.Code)
	}
}

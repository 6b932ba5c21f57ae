package server

import (
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// operationRoutes are for the operator, on a listener of their own.
func (s *Server) operationRoutes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{}))
	return operationsDoor(mux)
}

// healthz: the process answers. Nothing else: a broken database is no reason to restart it.
func healthz(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok\n") }

// operationsDoor lets no page in that got here under a name of its own.
func operationsDoor(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		if rebound(r) {
			writeText(w, http.StatusMisdirectedRequest, "ask for this machine by 127.0.0.1, [::1] or localhost\n")
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// rebound reports whether somebody came to this machine's loopback under a name: a page whose own
// name was pointed here (DNS rebinding) could read the answer. On other addresses names are welcome,
// because that is how a scraper in a cluster asks; who listens there has chosen to be asked.
func rebound(r *http.Request) bool {
	local, ok := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
	if !ok || !local.IP.IsLoopback() {
		return false
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return !strings.EqualFold(host, "localhost") && !isLoopback(strings.Trim(host, "[]"))
}

// Starting answers /healthz and /readyz on l before there is a Server: alive, and not ready because it
// starts. stop ends that and leaves l open, for Serve.
func Starting(l *net.TCPListener) (stop func()) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { writeReady(w, r, isStarting) })
	server := &http.Server{Handler: operationsDoor(mux), ReadHeaderTimeout: headerTime, ReadTimeout: requestTime, WriteTimeout: requestTime}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(borrowed{l}) }()
	return func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = server.Shutdown(ctx)
		<-done
		_ = l.SetDeadline(time.Time{})
	}
}

// borrowed is a listener whose Close ends the waiting in Accept and nothing else.
type borrowed struct{ *net.TCPListener }

func (b borrowed) Close() error { return b.SetDeadline(time.Unix(1, 0)) }

func writeText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text))
}

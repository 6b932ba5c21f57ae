package server

import (
	"errors"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"
)

// Limits of one request. Longer ones are refused before anything looks at them.
const (
	maxURL     = 8 << 10
	maxHeaders = 64
	maxBody    = 16 << 10
)

// guard is the door of the public listener: every request passes it, and every answer leaves with
// the security headers, the errors and the panics included.
func (s *Server) guard(mux *http.ServeMux) http.Handler {
	headers := s.securityHeaders()
	forgery := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		route, start := "none", time.Now()
		defer func() {
			s.contain(rec, r, recover())
			took := time.Since(start)
			s.metrics.request(route, r.Method, rec.status(), took)
			if s.LogRequests {
				s.journal.request(r, route, rec.status(), took)
			}
		}()
		headers.set(w.Header())
		nameRequest(w, r)
		if s.stop.draining() {
			// A connection that is kept would end under somebody's next request.
			w.Header().Set("Connection", "close")
		}
		if p := s.inspect(r); p != nil {
			s.problem(rec, r, p)
			return
		}
		handler, pattern := mux.Handler(r)
		if pattern == "" {
			s.unrouted(rec, r, handler)
			return
		}
		route, r.Pattern = pattern, pattern
		if r.Method == http.MethodPost {
			if forgery.Check(r) != nil || s.foreign(r) {
				s.problem(rec, r, problemForeign)
				return
			}
			r.Body = http.MaxBytesReader(rec, r.Body, maxBody)
		}
		handler.ServeHTTP(rec, r)
	})
}

// inspect refuses what no route should see.
func (s *Server) inspect(r *http.Request) *problem {
	switch {
	case len(r.RequestURI) > maxURL:
		return problemTooLong
	case headerLines(r.Header) > maxHeaders:
		return problemTooManyHeaders
	case !strings.EqualFold(hostOf(r.Host, s.secure), hostOf(s.base.Host, s.secure)):
		return s.misdirected(r)
	case !cleanPath(r.URL):
		return problemNotFound
	}
	return nil
}

// hostOf drops the port that the scheme implies.
func hostOf(host string, secure bool) string {
	if secure {
		return strings.TrimSuffix(host, ":443")
	}
	return strings.TrimSuffix(host, ":80")
}

func headerLines(h http.Header) (n int) {
	for _, values := range h {
		n += len(values)
	}
	return n
}

// cleanPath reports whether the path means itself: the mux would otherwise redirect to the path it
// thinks was meant, and a redirect is ours alone to make.
func cleanPath(u *url.URL) bool {
	path := u.EscapedPath()
	return strings.HasPrefix(path, "/") && !strings.Contains(path, "//") &&
		!strings.Contains(path, "/./") && !strings.Contains(path, "/../") &&
		!strings.HasSuffix(path, "/.") && !strings.HasSuffix(path, "/..")
}

// foreign reports whether a browser says that another site sent this request. Where
// CrossOriginProtection compares hosts for browsers without Sec-Fetch-Site, this compares origins.
// "Origin: null" counts only for those: our own forms send it, because of no-referrer.
func (s *Server) foreign(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
		origin := r.Header.Get("Origin")
		return origin != "" && !strings.EqualFold(origin, s.BaseURL)
	}
	return true
}

// unrouted answers what no route matched: 405 with the methods there are, or 404.
func (s *Server) unrouted(w http.ResponseWriter, r *http.Request, handler http.Handler) {
	verdict := &verdict{header: http.Header{}}
	handler.ServeHTTP(verdict, r)
	if allow := verdict.header["Allow"]; verdict.status == http.StatusMethodNotAllowed && len(allow) > 0 {
		w.Header()["Allow"] = allow
		s.problem(w, r, problemMethod)
		return
	}
	s.problem(w, r, problemNotFound)
}

// verdict is what the mux would have answered.
type verdict struct {
	header http.Header
	status int
}

func (v *verdict) Header() http.Header         { return v.header }
func (v *verdict) Write(b []byte) (int, error) { return len(b), nil }
func (v *verdict) WriteHeader(status int)      { v.status = status }

// contain turns a panic into a 500. Its value is not logged: it may hold anything.
func (s *Server) contain(w *recorder, r *http.Request, cause any) {
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	s.metrics.panics.Inc()
	stack := make([]byte, 8<<10)
	stack = stack[:runtime.Stack(stack, false)]
	s.journal.write(eventPanic, r, "kind", panicKind(cause), "stack", string(stack))
	if w.code != 0 {
		panic(http.ErrAbortHandler) // half an answer is out: break the connection
	}
	s.problem(w, r, problemInternal)
}

// panicKind is the text of the runtime's own errors, and only the type of all others.
func panicKind(cause any) string {
	if err, ok := cause.(runtime.Error); ok {
		return err.Error()
	}
	return "panic"
}

// recorder remembers the status for the metrics.
type recorder struct {
	http.ResponseWriter
	code int
}

func (r *recorder) WriteHeader(code int) {
	if r.code == 0 {
		r.code = code
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.code == 0 {
		r.code = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController through.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) status() int {
	if r.code == 0 {
		return http.StatusOK
	}
	return r.code
}

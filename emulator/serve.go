package emulator

import (
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// largestRequest is the most that a request may bring; Spotify takes covers of 256 kB.
const largestRequest = 1 << 20

// exchange is one request on its way through the emulator.
type exchange struct {
	r         *http.Request
	body      []byte
	form      url.Values // the body, if it is a form
	api       bool       // it is below /v1
	name      string     // "GET /me/player", "POST /api/token"
	serve     func(http.ResponseWriter, *exchange)
	operation *operations.Operation // nil unless it is one of the Web API
	params    map[string]string
	entry     *Entry
}

type (
	exchangeKey struct{} // of the context: *exchange
	schemeKey   struct{} // of the context: "https", where the request came without a socket
)

// ServeHTTP is Spotify: its accounts service, and below /v1 its Web API.
func (e *Emulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == controlPath || strings.HasPrefix(r.URL.Path, controlPath+"/") {
		e.serveControl(w, r)
		return
	}
	x, err := e.receive(w, r)
	if err != nil {
		http.Error(w, "Payload too large", http.StatusRequestEntityTooLarge)
		return
	}
	a := newAnswer()
	if refused := e.limit(x); refused != nil {
		refused.write(a, x)
		e.entries.finish(x.entry, a.status, false)
		a.send(w, false)
		a.done()
		return
	}
	fault := e.faults.strike(x.name, x.entry.Person)
	switch {
	case fault == nil:
		e.handle(a, x)
	case fault.Reset == ResetBefore:
	case fault.answers():
		fault.answer(e, a, x)
	default:
		e.handle(a, x)
		fault.change(a)
	}
	e.entries.finish(x.entry, a.status, fault != nil)
	if fault == nil {
		a.send(w, false)
		a.done()
		return
	}
	if !e.wait(r.Context(), fault.Delay) || fault.Reset == ResetBefore || fault.Reset == ResetAfter {
		panic(http.ErrAbortHandler) // breaks the connection
	}
	a.send(w, fault.Reset == ResetHalfway)
	if fault.Reset == ResetHalfway {
		panic(http.ErrAbortHandler)
	}
}

// handle has the request answered, and what changed kept before the answer leaves.
func (e *Emulator) handle(a *answer, x *exchange) {
	x.serve(a, x)
	a.WriteHeader(http.StatusOK)
	if x.operation != nil && x.r.Method != http.MethodGet {
		e.keepLater(x.entry.Person)
	}
	if err := e.keep(); err != nil {
		a.clear()
		http.Error(a, err.Error(), http.StatusInternalServerError)
	}
}

// receive reads a request, finds out what it asks for and enters it into the ledger.
func (e *Emulator) receive(w http.ResponseWriter, r *http.Request) (*exchange, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, largestRequest))
	if err != nil {
		return nil, err
	}
	x := &exchange{body: body}
	x.r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
	x.r.Body = io.NopCloser(bytes.NewReader(body))
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/x-www-form-urlencoded" {
		x.form, _ = url.ParseQuery(string(body)) // what can be read of it
	}
	e.route(x)
	e.enter(x)
	return x, nil
}

// authorizePath allows for a locale, as in /en/authorize or /pt-BR/authorize/.
var authorizePath = regexp.MustCompile(`^(/[a-z]{2}(-[A-Za-z]{2,4})?)?/authorize/?$`)

// route finds who serves a request, and its name.
func (e *Emulator) route(x *exchange) {
	method, path := x.r.Method, x.r.URL.Path
	x.name, x.serve = method+" "+path, e.serveNothing
	switch {
	case path == "/v1" || strings.HasPrefix(path, "/v1/"):
		e.routeAPI(x)
	case authorizePath.MatchString(path):
		x.name, x.serve = method+" /authorize", e.serveAuthorize
	case strings.TrimSuffix(path, "/") == "/api/token":
		x.name, x.serve = method+" /api/token", e.serveToken
	case strings.HasPrefix(path, "/image/"):
		x.name = method + " /image/{id}"
		x.serve = func(w http.ResponseWriter, x *exchange) { e.serveCover(w, x.r) }
	case path == "/":
		x.serve = func(w http.ResponseWriter, x *exchange) {
			http.Redirect(w, x.r, controlPath+"/", http.StatusFound)
		}
	}
}

func (e *Emulator) routeAPI(x *exchange) {
	path := strings.TrimPrefix(x.r.URL.EscapedPath(), "/v1")
	x.api, x.name = true, x.r.Method+" "+strings.TrimPrefix(x.r.URL.Path, "/v1")
	x.serve = func(w http.ResponseWriter, x *exchange) {
		if allowCrossOrigin(w, x.r) {
			e.serveAPI(w, x.r, x.operation, x.params)
		}
	}
	if op, params, ok := operations.Match(x.r.Method, path); ok {
		x.name, x.operation, x.params = op.Name(), op, params
	}
}

// allowCrossOrigin lets programs in browsers call, as Spotify does. It answers preflights
// itself and then returns false.
func allowCrossOrigin(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	if r.Method != http.MethodOptions {
		return true
	}
	h.Set("Access-Control-Allow-Headers", "Accept, App-Platform, Authorization, Content-Type, Origin, Retry-After, Spotify-App-Version, X-Cloud-Trace-Context, client-token, content-access-token")
	h.Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS, PUT, DELETE, PATCH")
	h.Set("Access-Control-Max-Age", "604800")
	w.WriteHeader(http.StatusNoContent)
	return false
}

func (e *Emulator) serveNothing(w http.ResponseWriter, x *exchange) {
	errorPage(w, http.StatusNotFound, "Page not found")
}

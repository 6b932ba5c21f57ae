package emulator

import (
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// call is one request to the Web API and its answer in the making.
type call struct {
	doc
	caller
	e      *Emulator
	r      *http.Request
	op     *operations.Operation
	params map[string]string
	query  url.Values
	body   []byte
	at     time.Time
	m      *music // what the person keeps and plays; nil for an application token

	status int  // of success; 0 is 200
	public bool // the same for everybody who asks from that market: it may be kept
}

// handler answers one operation: it writes the answer to the call's document, or returns an
// error. It runs with Emulator.mu held.
type handler func(c *call) *apiError

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 16<<10); return &b }}

// serveAPI answers a request to /v1. op is nil if there is no such operation.
func (e *Emulator) serveAPI(w http.ResponseWriter, r *http.Request, op *operations.Operation, params map[string]string) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	c := &call{e: e, r: r, op: op, params: params}
	c.buf = (*buf)[:0]
	problem := c.readBody()
	if problem == nil {
		problem = c.answer()
	}
	*buf = c.buf[:0]
	if problem != nil {
		problem.write(w)
		return
	}
	c.write(w)
}

func (c *call) readBody() *apiError {
	if c.r.Body == nil || c.r.Method == http.MethodGet {
		return nil
	}
	body, err := io.ReadAll(c.r.Body) // ServeHTTP has bounded it
	if err != nil {
		return badRequest("Bad request")
	}
	c.body = body
	return nil
}

// answer checks what every call must pass and lets the operation's handler write.
func (c *call) answer() (problem *apiError) {
	c.e.mu.Lock()
	defer c.e.mu.Unlock()
	if c.caller, problem = c.e.authenticate(c.r); problem != nil {
		return problem
	}
	if c.op == nil && !c.oldPath() {
		return &apiError{Status: http.StatusNotFound, Message: "Service not found"}
	}
	if problem = c.admitted(); problem != nil {
		return problem
	}
	handle := handlerOf(c.op)
	if handle == nil {
		return &apiError{Status: http.StatusNotImplemented, Message: "The emulator does not know " + c.op.Name() + " yet"}
	}
	c.at = c.e.now()
	if c.person != nil {
		c.m = c.person.Music.ready(c.e.cat, c.at)
	}
	if problem = c.look(); problem != nil {
		return problem
	}
	return handle(c)
}

// oldPath finds the operation of a path from before 2018, which old clients still use:
// users/{user}/playlists/{id}/… for playlists/{id}/….
func (c *call) oldPath() bool {
	rest, ok := strings.CutPrefix(c.r.URL.EscapedPath(), "/v1/users/")
	if !ok {
		return false
	}
	_, rest, ok = strings.Cut(rest, "/")
	if !ok || !strings.HasPrefix(rest, "playlists/") {
		return false
	}
	c.op, c.params, ok = operations.Match(c.r.Method, "/"+rest)
	return ok
}

// look decides what the answer may show.
func (c *call) look() *apiError {
	c.origin, c.extended, c.quirks = c.e.origin(c.r), c.app.Extended, c.e.conf().quirks
	if c.person != nil {
		c.country = c.person.Country
		if c.scopes["user-read-playback-position"] {
			c.heard = func(id string) time.Duration { return c.m.heard(id, c.at) }
		}
	}
	if c.r.URL.RawQuery != "" {
		c.query = c.r.URL.Query()
	}
	c.localise()
	if c.query == nil {
		c.episodes = !c.quirks.hiddenEpisodes
		return nil
	}
	c.episodes = !c.quirks.hiddenEpisodes || strings.Contains(c.query.Get("additional_types"), "episode")
	return c.readMarket()
}

// write sends what the handler wrote.
func (c *call) write(w http.ResponseWriter) {
	h := w.Header()
	body := c.bytes()
	if c.status == 0 {
		c.status = http.StatusOK
	}
	h["Cache-Control"] = personal
	if c.public && c.r.Method == http.MethodGet {
		h["Cache-Control"], h["Vary"] = cacheable, varies
		tag := `"` + strconv.FormatUint(uint64(crc32.Checksum(body, castagnoli)), 16) + `"`
		h.Set("ETag", tag)
		if strings.Contains(c.r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	if len(body) > 0 {
		if body[0] == '{' || body[0] == '[' {
			h["Content-Type"] = jsonType
		} else {
			h["Content-Type"] = textType
		}
	}
	w.WriteHeader(c.status)
	w.Write(body)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Header values that most answers share.
var (
	jsonType  = []string{"application/json; charset=utf-8"}
	textType  = []string{"text/plain; charset=utf-8"}
	personal  = []string{"private, max-age=0"}
	cacheable = []string{"public, max-age=3600"}
	varies    = []string{"Authorization, Accept-Language"}
)

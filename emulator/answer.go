package emulator

import (
	"bytes"
	"maps"
	"net/http"
	"strconv"
	"sync"
)

// answer collects what a handler says. It leaves only once what it speaks of has been kept,
// and so that a fault can change, cut or withhold it.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// answers are those that were sent: their room is used again.
var answers = sync.Pool{New: func() any { return &answer{header: http.Header{}} }}

func newAnswer() *answer { return answers.Get().(*answer) }

// done gives back an answer that was sent.
func (a *answer) done() {
	const large = 1 << 20
	if a.body.Cap() > large {
		return
	}
	a.clear()
	answers.Put(a)
}

// clear forgets all that was said so far.
func (a *answer) clear() {
	clear(a.header)
	a.status = 0
	a.body.Reset()
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

// text replaces the body.
func (a *answer) text(contentType, body string) {
	a.header.Set("Content-Type", contentType)
	a.body.Reset()
	a.body.WriteString(body)
}

// send lets the answer go, all of it or only the first half of its body.
func (a *answer) send(w http.ResponseWriter, half bool) {
	a.WriteHeader(http.StatusOK)
	maps.Copy(w.Header(), a.header)
	body := a.body.Bytes()
	if a.status != http.StatusNoContent && a.status != http.StatusNotModified {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(a.status)
	if half {
		body = body[:len(body)/2]
	}
	if len(body) > 0 {
		w.Write(body)
	}
	if flusher, ok := w.(http.Flusher); ok && half {
		flusher.Flush()
	}
}

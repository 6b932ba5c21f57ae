package torture

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/failpoint"
)

// exchange is one request to the token endpoint. Tokens are named by their hash.
type exchange struct {
	replica, person string
	login           bool // a code was sent, not a refresh token
	status          int
	consumed        string
	access, refresh string        // what came back; "" if nothing
	asked           time.Time     // sent, by the server's own trace
	in, done, out   time.Time     // arrived; decided by Spotify; answer written
	broken          bool          // the answer did not leave
	late            time.Duration // how long Spotify thought about it after it had decided
}

// rotated reports whether Spotify replaced the refresh token.
func (e *exchange) rotated() bool {
	return e.status == http.StatusOK && (e.refresh != "" && e.refresh != e.consumed || e.broken)
}

// witness stands at the door of the emulator and writes down who asks for tokens, and what comes of it.
type witness struct {
	spotify http.Handler
	think   time.Duration // between Spotify's decision and its answer: the time in which an answer can be lost

	mu        sync.Mutex
	deaf      bool // broken connections are broken before anything is done
	exchanges []*exchange
	owners    map[string]string // hash of a code or refresh token → person
}

func newWitness(spotify http.Handler, think time.Duration) *witness {
	return &witness{spotify: spotify, think: think, owners: map[string]string{}}
}

// gave notes whose code it is that the emulator sent to a browser.
func (w *witness) gave(code, person string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.owners[failpoint.Name(code)] = person
}

// door is where one replica comes to.
func (w *witness) door(replica string) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/token" {
			w.spotify.ServeHTTP(rw, r)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return // a server that died while it was sending
		}
		form, _ := url.ParseQuery(string(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		e := w.begin(replica, form)
		answer := &heldAnswer{ResponseWriter: rw, status: http.StatusOK}
		defer func() {
			cause := recover()
			w.decided(e, answer, cause != nil)
			if cause != nil {
				answer.half()
				panic(cause)
			}
			pause(r.Context().Done(), e.late)
			answer.let()
			w.left(e)
		}()
		w.spotify.ServeHTTP(answer, r)
	})
}

func (w *witness) begin(replica string, form url.Values) *exchange {
	e := &exchange{replica: replica, in: time.Now(), login: form.Get("grant_type") == "authorization_code"}
	secret := form.Get("refresh_token")
	if e.login {
		secret = form.Get("code")
	}
	e.consumed = failpoint.Name(secret)
	w.mu.Lock()
	defer w.mu.Unlock()
	e.person = w.owners[e.consumed]
	e.late = w.think
	w.exchanges = append(w.exchanges, e)
	return e
}

// decided reads what the emulator says. Where it breaks the connection (a Reset), the answer is not there: then the
// ledger alone knows what was done.
func (w *witness) decided(e *exchange, a *heldAnswer, broken bool) {
	var tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	_ = json.Unmarshal(a.body.Bytes(), &tokens) // half an answer, or none
	w.mu.Lock()
	defer w.mu.Unlock()
	e.done, e.status, e.broken = time.Now(), a.status, broken
	if broken && w.deaf {
		e.status = 0
	}
	if tokens.Access != "" {
		e.access = failpoint.Name(tokens.Access)
	}
	if tokens.Refresh != "" {
		e.refresh = failpoint.Name(tokens.Refresh)
		w.owners[e.refresh] = e.person
	}
}

// deafen says what a broken connection means from now on: that nothing was done, or that the answer was lost.
func (w *witness) deafen(deaf bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deaf = deaf
}

func (w *witness) left(e *exchange) {
	w.mu.Lock()
	defer w.mu.Unlock()
	e.out = time.Now()
}

// all is what was seen so far: a copy.
func (w *witness) all() []exchange {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := make([]exchange, len(w.exchanges))
	for i, e := range w.exchanges {
		seen[i] = *e
	}
	return seen
}

// heldAnswer keeps what is written until it is let go.
type heldAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (a *heldAnswer) WriteHeader(status int)      { a.status = status }
func (a *heldAnswer) Write(p []byte) (int, error) { return a.body.Write(p) }

func (a *heldAnswer) let() {
	a.ResponseWriter.WriteHeader(a.status)
	_, _ = a.ResponseWriter.Write(a.body.Bytes()) // whoever died hears nothing
}

// half lets go what there is of an answer that is broken off.
func (a *heldAnswer) half() {
	if a.body.Len() == 0 {
		return
	}
	a.let()
	_ = http.NewResponseController(a.ResponseWriter).Flush()
}

// pause waits for d, or for the end of whoever asked.
func pause(gone <-chan struct{}, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-gone:
	case <-timer.C:
	}
}

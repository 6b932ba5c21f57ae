package emulator

import (
	"cmp"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// Fault is something that goes wrong. Match first: the zero value of a field matches all.
type Fault struct {
	Operation string // "PUT /me/player/play", "POST /api/token"
	Person    string
	After     int // let so many matching requests pass
	Times     int // then strike so often; 0: once, -1: always

	// With Status or OAuthError nothing happens but the answer. Without, the request is carried
	// out, and Body, Delay or Reset change what comes back.
	Status     int           // with Spotify's own body for that status
	RetryAfter time.Duration // for 429, and others if given; 0: one second, -1: no header
	Quota      bool          // 429 with QUOTA_EXCEEDED
	OAuthError string        // for /api/token: "invalid_grant"
	Message    string        // instead of Spotify's words, with Status or OAuthError
	Body       string        // instead of Spotify's body: HTML, half a JSON
	Delay      time.Duration // before the answer, on the emulator's clock; Advance shortens it
	Reset      Reset         // break the connection
}

// Reset is when the connection breaks.
type Reset int

// The moments. A client cannot tell the first two apart.
const (
	NoReset      Reset = iota
	ResetBefore        // nothing happened
	ResetAfter         // it happened, the answer is lost
	ResetHalfway       // it happened, half of the answer arrives
)

// plannedFault is a fault and how far it got.
type plannedFault struct {
	Fault
	id             int
	passed, struck int
}

func (f *plannedFault) over() bool {
	return f.Times >= 0 && f.struck >= max(f.Times, 1)
}

// faultPlan is the faults to come, in the order they were planned.
type faultPlan struct {
	mu      sync.Mutex
	planned []*plannedFault
	last    int
}

// Fail plans a fault. Faults strike in the order they were planned; stop takes this one back.
// An operation that does not exist, or a fault in which nothing goes wrong, panics.
func (e *Emulator) Fail(f Fault) (stop func()) {
	if err := f.check(); err != nil {
		panic(err)
	}
	id := e.faults.plan(f)
	return func() { e.faults.stop(id) }
}

func (p *faultPlan) plan(f Fault) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last++
	f.Operation = canonical(f.Operation)
	p.planned = append(p.planned, &plannedFault{Fault: f, id: p.last})
	return p.last
}

// replace plans these faults and no others.
func (p *faultPlan) replace(planned []*plannedFault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.planned = nil
	for _, f := range planned {
		p.last++
		f.id = p.last
		p.planned = append(p.planned, f)
	}
}

func (p *faultPlan) stop(id int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := len(p.planned)
	p.planned = slices.DeleteFunc(p.planned, func(f *plannedFault) bool { return f.id == id })
	return len(p.planned) < before
}

// strike finds the fault that a request meets; nil if there is none.
func (p *faultPlan) strike(operation, person string) *Fault {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, f := range p.planned {
		if f.Operation != "" && f.Operation != operation || f.Person != "" && f.Person != person {
			continue
		}
		if f.passed < f.After {
			f.passed++
			continue
		}
		f.struck++
		if f.over() {
			p.planned = slices.Delete(p.planned, i, i+1)
		}
		struck := f.Fault
		return &struck
	}
	return nil
}

// otherOperations are those outside the Web API that can fail.
var otherOperations = []string{"GET /authorize", "POST /authorize", "POST /api/token", "GET /image/{id}"}

func (f Fault) check() error {
	if f.Operation != "" && !slices.Contains(otherOperations, f.Operation) {
		if _, ok := operations.Lookup(f.Operation); !ok {
			return fmt.Errorf("emulator: Fail: there is no operation %q: write it as in %q or %q", f.Operation, "GET /me/player", "POST /api/token")
		}
	}
	switch {
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("emulator: Fail: status %d: want 200 to 599", f.Status)
	case f.Message != "" && !f.answers():
		return fmt.Errorf("emulator: Fail: Message %q needs a Status or an OAuthError", f.Message)
	case f.Reset < NoReset || f.Reset > ResetHalfway:
		return fmt.Errorf("emulator: Fail: there is no Reset %d", int(f.Reset))
	case f.Delay < 0 || f.After < 0 || f.Times < -1:
		return fmt.Errorf("emulator: Fail: Delay, After and Times are not below zero, but for Times -1, always")
	case !f.answers() && f.Body == "" && f.Delay == 0 && f.Reset == NoReset:
		return fmt.Errorf("emulator: Fail: nothing goes wrong: give a Status, an OAuthError, a Body, a Delay or a Reset")
	}
	return nil
}

// answers tells whether the fault itself answers, so that nothing else happens.
func (f Fault) answers() bool { return f.Status != 0 || f.OAuthError != "" || f.Quota }

// change alters the answer to a request that was carried out.
func (f Fault) change(a *answer) {
	if f.Body != "" {
		a.text(bodyType(f.Body), f.Body)
	}
}

// answer says what Spotify would.
func (f Fault) answer(e *Emulator, a *answer, x *exchange) {
	status := cmp.Or(f.Status, f.fallbackStatus())
	f.retryAfter(a.Header(), status)
	switch {
	case f.OAuthError != "":
		writeJSON(a, status, oauthError{f.OAuthError, cmp.Or(f.Message, oauthWords[f.OAuthError])})
	case strings.HasSuffix(x.name, " /api/token"):
		f.answerToken(a, status)
	case strings.HasSuffix(x.name, " /authorize"):
		errorPage(a, status, cmp.Or(f.Message, "Oops! Something went wrong, please try again or check out our help area."))
	case status < 300:
		a.WriteHeader(status)
	default:
		f.apiError(status).write(a)
	}
	if f.Body != "" {
		a.text(bodyType(f.Body), f.Body)
	}
}

func (f Fault) fallbackStatus() int {
	if f.Quota {
		return http.StatusTooManyRequests
	}
	return http.StatusBadRequest
}

func (f Fault) retryAfter(h http.Header, status int) {
	wait := f.RetryAfter
	if wait == 0 && status == http.StatusTooManyRequests {
		wait = time.Second
	}
	if wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
}

// answerToken is what the token endpoint says when it is in trouble: not always JSON.
func (f Fault) answerToken(a *answer, status int) {
	switch {
	case status == http.StatusTooManyRequests:
		a.text("text/plain; charset=utf-8", cmp.Or(f.Message, "Too many requests"))
		a.WriteHeader(status)
	case status == http.StatusInternalServerError:
		writeJSON(a, status, oauthError{"server_error", cmp.Or(f.Message, "Internal server error")})
	case status >= 500:
		errorPage(a, status, cmp.Or(f.Message, http.StatusText(status)))
	case status < 300:
		a.WriteHeader(status)
	default:
		writeJSON(a, status, oauthError{"invalid_request", f.Message})
	}
}

// oauthWords go with the codes of the token endpoint.
var oauthWords = map[string]string{
	"invalid_grant":          "Refresh token revoked",
	"invalid_client":         "Invalid client",
	"invalid_request":        "Invalid request",
	"invalid_scope":          "Illegal scope",
	"server_error":           "Internal server error",
	"unsupported_grant_type": "grant_type must be client_credentials, authorization_code or refresh_token",
}

// apiWords go with the statuses of the Web API.
var apiWords = map[int]string{
	400: "Bad request",
	401: "The access token expired",
	403: "Forbidden",
	404: "Resource not found",
	429: "API rate limit exceeded",
	500: "Server error.",
	502: "Bad gateway.",
	503: "Service unavailable",
	504: "Gateway timeout",
}

func (f Fault) apiError(status int) *apiError {
	err := &apiError{Status: status, Message: cmp.Or(f.Message, apiWords[status], http.StatusText(status))}
	if f.Quota {
		err.Message, err.Reason = cmp.Or(f.Message, "Too many requests"), "QUOTA_EXCEEDED"
	}
	return err
}

func bodyType(body string) string {
	switch strings.TrimSpace(body)[:min(1, len(strings.TrimSpace(body)))] {
	case "{", "[":
		return "application/json; charset=utf-8"
	case "<":
		return "text/html; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

package spotify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

const (
	maxBody      = 16 << 20 // the largest known answers have about 2 MB
	maxErrorBody = 64 << 10
	extraTime    = 2 * time.Second // for an answer that nobody needs
)

var (
	errTooLong  = errors.New("the answer is too long")
	errNoAnswer = fmt.Errorf("no answer within the time for one attempt: %w", context.DeadlineExceeded)
)

// buffers hold the answers while they are read; what is decoded holds nothing of them.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// roundTrip is one HTTP exchange. status is 0 if there was no answer.
func (x *exchange) roundTrip(ctx context.Context, out any) (status int, err error) {
	r := x.request
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var mine limit
	x.settings.limits.begin(&mine, cancel)
	defer x.settings.limits.end(&mine)
	req, err := r.httpRequest(ctx, x.settings, x.token)
	if err != nil {
		return 0, err
	}
	if x.stored != nil {
		x.stored.condition(req.Header)
	}
	asked := time.Now()
	resp, err := x.settings.exchange(req)
	if err != nil {
		return 0, r.lost(ctx, err)
	}
	defer resp.Body.Close()
	if (out == nil || r.accepted) && resp.Body != http.NoBody {
		defer time.AfterFunc(extraTime, func() { cancel(nil) }).Stop()
	}
	switch {
	case resp.StatusCode == http.StatusNotModified && x.stored != nil && x.flight != nil:
		return resp.StatusCode, x.notModified(resp, asked, out)
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return resp.StatusCode, x.failure(resp)
	}
	err = x.success(ctx, resp, asked, out)
	if failed, ok := errors.AsType[*Error](err); ok { // it may say that it is no success
		return failed.Status, err
	}
	return resp.StatusCode, err
}

// success reads what Spotify answered. 204 and empty bodies are common, and some commands
// answer with text that is no JSON: nobody decodes those.
func (x *exchange) success(ctx context.Context, resp *http.Response, asked time.Time, out any) error {
	r := x.request
	body := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(body)
	body.Reset()
	if out == nil {
		_ = read(body, resp.Body, maxErrorBody) // so that the connection serves again
		return x.unwrapped(resp, complaintIn(body.Bytes(), true))
	}
	switch err := read(body, resp.Body, maxBody); {
	case err != nil && r.accepted:
		return nil
	case errors.Is(err, errTooLong):
		return &Error{Operation: r.name, Status: resp.StatusCode, Message: err.Error(), kind: ErrServer}
	case err != nil:
		return r.lost(ctx, err)
	}
	text := bytes.TrimSpace(body.Bytes())
	err := r.decoded(resp.StatusCode, text, out, x.settings)
	if err == nil && x.flight != nil {
		var keep *stored
		if resp.StatusCode == http.StatusOK && len(text) > 0 {
			keep = x.keep(nil, fieldsOf(resp.Header), asked)
		}
		if keep != nil {
			keep.body = bytes.Clone(text)
		}
		x.land(resp.StatusCode, text, nil, keep)
	}
	return x.unwrapped(resp, err)
}

// unwrapped is err, or what Spotify complained of in a success.
func (x *exchange) unwrapped(resp *http.Response, err error) error {
	if inside, ok := errors.AsType[*refusedInside](err); ok {
		return x.complained(resp, inside.said)
	}
	return err
}

// decoded reads the text of an answer into out.
func (r *request) decoded(status int, text []byte, out any, s *settings) error {
	if r.accepted && !wellFormed(text) {
		return nil
	}
	if status == http.StatusNoContent || len(text) == 0 {
		if !r.mayBeEmpty {
			return r.garbled(status, "an empty answer")
		}
		return nil
	}
	if err := complaintIn(text, true); err != nil {
		return err
	}
	switch err := r.decode(status, text, out, s); {
	case errors.Is(err, ErrDrift):
		return err
	case errors.Is(err, errComplaint):
		return complaintIn(text, false)
	case errors.Is(err, errOtherKind) && (r.accepted || r.mayBeEmpty && string(text) == "null"):
		return nil
	case errors.Is(err, errNotJSON), errors.Is(err, errOtherKind):
		return r.garbled(status, err.Error())
	case err != nil: // the caller's own type
		return fmt.Errorf("spotify: %s: the answer does not fit: %w", r.name, err)
	}
	return nil
}

// read reads all of from, unless it is longer than limit.
func read(into *bytes.Buffer, from io.Reader, limit int64) error {
	n, err := into.ReadFrom(io.LimitReader(from, limit+1))
	if err == nil && n > limit {
		return errTooLong
	}
	return err
}

// garbled is a success that makes no sense: a proxy's page, half a JSON.
func (r *request) garbled(status int, what string) *Error {
	return &Error{Operation: r.name, Status: status, Message: what, kind: ErrServer, garbled: true}
}

// failure turns an answer that is no success into an error.
func (x *exchange) failure(resp *http.Response) error {
	body := new(bytes.Buffer)
	_ = read(body, resp.Body, maxErrorBody) // half a complaint is one, too
	said := parseComplaint(body.Bytes())
	said.status = resp.StatusCode
	return x.complained(resp, said)
}

// complained turns what Spotify says is wrong into an error. A success that has an error inside, and no status
// there that could be an error's, is none that anybody understands.
func (x *exchange) complained(resp *http.Response, said complaint) error {
	r, now := x.request, time.Now() // it may have come slowly
	if said.status < 400 || said.status > 599 {
		said.status = resp.StatusCode
	}
	err := &Error{Operation: r.name, Status: said.status, kind: r.kindOf(said.status, said)}
	err.garbled = said.status >= 200 && said.status <= 299
	said = said.clean(r.sent(x.token))
	err.Message, err.Reason = said.message, said.reason
	switch quota := errors.Is(err, ErrQuotaExceeded); {
	case quota, errors.Is(err, ErrRateLimited):
		x.limited++
		err.RetryAt = latest(retryAfter429(quota, resp.Header, now), now.Add(atLeast(x.limited)))
	case errors.Is(err, ErrServer):
		err.RetryAt = retryAt(resp.Header, now)
	case errors.Is(err, ErrOperationClosed):
		err.Replacement = Operation(r.op.Replacement)
	case errors.Is(err, ErrMissingScope):
		err.Granted, err.Missing = x.token.Scope, r.missing(x.token.Scope)
	}
	return err
}

// missing is what a token with these scopes probably lacked. Where all that is surely needed
// is there, it is what the item or the parameters may have asked for.
func (r *request) missing(granted auth.ScopeSet) auth.ScopeSet {
	has := func(scope string) bool { return granted.Has(auth.Scope(scope)) }
	var missing auth.ScopeSet
	for _, item := range r.items() {
		missing = missing.Union(scopeSet(r.op.Missing(item, has)))
	}
	if missing.Len() > 0 {
		return missing
	}
	if r.query.Get("market") == "from_token" && !has(string(auth.ScopeUserReadPrivate)) {
		return auth.Scopes(auth.ScopeUserReadPrivate)
	}
	if rest := scopeSet(r.op.Needed()).Minus(granted); rest.Len() > 0 {
		return rest
	}
	return scopeSet(r.op.Optional).Minus(granted)
}

// items are the kinds of what the call is about, as far as the request says; "" is not known.
func (r *request) items() []string {
	uris := r.query.Get("uris")
	if r.about != "" {
		return []string{r.about}
	}
	if uris == "" || len(r.op.ByItem) == 0 {
		return []string{""}
	}
	var kinds []string
	for uri := range strings.SplitSeq(uris, ",") {
		kinds = append(kinds, string(URI(uri).Kind()))
	}
	return kinds
}

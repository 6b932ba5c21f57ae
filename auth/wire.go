package auth

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	exchangeLimit = 10 * time.Second // one request with its answer; far below a refresh lease
	answerLimit   = 64 << 10         // bytes of an answer that are believed
)

// wire is the client of the token endpoint. It is our own because a code or a single-use
// refresh token may be shown only once: one POST per attempt, with an authentication style
// that is known and not probed, no redirect followed, nothing retried.
type wire struct {
	client           *http.Client
	url              string
	clientID, secret string
}

func newWire(c *Config) *wire {
	return &wire{client: wireClient(c.HTTPClient), url: c.accountsURL() + "/api/token", clientID: c.ClientID, secret: c.ClientSecret}
}

// wireClient is given, or one of our own, without redirects (Go would send the body of a 307
// on to the next host) and without cookies.
func wireClient(given *http.Client) *http.Client {
	client := http.Client{Transport: wireTransport}
	if given != nil {
		client = *given
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	client.Jar = nil
	return &client
}

// wireTransport differs from http.DefaultTransport in its shorter limits.
var wireTransport http.RoundTripper = &http.Transport{
	Proxy:                  http.ProxyFromEnvironment,
	DialContext:            (&net.Dialer{Timeout: 3 * time.Second}).DialContext,
	TLSHandshakeTimeout:    3 * time.Second,
	ResponseHeaderTimeout:  8 * time.Second,
	IdleConnTimeout:        30 * time.Second,
	MaxIdleConnsPerHost:    16,
	MaxResponseHeaderBytes: answerLimit,
	ForceAttemptHTTP2:      true,
}

// grant is one request to the token endpoint.
type grant struct {
	op     string // for errors: "refresh user token"
	form   url.Values
	public bool // the client id in the body, and no secret
}

// post sends g once. ctx may call it back until its body is being sent; from then on the
// answer is waited for, whoever has left: it may hold the only valid token.
func (w *wire) post(ctx context.Context, g grant) (answer, error) {
	status, header, body, err := w.exchange(ctx, g)
	if err != nil {
		return answer{}, fmt.Errorf("auth: %s: %w", g.op, err)
	}
	if status == http.StatusOK {
		a, err := parseAnswer(body)
		if err != nil {
			return answer{}, &Error{Op: g.op, Status: status, Description: err.Error()}
		}
		return a, nil
	}
	e := parseRefusal(body, w.secrets(g))
	e.Op, e.Status = g.op, status
	e.RetryAfter = retryAfter(header)
	return answer{}, e
}

// exchange is the HTTP side of post: status, headers and the bounded body of one answer.
func (w *wire) exchange(ctx context.Context, g grant) (int, http.Header, []byte, error) {
	if ctx.Err() != nil {
		return 0, nil, nil, context.Cause(ctx)
	}
	body := newCommitted(ctx, w.encode(g))
	limited, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), exchangeLimit, errNoAnswer)
	defer cancel()
	defer context.AfterFunc(ctx, func() {
		if body.callBack() {
			cancel()
		}
	})()

	req, err := http.NewRequestWithContext(limited, http.MethodPost, w.url, body)
	if err != nil {
		return 0, nil, nil, err
	}
	req.ContentLength = body.size()
	req.GetBody = body.again // lets the transport leave a dead idle connection on which nothing was written
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Accept-Encoding", "identity") // a small answer needs no bomb
	req.Header.Set("User-Agent", "tenuto")
	if !g.public {
		req.Header.Set("Authorization", w.basic())
	}
	res, err := w.client.Do(req)
	if err != nil {
		return 0, nil, nil, w.cause(ctx, limited, body, err)
	}
	defer func() { _ = res.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	if err != nil {
		return 0, nil, nil, w.cause(ctx, limited, body, fmt.Errorf("half an answer: %w", err))
	}
	if len(data) > answerLimit {
		return 0, nil, nil, errors.New("the answer is too long")
	}
	return res.StatusCode, res.Header, data, nil
}

var errNoAnswer = fmt.Errorf("no answer within %v: %w", exchangeLimit, context.DeadlineExceeded)

// cause finds the plainest reason for err: the caller left, our limit, or the network.
func (w *wire) cause(caller, limited context.Context, body *committed, err error) error {
	if body.calledBack() {
		return context.Cause(caller)
	}
	if limited.Err() != nil {
		return context.Cause(limited)
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return errors.Unwrap(err) // without the address and the quotes around it
	}
	return err
}

func (w *wire) encode(g grant) string {
	if g.public {
		g.form.Set("client_id", w.clientID)
	}
	return g.form.Encode()
}

// basic is RFC 6749 section 2.3.1: both parts form-encoded before they are joined.
func (w *wire) basic() string {
	pair := url.QueryEscape(w.clientID) + ":" + url.QueryEscape(w.secret)
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(pair))
}

// secrets are the words of g that no error may repeat, in the forms they were sent in.
func (w *wire) secrets(g grant) []string {
	words := []string{w.secret, strings.TrimPrefix(w.basic(), "Basic ")}
	for _, name := range []string{"code", "code_verifier", "refresh_token"} {
		words = append(words, g.form.Get(name))
	}
	for _, word := range words {
		words = append(words, url.QueryEscape(word))
	}
	return words
}

package authtest

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// accounts is an accounts service of the strictest kind, reached in memory: every refresh token
// works once, and its answer holds the next.
type accounts struct {
	clock *clock

	mu       sync.Mutex
	newest   map[string]int // the refresh tokens of a login count up from 0
	requests map[string]int // that reached the service

	// answering is called when a token was made, before the answer leaves; nil: nothing happens.
	answering func(login string, n int)
}

func newAccounts() *accounts {
	return &accounts{clock: new(clock), newest: map[string]int{}, requests: map[string]int{}}
}

// login is the first token of a login, an hour of access before it.
func (a *accounts) login(login string) *auth.Token { return a.token(login, 0) }

func (a *accounts) token(login string, n int) *auth.Token {
	return &auth.Token{
		AccessToken: fmt.Sprintf("access-%s-%d", login, n), TokenType: "Bearer",
		RefreshToken: fmt.Sprintf("%s-%d", login, n),
		ExpiresAt:    a.clock.Now().Add(time.Hour), AuthorizedAt: a.clock.Now(), Subject: login,
	}
}

// asked is how many requests a login has cost.
func (a *accounts) asked(login string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests[login]
}

// RoundTrip is POST /api/token with a refresh token.
func (a *accounts) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, err
	}
	login, number, _ := strings.Cut(form.Get("refresh_token"), "-")
	n, err := strconv.Atoi(number)
	if err != nil {
		return answer(r, http.StatusBadRequest, `{"error":"invalid_grant","error_description":"Invalid refresh token"}`), nil
	}
	time.Sleep(10 * time.Millisecond) // the way there
	if !a.rotate(login, n) {
		return answer(r, http.StatusBadRequest, `{"error":"invalid_grant","error_description":"Refresh token revoked"}`), nil
	}
	if a.answering != nil {
		a.answering(login, n+1)
	}
	t := a.token(login, n+1)
	return answer(r, http.StatusOK, fmt.Sprintf(
		`{"access_token":%q,"token_type":"Bearer","expires_in":3600,"refresh_token":%q}`, t.AccessToken, t.RefreshToken)), nil
}

// rotate uses up the nth refresh token of a login, if it is the newest.
func (a *accounts) rotate(login string, n int) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.requests[login]++
	if a.newest[login] != n {
		return false
	}
	a.newest[login]++
	return true
}

func answer(r *http.Request, status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(strings.NewReader(body)),
	}
}

// clock is the time of credentials and tokens: the real one, and a hand to turn it forward.
type clock struct{ ahead atomic.Int64 }

// Now is the time.
func (c *clock) Now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// turn moves the hand.
func (c *clock) turn(d time.Duration) { c.ahead.Add(int64(d)) }

// replica is one process with a handle on the store. A nil transport is a itself.
func (a *accounts) replica(t *testing.T, store auth.Store, transport http.RoundTripper, opts ...auth.GrantsOption) *auth.Grants {
	t.Helper()
	if transport == nil {
		transport = a
	}
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: "authtest", ClientSecret: "secret", HTTPClient: &http.Client{Transport: transport}, Now: a.clock.Now,
	})
	if err != nil {
		t.Fatal(err)
	}
	return cred.Grants(store, opts...)
}

package emulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// call is GET path below /v1 with a token, and what came back.
type called struct {
	status int
	header http.Header
	body   string
	err    error
}

func (p program) call(token, path string) called { return p.callWith(p.world.Client(), token, path) }

func (p program) callWith(client *http.Client, token, path string) called {
	r, err := http.NewRequest(http.MethodGet, p.world.APIURL()+path, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	return get(client, r)
}

func get(client *http.Client, r *http.Request) called {
	resp, err := client.Do(r)
	if err != nil {
		return called{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return called{resp.StatusCode, resp.Header, string(body), err}
}

func TestFaultAnswers(t *testing.T) {
	t.Parallel()
	const me, token = "GET /me", "POST /api/token"
	for _, test := range []struct {
		name       string
		fault      emulator.Fault
		status     int
		body       string // is in it
		retryAfter string
	}{
		{"busy", emulator.Fault{Operation: me, Status: 429, RetryAfter: 14 * time.Hour}, 429, `"message":"API rate limit exceeded"`, "50400"},
		{"busy, shortly", emulator.Fault{Operation: me, Status: 429}, 429, `"status":429`, "1"},
		{"busy, no header", emulator.Fault{Operation: me, Status: 429, RetryAfter: -1}, 429, `"status":429`, ""},
		{"quota", emulator.Fault{Operation: me, Quota: true, RetryAfter: time.Minute}, 429, `"reason":"QUOTA_EXCEEDED"`, "60"},
		{"down", emulator.Fault{Operation: me, Status: 503, RetryAfter: time.Second}, 503, `"message":"Service unavailable"`, "1"},
		{"message", emulator.Fault{Operation: me, Status: 401, Message: "Access token missing"}, 401, `"message":"Access token missing"`, ""},
		{"body", emulator.Fault{Operation: me, Status: 502, Body: "<html>oops"}, 502, "<html>oops", ""},
		{"half a JSON", emulator.Fault{Operation: me, Body: `{"id":`}, 200, `{"id":`, ""},
		{"token busy", emulator.Fault{Operation: token, Status: 429, RetryAfter: time.Second}, 429, "Too many requests", "1"},
		{"token lies", emulator.Fault{Operation: token, OAuthError: "invalid_grant"}, 400, `{"error":"invalid_grant","error_description":"Refresh token revoked"}`, ""},
		{"token fails", emulator.Fault{Operation: token, Status: 500}, 500, `"error":"server_error"`, ""},
		{"token page", emulator.Fault{Operation: token, Status: 502}, 502, "<!doctype html>", ""},
		{"anything", emulator.Fault{Status: 504}, 504, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProgram(t, emulator.Config{})
			login := p.logIn("alice", "scope", "user-read-private")
			p.world.Fail(test.fault)
			request := func() called { return p.call(login.AccessToken, "/me") }
			if test.fault.Operation == token {
				request = func() called {
					r, _ := http.NewRequest(http.MethodPost, p.world.AccountsURL()+"/api/token", strings.NewReader("grant_type=client_credentials"))
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					r.SetBasicAuth(p.app.ClientID, p.app.ClientSecret)
					return get(p.world.Client(), r)
				}
			}
			got := request()
			if got.status != test.status || !strings.Contains(got.body, test.body) || got.header.Get("Retry-After") != test.retryAfter {
				t.Errorf("struck: %d %q Retry-After %q, want %d %q %q", got.status, got.body, got.header.Get("Retry-After"), test.status, test.body, test.retryAfter)
			}
			if got := request(); got.status != 200 {
				t.Errorf("afterwards: %d %q, want 200", got.status, got.body)
			}
			l := p.world.Ledger()
			if last := l[len(l)-2:]; !last[0].Faulted || last[0].Status != test.status || last[1].Faulted {
				t.Errorf("ledger: want one faulted entry, then one that is not:\n%v", last)
			}
		})
	}
}

// Which requests a fault meets, and in which order faults come.
func TestFaultOrder(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	alice, bob := p.logIn("alice").AccessToken, p.logIn("bob").AccessToken
	statuses := func(token string, n int) (list []int) {
		for range n {
			list = append(list, p.call(token, "/me").status)
		}
		return list
	}
	check := func(name string, got []int, want ...int) {
		t.Helper()
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", name, got, want)
				return
			}
		}
	}
	p.world.Fail(emulator.Fault{Operation: "GET /me", Status: 500, Times: 2})
	p.world.Fail(emulator.Fault{Operation: "GET /me", Status: 502})
	check("in order", statuses(alice, 4), 500, 500, 502, 200)
	p.world.Fail(emulator.Fault{Operation: "GET /me", Status: 500, After: 1})
	check("after one", statuses(alice, 3), 200, 500, 200)
	p.world.Fail(emulator.Fault{Person: "bob", Status: 503})
	check("not alice", statuses(alice, 1), 200)
	check("bob", statuses(bob, 2), 503, 200)
	stop := p.world.Fail(emulator.Fault{Operation: "GET /me", Status: 500, Times: -1})
	check("always", statuses(alice, 3), 500, 500, 500)
	stop()
	stop() // once more does no harm
	check("stopped", statuses(alice, 1), 200)
	for text, fault := range map[string]emulator.Fault{
		"no operation":       {Operation: "GET /nothing", Status: 500},
		"nothing goes wrong": {Operation: "GET /me"},
		"needs a Status":     {Message: "words"},
		"status 42":          {Status: 42},
	} {
		if got := panicOf(func() { p.world.Fail(fault) }); !strings.Contains(got, text) {
			t.Errorf("Fail(%+v) panics with %q, want %q", fault, got, text)
		}
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, emulator.Config{Refresh: emulator.Rotated})
		login := p.logIn("alice")
		p.world.Fail(emulator.Fault{Operation: "GET /me", Delay: time.Minute, Times: 2})
		start := time.Now()
		if got := p.call(login.AccessToken, "/me"); got.status != 200 || time.Since(start) != time.Minute {
			t.Errorf("delayed: %d after %v, want 200 after a minute", got.status, time.Since(start))
		}
		// Turning the emulator's clock ends the wait.
		start = time.Now()
		time.AfterFunc(time.Second, func() { p.world.Advance(time.Hour) })
		if got := p.call(login.AccessToken, "/me"); got.status != 200 || time.Since(start) != time.Second {
			t.Errorf("advanced: %d after %v, want 200 after a second", got.status, time.Since(start))
		}
		// Who gives up has the effect all the same: the answer was late, not the deed.
		p.world.Fail(emulator.Fault{Operation: "POST /api/token", Delay: time.Minute})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, p.world.AccountsURL()+"/api/token",
			strings.NewReader("grant_type=refresh_token&refresh_token="+*login.RefreshToken))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(p.app.ClientID, p.app.ClientSecret)
		if got := get(p.world.Client(), r); !errors.Is(got.err, context.DeadlineExceeded) {
			t.Errorf("given up: %v, want DeadlineExceeded", got.err)
		}
		if got := p.refresh(*login.RefreshToken); got.Description != "Refresh token revoked" {
			t.Errorf("refresh: %s, want that the token was rotated", got.Body)
		}
	})
}

// A clock that stands still has its delays ended by Advance alone.
func TestDelayWhileTheClockStands(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
		p := newProgram(t, emulator.Config{Now: func() time.Time { return now }})
		p.world.Fail(emulator.Fault{Operation: "GET /me", Status: 503, Delay: time.Second})
		done := make(chan int, 1)
		go func() { done <- p.call("x", "/me").status }()
		time.Sleep(time.Hour)
		if len(done) != 0 {
			t.Error("answered though no time had passed there")
		}
		p.world.Advance(time.Second)
		synctest.Wait()
		if len(done) != 1 || <-done != 503 {
			t.Error("not answered once the time had passed")
		}
	})
}

// Connections break before, after and in the middle: in memory, over HTTP/1 and over HTTP/2.
func TestResets(t *testing.T) {
	t.Parallel()
	plain := emulator.Start(t, emulator.Config{Refresh: emulator.Rotated})
	secure := emulator.StartTLS(t, emulator.Config{Refresh: emulator.Rotated})
	memory := emulator.New(emulator.Config{Refresh: emulator.Rotated})
	overTLS := secure.TLSClient()
	t.Cleanup(overTLS.CloseIdleConnections)
	for name, world := range map[string]struct {
		*emulator.Emulator
		client *http.Client
	}{
		"memory": {memory, memory.Client()},
		"HTTP/1": {plain, &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}},
		"HTTP/2": {secure, overTLS},
	} {
		for reset, happens := range map[emulator.Reset]bool{
			emulator.ResetBefore: false, emulator.ResetAfter: true, emulator.ResetHalfway: true,
		} {
			p := program{t, world.Emulator, world.App()}
			login := p.logIn("alice")
			stop := p.world.Fail(emulator.Fault{Operation: "POST /api/token", Reset: reset})
			r, _ := http.NewRequest(http.MethodPost, p.world.AccountsURL()+"/api/token",
				strings.NewReader("grant_type=refresh_token&refresh_token="+*login.RefreshToken))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetBasicAuth(p.app.ClientID, p.app.ClientSecret)
			got := get(world.client, r)
			stop()
			if got.err == nil {
				t.Errorf("%s, reset %d: %d %q, want an error", name, reset, got.status, got.body)
			}
			if half := reset == emulator.ResetHalfway; half != (got.status == 200 && len(got.body) > 10 && strings.HasPrefix(got.body, `{"access`)) {
				t.Errorf("%s, reset %d: %d %q, want half an answer: %v", name, reset, got.status, got.body, half)
			}
			if name == "memory" && !errors.Is(got.err, syscall.ECONNRESET) {
				t.Errorf("%s, reset %d: %v, want a reset connection", name, reset, got.err)
			}
			if again := p.refresh(*login.RefreshToken); (again.Status == 200) == happens {
				t.Errorf("%s, reset %d: the token was rotated: %v, want %v", name, reset, again.Status != 200, happens)
			}
		}
	}
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	world := emulator.StartTLS(t)
	client := world.TLSClient()
	t.Cleanup(client.CloseIdleConnections)
	for _, address := range []string{world.APIURL() + "/me", "https://api.spotify.com/v1/me"} {
		resp, err := client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusUnauthorized || resp.ProtoMajor != 2 {
			t.Errorf("GET %s = %d over HTTP/%d, want 401 over HTTP/2", address, resp.StatusCode, resp.ProtoMajor)
		}
	}
}

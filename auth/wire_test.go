package auth_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// transport answers as no emulator would: with what a broken or hostile service may send.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// says is a service that always answers status and body.
func says(status int, body string, header ...string) transport {
	return func(r *http.Request) (*http.Response, error) {
		_, _ = io.Copy(io.Discard, r.Body)
		res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
		for i := 0; i+1 < len(header); i += 2 {
			res.Header.Set(header[i], header[i+1])
		}
		return res, nil
	}
}

// credentials of an app whose every secret is a canary.
func credentials(t testing.TB, rt http.RoundTripper, change ...func(*auth.Config)) *auth.Credentials {
	t.Helper()
	conf := &auth.Config{
		ClientID: "id", ClientSecret: "secret-" + canary, RedirectURI: "http://127.0.0.1:5000/callback",
		HTTPClient: &http.Client{Transport: rt},
	}
	for _, f := range change {
		f(conf)
	}
	cred, err := auth.NewCredentials(conf)
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var form url.Values
	listening := transport(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		form, _ = url.ParseQuery(string(body))
		got = r
		return says(200, `{"access_token":"a","token_type":"Bearer"}`)(r)
	})
	cred := credentials(t, listening, func(c *auth.Config) { c.ClientID, c.ClientSecret = "i:d é", "s:%+&é" })
	for _, test := range []struct {
		name   string
		send   func() error
		secret bool
		form   url.Values
	}{
		{"application", func() error { _, err := cred.RequestClientToken(t.Context()); return err }, true,
			url.Values{"grant_type": {"client_credentials"}}},
		{"user", func() error { _, err := cred.RequestUserToken(t.Context(), "c&1"); return err }, true,
			url.Values{"grant_type": {"authorization_code"}, "code": {"c&1"}, "redirect_uri": {"http://127.0.0.1:5000/callback"}}},
		{"PKCE", func() error { _, err := cred.RequestPKCEToken(t.Context(), "c", "v"); return err }, false,
			url.Values{"grant_type": {"authorization_code"}, "code": {"c"}, "redirect_uri": {"http://127.0.0.1:5000/callback"}, "code_verifier": {"v"}, "client_id": {"i:d é"}}},
		{"refresh", func() error { _, err := cred.RefreshUserToken(t.Context(), "r"); return err }, true,
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r"}}},
		{"PKCE refresh", func() error { _, err := cred.RefreshPKCEToken(t.Context(), "r"); return err }, false,
			url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"r"}, "client_id": {"i:d é"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.send(); err != nil {
				t.Fatal(err)
			}
			if form.Encode() != test.form.Encode() {
				t.Errorf("form = %v, want %v", form, test.form)
			}
			id, secret, ok := got.BasicAuth()
			if ok != test.secret || ok && (id != "i%3Ad+%C3%A9" || secret != "s%3A%25%2B%26%C3%A9") {
				t.Errorf("Basic = %q, %q, %v; want both form-encoded: %v", id, secret, ok, test.secret)
			}
			if got.Method != http.MethodPost || got.URL.String() != "https://accounts.spotify.com/api/token" ||
				got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
				t.Errorf("sent %s %s as %q", got.Method, got.URL, got.Header.Get("Content-Type"))
			}
			for _, replayable := range []string{"Idempotency-Key", "X-Idempotency-Key", "Cookie"} {
				if got.Header.Get(replayable) != "" {
					t.Errorf("%s was sent", replayable)
				}
			}
		})
	}
}

func TestSecretRoundTripsThroughBasic(t *testing.T) {
	t.Parallel()
	e := emulator.New(emulator.Config{Apps: []emulator.App{{ClientID: "id", ClientSecret: "s:%+&é/="}}})
	cred := credentials(t, e.Client().Transport, func(c *auth.Config) { c.ClientID, c.ClientSecret = "id", "s:%+&é/=" })
	if _, err := cred.RequestClientToken(t.Context()); err != nil {
		t.Errorf("RequestClientToken with an odd secret: %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var sent, trapped atomic.Int32
	trap := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { trapped.Add(1) }))
	defer trap.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sent.Add(1)
			http.Redirect(w, r, trap.URL, status)
		}))
		defer service.Close()
		cred := credentials(t, nil, func(c *auth.Config) { c.AccountsURL, c.HTTPClient = service.URL, nil })
		_, err := cred.RefreshUserToken(t.Context(), "r")
		if e, ok := errors.AsType[*auth.Error](err); !ok || e.Status != status {
			t.Errorf("%d: %v, want *Error with that status", status, err)
		}
	}
	if sent.Load() != 5 || trapped.Load() != 0 {
		t.Errorf("%d requests and %d followed, want 5 and 0", sent.Load(), trapped.Load())
	}
}

func TestOneRequestPerAttempt(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]emulator.Fault{
		"500": {Status: 500}, "400": {OAuthError: "invalid_request"}, "503 HTML": {Status: 503, Body: "<html>"},
		"reset before": {Reset: emulator.ResetBefore}, "reset after": {Reset: emulator.ResetAfter}, "half": {Reset: emulator.ResetHalfway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := emulator.Start(t)
			app := e.App()
			cred := credentials(t, nil, func(c *auth.Config) {
				c.ClientID, c.ClientSecret, c.AccountsURL, c.HTTPClient = app.ClientID, app.ClientSecret, e.AccountsURL(), nil
			})
			if _, err := cred.RequestClientToken(t.Context()); err != nil { // the connection is kept, and may be dead later
				t.Fatal(err)
			}
			fault.Operation, fault.Times = "POST /api/token", -1
			e.Fail(fault)
			_, err := cred.RequestClientToken(t.Context())
			if err == nil || errors.Is(err, auth.ErrReauthorize) || errors.Is(err, auth.ErrApp) {
				t.Errorf("RequestClientToken = %v, want a transient error", err)
			}
			if n := len(e.Ledger().Of("POST /api/token")); n != 2 {
				t.Errorf("%d requests, want one for each call:\n%v", n, e.Ledger())
			}
		})
	}
}

func TestTheCallerMayLeaveOnlyBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e := emulator.New(emulator.Config{})
		app := e.App()
		slow := transport(func(r *http.Request) (*http.Response, error) {
			select { // the connection takes two seconds
			case <-time.After(2 * time.Second):
			case <-r.Context().Done():
				return nil, r.Context().Err()
			}
			return e.Client().Transport.RoundTrip(r)
		})
		e.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 3 * time.Second, Times: -1})
		cred := credentials(t, slow, func(c *auth.Config) { c.ClientID, c.ClientSecret = app.ClientID, app.ClientSecret })
		for _, test := range []struct {
			leaves, returns time.Duration
			token           bool
		}{
			{0, 0, false}, {time.Second, time.Second, false}, {4 * time.Second, 5 * time.Second, true}, {time.Minute, 5 * time.Second, true},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), test.leaves)
			start, before := time.Now(), len(e.Ledger())
			token, err := cred.RequestClientToken(ctx)
			cancel()
			if took := time.Since(start); took != test.returns || (token != nil) != test.token {
				t.Errorf("leaving after %v: returned after %v with a token %v, %v; want %v, %v", test.leaves, took, token != nil, err, test.returns, test.token)
			}
			if sent := len(e.Ledger()) > before; sent != test.token {
				t.Errorf("leaving after %v: something was sent: %v, want %v", test.leaves, sent, test.token)
			}
			if !test.token && !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("leaving after %v: %v, want the context's error", test.leaves, err)
			}
		}
	})
}

func TestTheLimitIsTenSeconds(t *testing.T) {
	t.Parallel()
	for name, silent := range map[string]transport{
		"no headers": func(r *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
			return nil, r.Context().Err()
		},
		"half a body": func(r *http.Request) (*http.Response, error) {
			_, _ = io.Copy(io.Discard, r.Body)
			res, _ := says(200, "")(r)
			half, end := io.Pipe()
			go func() {
				_, _ = end.Write([]byte(`{"access_`))
				<-r.Context().Done()
				end.CloseWithError(r.Context().Err())
			}()
			res.Body = half
			return res, nil
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			_, err := credentials(t, silent).RefreshUserToken(t.Context(), "r")
			if took := time.Since(start); took != 10*time.Second || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "10s") {
				t.Errorf("%s: %v after %v, want a time-out after 10 s", name, err, took)
			}
		})
	}
}

package auth_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

func TestAnswersAreReadStrictly(t *testing.T) {
	t.Parallel()
	const good = `"access_token":"a","token_type":"Bearer"`
	for body, want := range map[string]bool{
		`{` + good + `}`: true,
		`{"access_token":"a","token_type":"bearer","new":{"x":[1]}}`: true,
		`{` + good + `,"refresh_token":null,"scope":null}`:           true,
		` {` + good + `} `:                                         true,
		`{` + good + `,"access_token":"b"}`:                        false,
		`{` + good + `,"x":1,"x":1}`:                               false,
		`{` + good + `}{}`:                                         false,
		`{` + good + `} x`:                                         false,
		`{` + good:                                                 false,
		`{` + good + `,"refresh_token":5}`:                         false,
		`{` + good + `,"scope":["a"]}`:                             false,
		`{` + good + `,"refresh_token":"a\nb"}`:                    false,
		`{"access_token":"a\r\nX: y","token_type":"Bearer"}`:       false,
		`{"access_token":"","token_type":"Bearer"}`:                false,
		`{"access_token":true,"token_type":"Bearer"}`:              false,
		`{"access_token":"a","token_type":"MAC"}`:                  false,
		`{"access_token":"a"}`:                                     false,
		`{"token_type":"Bearer"}`:                                  false,
		`{"Access_token":"a","token_type":"Bearer"}`:               false,
		`[{` + good + `}]`:                                         false,
		`access_token=a&token_type=Bearer`:                         false,
		`<html>`:                                                   false,
		``:                                                         false,
		"{" + good + ",\"x\":\"\xff\"}":                            false,
		`{` + good + `,"x":"` + strings.Repeat("x", 64<<10) + `"}`: false,
	} {
		token, err := credentials(t, says(200, body)).RefreshUserToken(t.Context(), "r-"+canary)
		if want && (err != nil || token.AccessToken != "a" || token.RefreshToken != "r-"+canary) {
			t.Errorf("%.60s: %v, want a token", body, err)
		}
		if !want && (err == nil || errors.Is(err, auth.ErrReauthorize) || errors.Is(err, auth.ErrApp)) {
			t.Errorf("%.60s: %v, want an error that judges nobody", body, err)
		}
	}
}

// flood is an answer without end.
type flood struct{ sent atomic.Int64 }

func (f *flood) Read(p []byte) (int, error) {
	f.sent.Add(int64(len(p)))
	return copy(p, strings.Repeat(" ", len(p))), nil
}

func (f *flood) Close() error { return nil }

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 400} {
		var endless flood
		_, err := credentials(t, transport(func(r *http.Request) (*http.Response, error) {
			res, _ := says(status, "")(r)
			res.Body = &endless
			return res, nil
		})).RefreshUserToken(t.Context(), "r")
		if err == nil || errors.Is(err, auth.ErrReauthorize) || endless.sent.Load() > 66<<10 {
			t.Errorf("%d, an endless body: %v after %d bytes, want an error after 64 KiB", status, err, endless.sent.Load())
		}
	}
}

func TestExpiresInIsClamped(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		`3600`: time.Hour, `"3600"`: time.Hour, `1800.5`: 30 * time.Minute, `60`: time.Minute,
		`86400`: time.Hour, `1e300`: time.Hour, `"99999999999999999999"`: time.Hour,
		`0`: 0, `-5`: 0, `"-1"`: 0,
		`null`: 59 * time.Minute, `""`: 59 * time.Minute, `"soon"`: 59 * time.Minute, `"NaN"`: 59 * time.Minute, `true`: 59 * time.Minute, `{}`: 59 * time.Minute,
	} {
		cred := credentials(t, says(200, `{"access_token":"a","token_type":"Bearer","expires_in":`+text+`}`),
			func(c *auth.Config) { c.Now = func() time.Time { return now } })
		token, err := cred.RequestClientToken(t.Context())
		if err != nil {
			t.Fatalf("expires_in %s: %v", text, err)
		}
		if !token.ExpiresAt.Equal(now.Add(want)) || token.ExpiresIn() != want {
			t.Errorf("expires_in %s: ExpiresAt %v and ExpiresIn %v by our clock, want %v after %v", text, token.ExpiresAt, token.ExpiresIn(), want, now)
		}
	}
	token, err := credentials(t, says(200, `{"access_token":"a","token_type":"Bearer"}`)).RequestClientToken(t.Context())
	if err != nil || token.ExpiresIn() > 59*time.Minute || token.ExpiresIn() < 58*time.Minute {
		t.Errorf("without expires_in: %v left, %v; want a little less than an hour", token.ExpiresIn(), err)
	}
}

func TestErrorsAreTypedByTheirCode(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, body  string
		status      int
		reauthorize bool
		app, later  bool
		code        string
	}{
		{"revoked", `{"error":"invalid_grant","error_description":"Refresh token revoked"}`, 400, true, false, false, ""},
		{"without a description", `{"error":"invalid_grant"}`, 400, true, false, false, ""},
		{"wrong secret", `{"error":"invalid_client","error_description":"Invalid client secret"}`, 400, false, true, false, "invalid_client"},
		{"wrong secret, 401", `{"error":"invalid_client"}`, 401, false, true, false, "invalid_client"},
		{"not for this app", `{"error":"unauthorized_client"}`, 400, false, true, false, "unauthorized_client"}, //nolint:misspell // RFC 6749's word
		{"words that lie", `{"error":"server_error","error_description":"invalid_grant invalid_client"}`, 400, false, false, false, "server_error"},
		{"a verdict in an outage", `{"error":"invalid_grant"}`, 503, false, false, true, "invalid_grant"},
		{"a verdict in haste", `{"error":"invalid_grant"}`, 429, false, false, true, "invalid_grant"},
		{"two verdicts", `{"error":"server_error","error":"invalid_grant"}`, 400, false, false, false, ""},
		{"no verdict", `invalid_grant`, 400, false, false, false, ""},
		{"the shape of the Web API", `{"error":{"status":400,"message":"invalid_grant"}}`, 400, false, false, false, ""},
		{"another case", `{"error":"INVALID_GRANT"}`, 400, false, false, false, ""},
		{"a page", `<html>`, 502, false, false, true, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := credentials(t, says(test.status, test.body)).RefreshUserToken(t.Context(), "r")
			if err == nil || errors.Is(err, auth.ErrReauthorize) != test.reauthorize || errors.Is(err, auth.ErrApp) != test.app {
				t.Fatalf("RefreshUserToken = %v, want ErrReauthorize %v, ErrApp %v", err, test.reauthorize, test.app)
			}
			if e, ok := errors.AsType[*auth.Error](err); !test.reauthorize && (!ok || e.Status != test.status || e.Code != test.code || e.Temporary() != test.later) {
				t.Errorf("RefreshUserToken = %#v, want status %d, code %q, temporary %v", e, test.status, test.code, test.later)
			}
		})
	}
	// On a code exchange invalid_grant is about the code, not about a login.
	_, err := credentials(t, says(400, `{"error":"invalid_grant","error_description":"Invalid authorization code"}`)).RequestUserToken(t.Context(), "c")
	if e, ok := errors.AsType[*auth.Error](err); !ok || e.Code != "invalid_grant" || errors.Is(err, auth.ErrReauthorize) {
		t.Errorf("RequestUserToken = %v, want an ordinary *Error", err)
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		description string
		consent     time.Time
		want        auth.Reason
	}{
		{"Refresh token expired", time.Time{}, auth.ReasonExpired},
		{"Refresh token revoked", now.AddDate(0, -2, 0), auth.ReasonRevoked},
		{"Refresh token revoked", now.AddDate(0, -7, 0), auth.ReasonExpired}, // as Spotify said it in July 2026
		{"Invalid refresh token", time.Time{}, auth.ReasonInvalid},
		{"", now.AddDate(0, -7, 0), auth.ReasonExpired},
		{"", now.AddDate(0, -2, 0), auth.ReasonRevoked},
		{"what?", time.Time{}, auth.ReasonRevoked},
	} {
		cred := credentials(t, says(400, `{"error":"invalid_grant","error_description":"`+test.description+`"}`),
			func(c *auth.Config) { c.Now = func() time.Time { return now } })
		_, err := cred.Refresh(t.Context(), &auth.Token{RefreshToken: "r", AuthorizedAt: test.consent})
		e, ok := errors.AsType[*auth.ReauthorizeError](err)
		if !ok || e.Reason != test.want || !e.AuthorizedAt.Equal(test.consent) {
			t.Errorf("%q, consent %v: %v, want reason %q", test.description, test.consent, err, test.want)
		}
	}
}

func TestErrorsHoldNoSecretsAndNoNonsense(t *testing.T) {
	t.Parallel()
	echo := transport(func(r *http.Request) (*http.Response, error) {
		body, _ := io.ReadAll(r.Body)
		form, _ := url.ParseQuery(string(body))
		text := "line one\\nline \\u001b[31mtwo " + form.Get("refresh_token") + " " + r.Header.Get("Authorization") + " " + strings.Repeat("ä", 1000)
		return says(400, `{"error":"invalid_request","error_description":"`+text+`"}`)(r)
	})
	_, err := credentials(t, echo).RefreshUserToken(t.Context(), "r-"+canary)
	if err == nil || sings(err.Error()) || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 600 {
		t.Errorf("an echo of everything = %q, want no secret, one line, capped", err)
	}
	for _, body := range []string{canary, `{"error":"` + canary + `"}`, `{"access_token":"` + canary + `","token_type":"x"}`} {
		for _, status := range []int{200, 400, 500} {
			_, err := credentials(t, says(status, body)).RefreshUserToken(t.Context(), "r")
			if err == nil || sings(err.Error()) {
				t.Errorf("%d %s = %v, want an error without the body", status, body, err)
			}
		}
	}
	refused := transport(func(*http.Request) (*http.Response, error) {
		return nil, &net.OpError{Op: "dial", Err: errors.New("refused")}
	})
	_, err = credentials(t, refused).RefreshUserToken(t.Context(), "r-"+canary)
	if _, ok := errors.AsType[*net.OpError](err); !ok || sings(err.Error()) {
		t.Errorf("a network error = %v, want it wrapped", err)
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	const date = "Sat, 21 Nov 2026 09:00:00 GMT"
	for value, want := range map[string]time.Duration{
		"30": 30 * time.Second, "": 0, "-5": 0, "nonsense": 0, "Sat, 21 Nov 2026 09:01:00 GMT": time.Minute, "Sat, 21 Nov 2026 08:00:00 GMT": 0,
		"99999999999999999999": 365 * 24 * time.Hour,
	} {
		_, err := credentials(t, says(429, "", "Retry-After", value, "Date", date)).RequestClientToken(t.Context())
		if e, ok := errors.AsType[*auth.Error](err); !ok || e.RetryAfter != want || !e.Temporary() {
			t.Errorf("Retry-After %q: %v, want %v", value, err, want)
		}
	}
}

func FuzzTokenAnswer(f *testing.F) {
	f.Add(200, []byte(`{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r2","scope":"b a"}`))
	f.Add(200, []byte(`{"access_token":"a","token_type":"bearer","expires_in":"1e9","refresh_token":""}`))
	f.Add(400, []byte(`{"error":"invalid_grant","error_description":"Refresh token revoked"}`))
	f.Add(500, []byte(`<html>`))
	now := time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		cred := credentials(t, says(status, string(body)), func(c *auth.Config) { c.Now = func() time.Time { return now } })
		old := &auth.Token{RefreshToken: "r-" + canary, Scope: auth.Scopes("a"), AuthorizedAt: now, Subject: "s"}
		token, err := cred.Refresh(t.Context(), old)
		if (token == nil) == (err == nil) {
			t.Fatalf("Refresh = %v, %v: want one of them", token, err)
		}
		if err != nil {
			if strings.Contains(err.Error(), canary) {
				t.Errorf("the error holds a secret: %v", err)
			}
			return
		}
		if status != 200 || token.AccessToken == "" || token.RefreshToken == "" || strings.ContainsAny(token.AccessToken, "\r\n ") ||
			token.ExpiresAt.Before(now) || token.ExpiresAt.After(now.Add(time.Hour)) || token.Subject != "s" || !token.AuthorizedAt.Equal(now) {
			t.Errorf("status %d, body %q gives a token that is none", status, body)
		}
	})
}

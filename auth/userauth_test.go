package auth_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

func TestUserAuthAlwaysSendsAChallenge(t *testing.T) {
	t.Parallel()
	public := credentials(t, nil, func(c *auth.Config) { c.ClientSecret = "" })
	for name, login := range map[string]*auth.UserAuth{
		"with secret": credentials(t, nil).UserAuth(auth.ScopeSet{}), "WithPKCE": credentials(t, nil).UserAuth(auth.ScopeSet{}, auth.WithPKCE),
		"without secret": public.UserAuth(auth.ScopeSet{}),
	} {
		q := query(t, login.URL())
		if q.Get("code_challenge_method") != "S256" || len(q.Get("code_challenge")) != 43 || q.Get("state") != login.State() {
			t.Errorf("%s: asks %v, want a challenge and the state", name, q)
		}
	}
}

func TestUserAuthFinishesALogin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		opts     []auth.AuthorizationOption
		noSecret bool
		pkce     bool
	}{
		{"with secret", nil, false, false}, {"with secret, as a public client", []auth.AuthorizationOption{auth.WithPKCE}, false, true},
		{"without secret", nil, true, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newService(t, emulator.Config{})
			cred := w.cred
			if test.noSecret {
				cred = w.public()
			}
			login := cred.UserAuth(auth.Scopes(auth.ScopeUserReadEmail), test.opts...)
			cb := auth.ParseCallback(w.Approve(login.URL(), "alice"))
			before := time.Now()
			token, err := login.RequestToken(t.Context(), cred, cb)
			if err != nil {
				t.Fatal(err)
			}
			if token.UsesPKCE != test.pkce || token.Scope != auth.Scopes(auth.ScopeUserReadEmail) || token.Subject == "" ||
				token.AuthorizedAt.Before(before.Add(-time.Second)) || token.RefreshToken == "" || token.TokenType != "Bearer" {
				t.Errorf("token %v: PKCE %v, scope %q, subject %q, consent %v", token, token.UsesPKCE, token.Scope, token.Subject, token.AuthorizedAt)
			}
			if _, err := login.RequestToken(t.Context(), cred, cb); !errors.Is(err, auth.ErrState) {
				t.Errorf("the second time: %v, want ErrState", err)
			}
			next, err := cred.Refresh(t.Context(), token)
			if err != nil || next.UsesPKCE != test.pkce || next.Subject != token.Subject || next.RefreshToken != token.RefreshToken ||
				!next.AuthorizedAt.Equal(token.AuthorizedAt) || next.AccessToken == token.AccessToken {
				t.Errorf("Refresh: %v, %v; want the rest carried over", next, err)
			}
			if n := len(w.Ledger().Of("POST /api/token")); n != 2 {
				t.Errorf("%d token requests, want 2:\n%v", n, w.Ledger())
			}
		})
	}
}

func TestStateComesFirst(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	login := w.cred.UserAuth(auth.ScopeSet{})
	right := auth.ParseCallback(w.Approve(login.URL(), "alice"))
	for name, cb := range map[string]auth.Callback{
		"nothing": {}, "no state": {Code: right.Code}, "another state": {Code: right.Code, State: auth.GenerateState()},
		"half a state": {Code: right.Code, State: right.State[:20]}, "a refusal of another": {Error: "access_denied", State: "x"},
		"another case": {Code: right.Code, State: right.State + " "},
	} {
		if _, err := login.RequestToken(t.Context(), w.cred, cb); !errors.Is(err, auth.ErrState) || errors.Is(err, auth.ErrDenied) {
			t.Errorf("%s: %v, want ErrState", name, err)
		}
	}
	if n := len(w.Ledger().Of("POST /api/token")); n != 0 {
		t.Errorf("%d requests were sent, want none", n)
	}
	if _, err := login.RequestToken(t.Context(), w.cred, right); err != nil {
		t.Errorf("the right callback after strangers' ones: %v", err)
	}
	if _, err := new(auth.UserAuth).RequestToken(t.Context(), w.cred, auth.Callback{Code: "c"}); !errors.Is(err, auth.ErrState) {
		t.Errorf("the zero UserAuth: %v, want ErrState", err)
	}
}

func TestRefusalAndOtherErrors(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	login := w.cred.UserAuth(auth.ScopeSet{})
	cb := auth.ParseCallback(w.Refuse(login.URL(), "alice"))
	cb.Code = "and a code that nobody should send"
	if _, err := login.RequestToken(t.Context(), w.cred, cb); !errors.Is(err, auth.ErrDenied) {
		t.Errorf("a refusal: %v, want ErrDenied", err)
	}
	login = w.cred.UserAuth(auth.ScopeSet{})
	_, err := login.RequestToken(t.Context(), w.cred, auth.Callback{State: login.State(), Error: "server_error"})
	if e, ok := errors.AsType[*auth.Error](err); !ok || e.Code != "server_error" {
		t.Errorf("an error in the redirect: %v, want *Error", err)
	}
	login = w.cred.UserAuth(auth.ScopeSet{})
	_, err = login.RequestToken(t.Context(), w.cred, auth.Callback{State: login.State(), Error: "<b>" + canary})
	if err == nil || sings(err.Error()) {
		t.Errorf("a stranger's text: %v, want it left out", err)
	}
	login = w.cred.UserAuth(auth.ScopeSet{})
	if _, err := login.RequestToken(t.Context(), w.cred, auth.Callback{State: login.State()}); !errors.Is(err, auth.ErrState) {
		t.Errorf("no code: %v, want ErrState", err)
	}
	if n := len(w.Ledger().Of("POST /api/token")); n != 0 {
		t.Errorf("%d requests were sent, want none", n)
	}
}

func TestUserAuthWorksOnceForManyAtATime(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	login := w.cred.UserAuth(auth.ScopeSet{})
	cb := auth.ParseCallback(w.Approve(login.URL(), "alice"))
	var all sync.WaitGroup
	var tokens atomic.Int32
	for range 20 {
		all.Go(func() {
			if _, err := login.RequestToken(t.Context(), w.cred, cb); err == nil {
				tokens.Add(1)
			}
		})
	}
	all.Wait()
	if n := len(w.Ledger().Of("POST /api/token")); n != 1 || tokens.Load() != 1 {
		t.Errorf("%d requests and %d tokens, want 1 and 1", n, tokens.Load())
	}
}

func TestUserAuthAtRest(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	for _, opts := range [][]auth.AuthorizationOption{nil, {auth.WithPKCE, auth.ShowDialog}} {
		login := w.cred.UserAuth(auth.Scopes(auth.ScopeUserTopRead), opts...)
		data, err := login.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if len(data) > 2000 {
			t.Errorf("%d bytes: too long for a cookie", len(data))
		}
		replica := w.confidential() // another process
		var back auth.UserAuth
		if err := back.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if back.URL() != login.URL() || back.State() != login.State() || back.Scopes() != login.Scopes() {
			t.Errorf("read back: %q %q, want %q %q", back.URL(), back.Scopes(), login.URL(), login.Scopes())
		}
		token, err := back.RequestToken(t.Context(), replica, auth.ParseCallback(w.Approve(login.URL(), "bob")))
		if err != nil || token.UsesPKCE != (len(opts) > 0) {
			t.Errorf("finished elsewhere: %v, %v", token, err)
		}
	}
	for _, text := range []string{``, `{}`, `{"url":"https://x/?state=s&redirect_uri=https://y","verifier":"v"}`, `{"url":"%zz","verifier":"v"}`, `[]`} {
		if err := new(auth.UserAuth).UnmarshalBinary([]byte(text)); err == nil {
			t.Errorf("UnmarshalBinary(%s) = nil, want an error", text)
		}
	}
}

func TestAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cred := credentials(t, nil)
		var attempts auth.Attempts
		first, second := cred.UserAuth(auth.ScopeSet{}), cred.UserAuth(auth.ScopeSet{})
		attempts.Add(first)
		attempts.Add(first)
		time.Sleep(9 * time.Minute)
		attempts.Add(second)
		if attempts.Take("another") != nil || attempts.Take("") != nil {
			t.Errorf("Take of an unknown state gives an attempt")
		}
		if got := attempts.Take(first.State()); got != first {
			t.Errorf("Take after nine minutes = %v, want the attempt", got)
		}
		if attempts.Take(first.State()) != nil {
			t.Errorf("Take gives the same attempt twice")
		}
		time.Sleep(10 * time.Minute)
		if attempts.Take(second.State()) != nil {
			t.Errorf("Take after ten minutes gives the attempt")
		}
	})
}

func TestAttemptsAreBounded(t *testing.T) {
	t.Parallel()
	cred := credentials(t, nil)
	var attempts auth.Attempts
	logins := make([]*auth.UserAuth, 10_010)
	for i := range logins {
		logins[i] = cred.UserAuth(auth.ScopeSet{})
		attempts.Add(logins[i])
	}
	var kept string
	for i, login := range logins {
		if attempts.Take(login.State()) == login {
			kept = fmt.Sprintf("%d to %d", i, len(logins)-1)
			break
		}
	}
	if kept != "10 to 10009" {
		t.Errorf("kept %s, want the newest ten thousand", kept)
	}
}

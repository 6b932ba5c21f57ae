package auth_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

func TestApplicationToken(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	token, err := w.cred.RequestClientToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if token.RefreshToken != "" || token.Scope.Len() != 0 || !token.AuthorizedAt.IsZero() || !token.ReauthorizeBy().IsZero() || token.UsesPKCE {
		t.Errorf("an application token has what only a person's has: %+v", token)
	}
	if left := token.ExpiresIn(); left > time.Hour || left < 59*time.Minute || token.IsExpiring() {
		t.Errorf("ExpiresIn() = %v, want an hour", left)
	}
	next, err := w.cred.Refresh(t.Context(), token)
	if err != nil || next.AccessToken == token.AccessToken || next.Subject != token.Subject || !strings.HasPrefix(token.Subject, "app:") {
		t.Errorf("Refresh = %v, %v; want another with the subject %q", next, err, token.Subject)
	}
	// At rest it stays what it is.
	data, _ := token.MarshalBinary()
	var back auth.Token
	if err := back.UnmarshalBinary(data); err != nil || back.Subject != token.Subject {
		t.Errorf("read back: subject %q, %v; want %q", back.Subject, err, token.Subject)
	}
	if _, err := w.cred.Refresh(t.Context(), &back); err != nil {
		t.Errorf("Refresh of what was stored: %v", err)
	}
	if _, err := w.public().RequestClientToken(t.Context()); !errors.Is(err, auth.ErrConfig) || !strings.Contains(err.Error(), "SPOTIFY_CLIENT_SECRET") {
		t.Errorf("without a secret: %v, want ErrConfig with its name", err)
	}
}

func TestCodesByHand(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	state := auth.GenerateState()
	back := w.Approve(w.cred.AuthorizationURL(auth.Scopes(auth.ScopeUserReadEmail), state), "alice")
	if got, err := auth.ParseState(back.String()); got != state || err != nil {
		t.Fatalf("ParseState = %q, %v; want %q", got, err, state)
	}
	code, err := auth.ParseCode(back.String())
	if err != nil {
		t.Fatal(err)
	}
	token, err := w.cred.RequestUserToken(t.Context(), code)
	if err != nil || token.Scope != auth.Scopes(auth.ScopeUserReadEmail) || token.UsesPKCE {
		t.Errorf("RequestUserToken = %v, %v", token, err)
	}
	_, err = w.cred.RequestUserToken(t.Context(), code)
	if e, ok := errors.AsType[*auth.Error](err); !ok || e.Code != "invalid_grant" || e.Op != "request user token" || e.Status != 400 || e.Description == "" {
		t.Errorf("the code again: %v, want Spotify's refusal", err)
	}

	loginURL, _ := w.public().PKCEAuthorizationURL(auth.ScopeSet{}, state)
	cb := auth.ParseCallback(w.Approve(loginURL, "alice"))
	if _, err := w.public().RequestPKCEToken(t.Context(), cb.Code, auth.GenerateState()); err == nil {
		t.Errorf("a code with another verifier was accepted")
	}
	loginURL, verifier := w.public().PKCEAuthorizationURL(auth.ScopeSet{}, state)
	cb = auth.ParseCallback(w.Approve(loginURL, "alice"))
	token, err = w.public().RequestPKCEToken(t.Context(), cb.Code, verifier)
	if err != nil || !token.UsesPKCE {
		t.Errorf("RequestPKCEToken = %v, %v", token, err)
	}
}

func TestRefreshKeepsWhatTheAnswerLeavesOut(t *testing.T) {
	t.Parallel()
	consent := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	old := &auth.Token{
		AccessToken: "old", RefreshToken: "r1", Scope: auth.Scopes("a"), AuthorizedAt: consent, Subject: "user:1", UsesPKCE: true,
	}
	for body, want := range map[string]struct {
		refresh string
		scope   auth.ScopeSet
	}{
		``:                                    {"r1", auth.Scopes("a")},
		`,"refresh_token":""`:                 {"r1", auth.Scopes("a")},
		`,"refresh_token":"r1","scope":"a"`:   {"r1", auth.Scopes("a")},
		`,"refresh_token":"r2","scope":"b a"`: {"r2", auth.Scopes("a", "b")},
		`,"refresh_token":null,"scope":null`:  {"r1", auth.Scopes("a")},
		`,"scope":""`:                         {"r1", auth.ScopeSet{}},
		`,"scope":" "`:                        {"r1", auth.ScopeSet{}},
	} {
		cred := credentials(t, says(200, `{"access_token":"new","token_type":"Bearer","expires_in":3600`+body+`}`))
		got, err := cred.Refresh(t.Context(), old)
		if err != nil {
			t.Fatal(err)
		}
		if got.AccessToken != "new" || got.RefreshToken != want.refresh || got.Scope != want.scope ||
			!got.AuthorizedAt.Equal(consent) || got.Subject != "user:1" || !got.UsesPKCE {
			t.Errorf("answer %s: refresh token %q, scope %q, consent %v, subject %q, PKCE %v; want %+v and the rest as before",
				body, got.RefreshToken, got.Scope, got.AuthorizedAt, got.Subject, got.UsesPKCE, want)
		}
		if old.AccessToken != "old" || old.RefreshToken != "r1" {
			t.Fatalf("Refresh changed the token it was given")
		}
	}
}

func TestRefreshInEveryMode(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]emulator.RefreshTokens{
		"none": emulator.NoneReturned, "same": emulator.SameReturned, "empty": emulator.EmptyReturned,
		"rotated": emulator.Rotated, "family": emulator.RotatedFamily, "grace": emulator.RotatedGrace,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newService(t, emulator.Config{Refresh: mode, Quirks: []emulator.Quirk{"no-scope-in-answer"}})
			for _, opts := range [][]auth.AuthorizationOption{nil, {auth.WithPKCE}} {
				login := w.cred.UserAuth(auth.Scopes(auth.ScopeUserTopRead), opts...)
				token, err := login.RequestToken(t.Context(), w.cred, auth.ParseCallback(w.Approve(login.URL(), "alice")))
				for range 3 {
					if err != nil || token.RefreshToken == "" || token.Scope != auth.Scopes(auth.ScopeUserTopRead) {
						t.Fatalf("token %v, scope %q, %v", token, token.Scope, err)
					}
					token, err = w.cred.Refresh(t.Context(), token)
				}
			}
		})
	}
}

func TestRefreshFromASavedRefreshToken(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	consent := time.Now().Add(-time.Hour).UTC().Round(0)
	saved := w.login(w.cred).RefreshToken
	app := w.App()
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RefreshToken: saved, AuthorizedAt: consent, HTTPClient: w.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	token, err := cred.RefreshUserToken(t.Context(), saved)
	if err != nil || !token.AuthorizedAt.Equal(consent) || token.RefreshToken != saved || token.UsesPKCE {
		t.Errorf("RefreshUserToken: consent %v, %v; want Config's %v", token.AuthorizedAt, err, consent)
	}
	again, err := cred.RefreshUserToken(t.Context(), saved)
	if err != nil || again.Subject != token.Subject || strings.Contains(token.Subject, saved) {
		t.Errorf("the subject of one refresh token is %q, then %q; want one, and opaque", token.Subject, again.Subject)
	}
	other, err := cred.RefreshUserToken(t.Context(), w.login(w.cred).RefreshToken)
	if err != nil || !other.AuthorizedAt.IsZero() || other.Subject == token.Subject {
		t.Errorf("another refresh token: consent %v, subject %q, %v; want neither Config's nor the other's", other.AuthorizedAt, other.Subject, err)
	}
	public, err := w.public().RefreshPKCEToken(t.Context(), w.login(w.public()).RefreshToken)
	if err != nil || !public.UsesPKCE {
		t.Errorf("RefreshPKCEToken = %v, %v", public, err)
	}
}

func TestRefreshWithoutASecretIsAPublicClients(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	token := auth.TokenFromOAuth2(w.login(w.public()).OAuth2())
	token.UsesPKCE = false // as an x/oauth2 file has it
	next, err := w.public().Refresh(t.Context(), token)
	if err != nil || !next.UsesPKCE {
		t.Errorf("Refresh = %v, %v; want a public client's token", next, err)
	}
}

func TestRefreshOfWhatCannotBeRefreshed(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	if _, err := w.cred.Refresh(t.Context(), auth.StaticToken("a")); !errors.Is(err, auth.ErrExpired) {
		t.Errorf("Refresh(StaticToken) = %v, want ErrExpired", err)
	}
	user := *w.login(w.cred)
	user.RefreshToken = ""
	for name, refresh := range map[string]func() (*auth.Token, error){
		"Refresh(nil)":                    func() (*auth.Token, error) { return w.cred.Refresh(t.Context(), nil) },
		"Refresh, its refresh token lost": func() (*auth.Token, error) { return w.cred.Refresh(t.Context(), &user) },
		"RefreshUserToken":                func() (*auth.Token, error) { return w.cred.RefreshUserToken(t.Context(), "") },
		"RefreshPKCEToken":                func() (*auth.Token, error) { return w.cred.RefreshPKCEToken(t.Context(), "") },
	} {
		_, err := refresh()
		if e, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || e.Reason != auth.ReasonNone {
			t.Errorf("%s = %v, want ErrReauthorize, reason none", name, err)
		}
	}
	if n := w.requests("refresh_token"); n != 0 {
		t.Errorf("%d requests were sent for it, want none", n)
	}
}

func TestVerdictsOfSpotify(t *testing.T) {
	t.Parallel()
	w := newService(t, emulator.Config{})
	cred, token := w.cred, w.login(w.cred)

	if _, err := w.app("wrong-"+canary).Refresh(t.Context(), token); !errors.Is(err, auth.ErrApp) || errors.Is(err, auth.ErrReauthorize) || sings(err.Error()) {
		t.Errorf("a wrong secret: %v, want ErrApp", err)
	}
	if _, err := cred.Refresh(t.Context(), token); err != nil {
		t.Errorf("and with the right one again: %v", err)
	}

	// Config.Now governs what is left of the token, and what its end was.
	w.Advance(2 * time.Hour)
	if !token.IsExpiring() || token.ExpiresIn() != 0 {
		t.Errorf("two hours later by Config.Now: %v left", token.ExpiresIn())
	}
	w.AdvanceDate(0, 6, 1)
	_, err := cred.Refresh(t.Context(), token)
	if gone, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || gone.Reason != auth.ReasonExpired || !gone.AuthorizedAt.Equal(token.AuthorizedAt) {
		t.Errorf("after six months: %v, want reason expired", err)
	}
	token = w.login(w.cred)
	w.Revoke("alice")
	_, err = cred.Refresh(t.Context(), token)
	if gone, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || gone.Reason != auth.ReasonRevoked {
		t.Errorf("after she revoked it: %v, want reason revoked", err)
	}
	_, err = cred.RefreshUserToken(t.Context(), "AQ-nobody's")
	if gone, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || gone.Reason != auth.ReasonInvalid {
		t.Errorf("an unknown refresh token: %v, want reason invalid", err)
	}
}

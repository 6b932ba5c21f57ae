package auth_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// service is a Spotify in memory, the credentials of an app there, and alice, who logs in.
type service struct {
	*emulator.Emulator
	t    *testing.T
	cred *auth.Credentials
}

func newService(t *testing.T, c emulator.Config) service {
	t.Helper()
	w := service{Emulator: emulator.New(c), t: t}
	w.cred = w.confidential()
	return w
}

// confidential is the app with its secret, public without.
func (w service) confidential() *auth.Credentials { return w.app(w.App().ClientSecret) }
func (w service) public() *auth.Credentials       { return w.app("") }

func (w service) app(secret string) *auth.Credentials {
	w.t.Helper()
	app := w.App()
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: app.ClientID, ClientSecret: secret, RedirectURI: app.RedirectURIs[0], HTTPClient: w.Client(), Now: w.Now,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return cred
}

// login is what alice's login with cred brings.
func (w service) login(cred *auth.Credentials, scopes ...auth.Scope) *auth.Token {
	w.t.Helper()
	attempt := cred.UserAuth(auth.Scopes(scopes...))
	token, err := attempt.RequestToken(w.t.Context(), cred, auth.ParseCallback(w.Approve(attempt.URL(), "alice")))
	if err != nil {
		w.t.Fatal(err)
	}
	return token
}

// requests is how many token requests of a grant type reached Spotify.
func (w service) requests(grant string) int {
	return len(w.Ledger().Of("POST /api/token").Grant(grant))
}

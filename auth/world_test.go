package auth_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// modes are what Spotify has been seen to do with refresh tokens, and what others do.
var modes = map[string]emulator.RefreshTokens{
	"none": emulator.NoneReturned, "same": emulator.SameReturned, "empty": emulator.EmptyReturned,
	"rotated": emulator.Rotated, "family": emulator.RotatedFamily, "grace": emulator.RotatedGrace,
}

// world is a Spotify with an app, and alice, who logs in.
type world struct {
	*emulator.Emulator
	t    *testing.T
	cred *auth.Credentials
}

func newWorld(t *testing.T, c emulator.Config) world {
	t.Helper()
	w := world{Emulator: emulator.New(c), t: t}
	w.cred = w.credentials(nil)
	return w
}

// credentials are the app's; change may spoil them first.
func (w world) credentials(change func(*auth.Config)) *auth.Credentials {
	w.t.Helper()
	app := w.App()
	conf := &auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0],
		HTTPClient: w.Client(), Now: w.Now,
	}
	if change != nil {
		change(conf)
	}
	cred, err := auth.NewCredentials(conf)
	if err != nil {
		w.t.Fatal(err)
	}
	return cred
}

// token is what alice's login brings.
func (w world) token() *auth.Token {
	w.t.Helper()
	return w.tokenOf("alice")
}

// tokenOf is what somebody's login brings.
func (w world) tokenOf(person string) *auth.Token {
	w.t.Helper()
	attempt := w.cred.UserAuth(auth.Scopes(auth.ScopeUserReadCurrentlyPlaying))
	t, err := attempt.RequestToken(w.t.Context(), w.cred, auth.ParseCallback(w.Approve(attempt.URL(), person)))
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

// refreshes is how many refresh requests reached Spotify.
func (w world) refreshes() int {
	return len(w.Ledger().Of("POST /api/token").Grant("refresh_token"))
}

func (w world) wantRefreshes(want int) {
	w.t.Helper()
	if got := w.refreshes(); got != want {
		w.t.Errorf("refreshed %d times, want %d:\n%v", got, want, w.Ledger())
	}
}

// wantToken asks for a token, which must come.
func (w world) wantToken(src auth.TokenSource) *auth.Token {
	w.t.Helper()
	t, err := src.Token(w.t.Context())
	if err != nil {
		w.t.Fatalf("Token = %v, want a token\n%v", err, w.Ledger())
	}
	if t.IsExpiring() {
		w.t.Fatalf("Token = %v, want one that is not expiring", t)
	}
	return t
}

// wantError asks for a token, which must not come for that reason.
func (w world) wantError(src auth.TokenSource, want error) {
	w.t.Helper()
	if t, err := src.Token(w.t.Context()); !errors.Is(err, want) {
		w.t.Fatalf("Token = %v, %v, want %v\n%v", t, err, want, w.Ledger())
	}
}

// overdueRefresh waits until alice's token is over, and has somebody ask for a new one who does not stay. Spotify takes
// so long to answer.
func (w world) overdueRefresh(g *auth.Grants, slow time.Duration) {
	w.t.Helper()
	time.Sleep(time.Hour)
	w.Fail(emulator.Fault{Operation: tokenRequest, Delay: slow})
	go func() { _, _ = g.For("alice").Token(w.t.Context()) }()
}

// inBubble runs test where sleeping costs nothing and turns every clock.
func inBubble(t *testing.T, c emulator.Config, test func(w world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { test(newWorld(t, c)) })
}

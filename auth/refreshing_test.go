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
	e := emulator.New(c)
	app := e.App()
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0],
		HTTPClient: e.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return world{e, t, cred}
}

// token is what alice's login brings.
func (w world) token() *auth.Token {
	w.t.Helper()
	attempt := w.cred.UserAuth(auth.Scopes(auth.ScopeUserReadCurrentlyPlaying))
	t, err := attempt.RequestToken(w.t.Context(), w.cred, auth.ParseCallback(w.Approve(attempt.URL(), "alice")))
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

func TestHalfAYear(t *testing.T) {
	for name, mode := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, emulator.Config{Refresh: mode})
				login := w.cred.Refreshing(nil).FromToken(w.token())
				for day := range 180 {
					time.Sleep(24 * time.Hour)
					for range 3 {
						if _, err := login.Token(t.Context()); err != nil {
							t.Fatalf("day %d: %v", day, err)
						}
					}
				}
				w.wantRefreshes(180)
				time.Sleep(10 * 24 * time.Hour)
				for range 3 {
					_, err := login.Token(t.Context())
					if gone, ok := errors.AsType[*auth.ReauthorizeError](err); !ok || gone.Reason != auth.ReasonExpired {
						t.Errorf("after six months: %v, want to log in again", err)
					}
				}
			})
		})
	}
}

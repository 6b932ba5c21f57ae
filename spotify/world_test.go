package spotify_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// logIn is what person does in the browser, and what the program does about it. The consent is
// for what the stories of story_test.go need.
func logIn(t *testing.T, world *emulator.Emulator, person string) *auth.RefreshingToken {
	t.Helper()
	return logInFor(t, world, person, auth.Scopes(auth.ScopeUserReadCurrentlyPlaying))
}

func logInFor(t *testing.T, world *emulator.Emulator, person string, scopes auth.ScopeSet) *auth.RefreshingToken {
	t.Helper()
	attempt := credentials(t, world).UserAuth(scopes)
	back := world.Approve(attempt.URL(), person)
	login, err := attempt.RequestRefreshingToken(t.Context(), credentials(t, world).Refreshing(nil), auth.ParseCallback(back))
	if err != nil {
		t.Fatal(err)
	}
	return login
}

func credentials(t *testing.T, world *emulator.Emulator) *auth.Credentials {
	t.Helper()
	app := world.App()
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0],
		HTTPClient: world.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return cred
}

// clientOf is a client with all scopes of a person of world.
func clientOf(t *testing.T, world *emulator.Emulator, person string, opts ...spotify.Option) *spotify.Client {
	t.Helper()
	opts = append([]spotify.Option{spotify.WithHTTPClient(world.Client())}, opts...)
	return spotify.New(logInFor(t, world, person, auth.EveryScope()), opts...)
}

// appClient is a client with an application token.
func appClient(t *testing.T, world *emulator.Emulator, opts ...spotify.Option) *spotify.Client {
	t.Helper()
	token, err := credentials(t, world).RequestClientToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return spotify.New(token, append([]spotify.Option{spotify.WithHTTPClient(world.Client())}, opts...)...)
}

// kept holds the catalogue that all worlds share, which else would be made anew whenever there is none.
var kept = emulator.New(emulator.Config{})

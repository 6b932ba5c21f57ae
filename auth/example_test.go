package auth_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// The examples run against an emulated Spotify. With the real one, take conf from
// auth.ConfigFromEnv or auth.ConfigFromFile, and let a person do what Approve does.

// emulated is a Spotify with alice, and the configuration of an app that is registered there.
func emulated() (*emulator.Emulator, *auth.Config) {
	world := emulator.New(emulator.Config{Apps: []emulator.App{{
		RedirectURIs: []string{"http://127.0.0.1:5000/callback", "http://127.0.0.1/callback"},
	}}})
	app := world.App()
	return world, &auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0],
		HTTPClient: world.Client(),
	}
}

// check ends an example that does not work.
func check(err error) {
	if err != nil {
		panic(err)
	}
}

// must is check for calls with a result.
func must[T any](v T, err error) T {
	check(err)
	return v
}

func ExampleScopes() {
	granted := auth.ParseScopes("user-top-read user-library-read")
	need := auth.Scopes(auth.ScopeUserLibraryRead, auth.ScopeUserReadEmail)

	fmt.Println("missing:", need.Minus(granted))
	fmt.Println("ask for:", granted.Union(need)) // a consent replaces the one before
	fmt.Println("same:", granted == auth.Scopes(auth.ScopeUserLibraryRead, auth.ScopeUserTopRead))
	// Output:
	// missing: user-read-email
	// ask for: user-library-read user-read-email user-top-read
	// same: true
}

func ExampleConfigFromFile() {
	file := filepath.Join(must(os.MkdirTemp("", "")), "spotify.ini")
	defer os.RemoveAll(filepath.Dir(file))
	check(os.WriteFile(file, []byte("# my app\nSPOTIFY_CLIENT_ID = 0123\n"), 0o600))

	conf := must(auth.ConfigFromFile(file))
	fmt.Println("missing:", conf.Missing())

	conf.RedirectURI = "http://127.0.0.1:5000/callback"
	check(auth.ConfigToFile(file, conf))
	fmt.Print(string(must(os.ReadFile(file))))
	// Output:
	// missing: [SPOTIFY_CLIENT_SECRET SPOTIFY_REDIRECT_URI]
	// # my app
	// SPOTIFY_CLIENT_ID = 0123
	// SPOTIFY_REDIRECT_URI = http://127.0.0.1:5000/callback
}

func ExampleNewCredentials() {
	_, err := auth.NewCredentials(&auth.Config{ClientID: "0123", RedirectURI: "http://localhost:5000/callback"})
	fmt.Println(errors.Is(err, auth.ErrConfig))
	fmt.Println(err)
	// Output:
	// true
	// auth: configuration: redirect URI "http://localhost:5000/callback" uses localhost, which Spotify refuses: write "http://127.0.0.1:5000/callback", here and in the app's settings at Spotify
}

func ExampleToken_MarshalBinary() {
	token := &auth.Token{AccessToken: "BQ…", RefreshToken: "AQ…", Scope: auth.Scopes(auth.ScopeStreaming)}

	stored := must(token.MarshalBinary()) // secret: seal it, or keep it in a 0600 file
	var back auth.Token
	check(back.UnmarshalBinary(stored))

	fmt.Println(back.RefreshToken == token.RefreshToken, back.Scope)
	fmt.Println(token) // never prints what it holds
	// Output:
	// true streaming
	// auth.Token{user token, redacted}
}

func ExampleParseCallback() {
	redirected := must(url.Parse("http://127.0.0.1:5000/callback?code=AQ-1&state=xyz")) // r.URL in a handler
	callback := auth.ParseCallback(redirected)
	fmt.Println(callback.Code, callback.State)

	twice := must(url.Parse("http://127.0.0.1:5000/callback?code=AQ-1&code=AQ-2&state=xyz"))
	fmt.Printf("%q\n", auth.ParseCallback(twice).Code) // counts as absent
	// Output:
	// AQ-1 xyz
	// ""
}

func ExampleReauthorizeError() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf))
	login := cred.UserAuth(auth.ScopeSet{})
	token := must(login.RequestToken(ctx, cred, auth.ParseCallback(world.Approve(login.URL(), "alice"))))

	world.Revoke("alice") // as at spotify.com/account/apps

	_, err := cred.Refresh(ctx, token)
	if errors.Is(err, auth.ErrReauthorize) {
		fmt.Println("log in again")
	}
	if gone, ok := errors.AsType[*auth.ReauthorizeError](err); ok {
		fmt.Println("because it was", gone.Reason)
	}
	// Output:
	// log in again
	// because it was revoked
}

package auth_test

import (
	"errors"
	"fmt"

	"github.com/tenuto-dev/tenuto/auth"
)

// One login from its start to its token: what a web server does in /login and /callback.
func ExampleUserAuth() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf))
	var attempts auth.Attempts

	login := cred.UserAuth(auth.Scopes(auth.ScopeUserReadCurrentlyPlaying)) // GET /login
	attempts.Add(login)
	redirected := world.Approve(login.URL(), "alice") // a 303, and alice agrees

	callback := auth.ParseCallback(redirected) // GET /callback
	found := attempts.Take(callback.State)
	token := must(found.RequestToken(ctx, cred, callback))
	fmt.Println(token.Scope)

	_, err := found.RequestToken(ctx, cred, callback)
	fmt.Println(errors.Is(err, auth.ErrState), attempts.Take(callback.State) == nil) // works once
	// Output:
	// user-read-currently-playing
	// true true
}

// The same for a public client, and with code and state instead of the URL.
func ExampleUserAuth_pkce() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf))

	login := cred.UserAuth(auth.Scopes(auth.ScopeUserTopRead), auth.WithPKCE, auth.ShowDialog)
	query := world.Approve(login.URL(), "alice").Query()

	token := must(login.RequestToken(ctx, cred, auth.Callback{Code: query.Get("code"), State: query.Get("state")}))
	fmt.Println(token.UsesPKCE)
	// Output:
	// true
}

func ExampleUserAuth_RequestRefreshingToken() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf)).Refreshing(nil)

	login := cred.UserAuth(auth.Scopes(auth.ScopeUserTopRead))
	token := must(login.RequestRefreshingToken(ctx, cred, auth.ParseCallback(world.Approve(login.URL(), "alice"))))
	fmt.Println(must(token.Token(ctx)).Scope)
	// Output:
	// user-top-read
}

func ExampleUserAuth_RequestToken_denied() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf))

	login := cred.UserAuth(auth.Scopes(auth.ScopeUserTopRead))
	_, err := login.RequestToken(ctx, cred, auth.ParseCallback(world.Refuse(login.URL(), "alice")))
	fmt.Println(errors.Is(err, auth.ErrDenied))
	// Output:
	// true
}

// Another replica finishes the login: it waits sealed in the browser's cookie.
func ExampleUserAuth_MarshalBinary() {
	world, conf := emulated()
	login := must(auth.NewCredentials(conf)).UserAuth(auth.Scopes(auth.ScopeUserTopRead))
	stored := must(login.MarshalBinary()) // secret: seal it
	redirected := world.Approve(login.URL(), "alice")

	elsewhere := must(auth.NewCredentials(conf))
	var back auth.UserAuth
	check(back.UnmarshalBinary(stored))
	fmt.Println(must(back.RequestToken(ctx, elsewhere, auth.ParseCallback(redirected))).Scope)
	// Output:
	// user-top-read
}

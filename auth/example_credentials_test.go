package auth_test

import (
	"context"
	"fmt"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

var ctx = context.Background()

// Level one, Credentials: tokens that expire after an hour.

func ExampleCredentials_RequestClientToken() {
	_, conf := emulated()
	cred := must(auth.NewCredentials(conf))

	token := must(cred.RequestClientToken(ctx))
	fmt.Println(token.TokenType, token.ExpiresIn().Round(time.Hour), token.RefreshToken == "")
	// Output:
	// Bearer 1h0m0s true
}

func ExampleCredentials_Refresh() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf))

	app := must(cred.RequestClientToken(ctx))
	login := cred.UserAuth(auth.Scopes(auth.ScopeUserTopRead))
	user := must(login.RequestToken(ctx, cred, auth.ParseCallback(world.Approve(login.URL(), "alice"))))

	for _, token := range []*auth.Token{app, user} { // whatever it is, it stays that
		next := must(cred.Refresh(ctx, token))
		fmt.Println(next.AccessToken != token.AccessToken, next.Subject == token.Subject, next.Scope == token.Scope)
	}
	// Output:
	// true true true
	// true true true
}

func ExampleCredentials_RequestUserToken() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf))

	state := auth.GenerateState()
	loginURL := cred.AuthorizationURL(auth.Scopes(auth.ScopeUserReadEmail), state)
	redirected := world.Approve(loginURL, "alice").String() // alice logs in and agrees

	if must(auth.ParseState(redirected)) != state {
		panic("somebody else's login")
	}
	token := must(cred.RequestUserToken(ctx, must(auth.ParseCode(redirected))))
	fmt.Println(token.Scope, token.UsesPKCE)
	// Output:
	// user-read-email false
}

func ExampleCredentials_RefreshUserToken() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf))
	redirected := world.Approve(cred.AuthorizationURL(auth.Scopes(auth.ScopeUserReadEmail), auth.GenerateState()), "alice").String()
	saved := must(cred.RequestUserToken(ctx, must(auth.ParseCode(redirected)))).RefreshToken

	token := must(cred.RefreshUserToken(ctx, saved))
	fmt.Println(token.Scope, token.RefreshToken == saved) // Spotify gave no new one: the old one stays
	// Output:
	// user-read-email true
}

func ExampleCredentials_RequestPKCEToken() {
	world, conf := emulated()
	conf.ClientSecret = "" // a program that everybody can take apart has none
	cred := must(auth.NewCredentials(conf))

	state := auth.GenerateState()
	loginURL, verifier := cred.PKCEAuthorizationURL(auth.Scopes(auth.ScopeUserReadEmail), state)
	redirected := world.Approve(loginURL, "alice").String()

	if must(auth.ParseState(redirected)) != state {
		panic("somebody else's login")
	}
	token := must(cred.RequestPKCEToken(ctx, must(auth.ParseCode(redirected)), verifier))
	fmt.Println(token.Scope, token.UsesPKCE)
	// Output:
	// user-read-email true
}

func ExampleCredentials_RefreshPKCEToken() {
	world, conf := emulated()
	conf.ClientSecret = ""
	cred := must(auth.NewCredentials(conf))
	loginURL, verifier := cred.PKCEAuthorizationURL(auth.ScopeSet{}, auth.GenerateState())
	redirected := world.Approve(loginURL, "alice").String()
	saved := must(cred.RequestPKCEToken(ctx, must(auth.ParseCode(redirected)), verifier)).RefreshToken

	token := must(cred.RefreshPKCEToken(ctx, saved))
	fmt.Println(token.UsesPKCE, token.RefreshToken != "")
	// Output:
	// true true
}

package auth_test

import (
	"context"
	"fmt"

	"github.com/tenuto-dev/tenuto/auth"
)

// Level two, RefreshingCredentials: tokens that refresh themselves, and a hook that saves them.

func ExampleRefreshingCredentials_RequestClientToken() {
	world, conf := emulated()
	conf.Now = world.Now
	cred := must(auth.NewCredentials(conf)).Refreshing(nil)

	login := must(cred.RequestClientToken(ctx))
	first := must(login.Token(ctx))
	world.AdvanceDate(0, 0, 1)
	second := must(login.Token(ctx)) // refreshed
	fmt.Println(second.AccessToken != first.AccessToken, len(world.Ledger().Of("POST /api/token")))
	// Output:
	// true 2
}

func ExampleRefreshingCredentials_RequestUserToken() {
	world, conf := emulated()
	save := func(ctx context.Context, t *auth.Token) error {
		fmt.Println("saved", t.RefreshToken != "") // into your table, before anyone uses t
		return nil
	}
	cred := must(auth.NewCredentials(conf)).Refreshing(save)

	state := auth.GenerateState()
	redirected := world.Approve(cred.AuthorizationURL(auth.Scopes(auth.ScopeUserTopRead), state), "alice").String()
	if must(auth.ParseState(redirected)) != state {
		panic("somebody else's login")
	}
	login := must(cred.RequestUserToken(ctx, must(auth.ParseCode(redirected))))
	fmt.Println(must(login.Token(ctx)).Scope)
	// Output:
	// saved true
	// user-top-read
}

func ExampleRefreshingCredentials_RefreshUserToken() {
	world, conf := emulated()
	cred := must(auth.NewCredentials(conf)).Refreshing(nil)
	saved := aliceSaved(world.Approve(cred.AuthorizationURL(auth.Scopes(auth.ScopeUserTopRead), auth.GenerateState()), "alice").String(), cred)

	login := must(cred.RefreshUserToken(ctx, saved))
	fmt.Println(must(login.Token(ctx)).Scope)
	// Output:
	// user-top-read
}

// aliceSaved is what a program has kept since its last run.
func aliceSaved(redirected string, cred *auth.RefreshingCredentials) (refreshToken string) {
	return must(cred.Credentials.RequestUserToken(ctx, must(auth.ParseCode(redirected)))).RefreshToken
}

func ExampleRefreshingCredentials_RequestPKCEToken() {
	world, conf := emulated()
	conf.ClientSecret = ""
	cred := must(auth.NewCredentials(conf)).Refreshing(nil)

	state := auth.GenerateState()
	loginURL, verifier := cred.PKCEAuthorizationURL(auth.Scopes(auth.ScopeUserTopRead), state)
	redirected := world.Approve(loginURL, "alice").String()
	if must(auth.ParseState(redirected)) != state {
		panic("somebody else's login")
	}
	login := must(cred.RequestPKCEToken(ctx, must(auth.ParseCode(redirected)), verifier))
	fmt.Println(must(login.Token(ctx)).UsesPKCE)
	// Output:
	// true
}

func ExampleRefreshingCredentials_RefreshPKCEToken() {
	world, conf := emulated()
	conf.ClientSecret = ""
	cred := must(auth.NewCredentials(conf)).Refreshing(nil)
	loginURL, verifier := cred.PKCEAuthorizationURL(auth.ScopeSet{}, auth.GenerateState())
	redirected := world.Approve(loginURL, "alice").String()
	saved := must(cred.Credentials.RequestPKCEToken(ctx, must(auth.ParseCode(redirected)), verifier)).RefreshToken

	login := must(cred.RefreshPKCEToken(ctx, saved))
	fmt.Println(must(login.Token(ctx)).UsesPKCE)
	// Output:
	// true
}

func ExampleRefreshingCredentials_FromToken() {
	world, conf := emulated()
	conf.Now = world.Now
	cred := must(auth.NewCredentials(conf))
	login := cred.UserAuth(auth.Scopes(auth.ScopeUserTopRead))
	token := must(login.RequestToken(ctx, cred, auth.ParseCallback(world.Approve(login.URL(), "alice"))))
	stored := must(token.MarshalBinary())

	world.AdvanceDate(0, 1, 0) // the next run, a month later
	var back auth.Token
	check(back.UnmarshalBinary(stored))
	fresh := must(cred.Refreshing(nil).FromToken(&back).Token(ctx))
	fmt.Println(fresh.IsExpiring(), fresh.Scope, fresh.AuthorizedAt.Equal(token.AuthorizedAt))
	// Output:
	// false user-top-read true
}

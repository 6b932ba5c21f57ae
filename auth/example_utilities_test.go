package auth_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// Level three: one line each, with a browser and a prompt where a person is needed.

// browser is alice at her computer: she logs in, agrees, and is sent back.
func browser(world *emulator.Emulator) func(loginURL string) error {
	return func(loginURL string) error {
		page, err := http.Get(world.Approve(loginURL, "alice").String())
		if err != nil {
			return err
		}
		return page.Body.Close()
	}
}

func ExampleRequestClientToken() {
	_, conf := emulated()

	token := must(auth.RequestClientToken(ctx, conf))
	fmt.Println(must(token.Token(ctx)).TokenType)
	// Output:
	// Bearer
}

// PromptForUserToken with another browser, and nothing on the screen.
func ExamplePrompt_UserToken() {
	world, conf := emulated()
	conf.RedirectURI = "http://127.0.0.1/callback" // no port: a free one is chosen

	prompt := auth.Prompt{Open: browser(world), Out: io.Discard}
	token := must(prompt.UserToken(ctx, conf, auth.Scopes(auth.ScopeUserReadEmail)))
	fmt.Println(must(token.Token(ctx)).Scope)
	// Output:
	// user-read-email
}

// PromptForPKCEToken with another browser, and nothing on the screen.
func ExamplePrompt_PKCEToken() {
	world, conf := emulated()
	conf.ClientSecret, conf.RedirectURI = "", "http://127.0.0.1/callback"

	prompt := auth.Prompt{Open: browser(world), Out: io.Discard}
	token := must(prompt.PKCEToken(ctx, conf, auth.Scopes(auth.ScopeUserReadEmail)))
	fmt.Println(must(token.Token(ctx)).Scope, must(token.Token(ctx)).UsesPKCE)
	// Output:
	// user-read-email true
}

// A script: a browser once, and from then on the saved refresh token.
func ExampleRefreshUserToken() {
	world, app := emulated()
	file := filepath.Join(must(os.MkdirTemp("", "")), "spotify.ini")
	defer os.RemoveAll(filepath.Dir(file))

	script := func() {
		conf := must(auth.ConfigFromFile(file)) // empty the first time
		conf.ClientID, conf.ClientSecret, conf.HTTPClient = app.ClientID, app.ClientSecret, app.HTTPClient
		conf.RedirectURI, conf.Save = "http://127.0.0.1/callback", auth.SaveToFile(file)

		token, err := auth.RefreshUserToken(ctx, conf)
		if errors.Is(err, auth.ErrReauthorize) { // none saved yet, revoked, or six months old
			fmt.Println("a browser opens")
			prompt := auth.Prompt{Open: browser(world), Out: io.Discard}
			token, err = prompt.UserToken(ctx, conf, auth.Scopes(auth.ScopeUserTopRead))
		}
		check(err)
		fmt.Println("ready:", must(token.Token(ctx)).Scope)
	}
	script()
	script()
	// Output:
	// a browser opens
	// ready: user-top-read
	// ready: user-top-read
}

func ExampleRefreshPKCEToken() {
	world, conf := emulated()
	conf.ClientSecret, conf.RedirectURI = "", "http://127.0.0.1/callback"
	prompt := auth.Prompt{Open: browser(world), Out: io.Discard}
	login := must(prompt.PKCEToken(ctx, conf, auth.Scopes(auth.ScopeUserTopRead)))
	conf.RefreshToken = login.Current().RefreshToken // as SaveToFile and ConfigFromFile would

	token := must(auth.RefreshPKCEToken(ctx, conf))
	fmt.Println(must(token.Token(ctx)).Scope)
	// Output:
	// user-top-read
}

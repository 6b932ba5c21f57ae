// Script logs in once, in a browser; from then on it runs from the refresh token in spotify.ini.
//
//	cat > spotify.ini <<END
//	SPOTIFY_CLIENT_ID = …
//	SPOTIFY_CLIENT_SECRET = …
//	SPOTIFY_REDIRECT_URI = http://127.0.0.1/callback
//	END
//	go run github.com/tenuto-dev/tenuto/examples/script
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

const file = "spotify.ini"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	conf, err := auth.ConfigFromFile(file)
	if err != nil {
		return err
	}
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL") // the emulator's; empty: Spotify
	conf.Save = auth.SaveToFile(file)                   // every new refresh token goes back into the file

	token, err := auth.RefreshUserToken(ctx, conf)
	if errors.Is(err, auth.ErrReauthorize) { // none saved yet, revoked, or six months old
		token, err = auth.PromptForUserToken(ctx, conf, auth.Scopes(auth.ScopeUserTopRead))
	}
	if err != nil {
		return err
	}
	defer func() { // Ctrl-C in the middle of a refresh loses no token
		if err := token.Flush(context.WithoutCancel(ctx)); err != nil {
			log.Print(err)
		}
	}()

	me, err := spotify.New(token, spotify.WithBaseURL(os.Getenv("TENUTO_API_URL"))).Users.Me(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("Hello %s! Log in again by %s.\n", me.DisplayName, token.Current().ReauthorizeBy().Format("2 January 2006"))
	return nil
}

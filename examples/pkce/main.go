// Pkce is a program for strangers' computers: a client id and no secret. It starts the music.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func main() {
	ctx := context.Background()
	dir, err := os.UserConfigDir()
	if err != nil {
		log.Fatal(err)
	}
	dir = filepath.Join(dir, "play")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		log.Fatal(err)
	}
	file := filepath.Join(dir, "spotify.ini")
	conf, err := auth.ConfigFromFile(file) // empty the first time
	if err != nil {
		log.Fatal(err)
	}
	conf.ClientID = "0123456789abcdef0123456789abcdef" // your app's: it is no secret
	conf.RedirectURI = "http://127.0.0.1/callback"     // register it like this, without a port: one is chosen
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL")
	conf.Save = auth.SaveToFile(file)

	token, err := auth.RefreshPKCEToken(ctx, conf)
	if errors.Is(err, auth.ErrReauthorize) {
		token, err = auth.PromptForPKCEToken(ctx, conf, auth.Scopes(auth.ScopeUserModifyPlaybackState))
	}
	if err != nil {
		log.Fatal(err)
	}
	client := spotify.New(token, spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))
	if err := client.Player.Play(ctx, nil); err != nil {
		log.Fatal(err)
	}
	fmt.Println("Playing.")
}

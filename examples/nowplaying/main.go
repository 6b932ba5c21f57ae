// Nowplaying says what people are listening to, a thousand if need be: one client, one rate
// limit, one file for each login.
//
//	go run ./examples/nowplaying -add alice      # with alice's SPOTIFY_USER_REFRESH
//	go run ./examples/nowplaying alice bob …
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"sync"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func main() {
	add := flag.String("add", "", "keep the login in SPOTIFY_USER_REFRESH under this name")
	flag.Parse()
	ctx := context.Background()
	conf, err := auth.ConfigFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL") // the emulator's; empty: Spotify
	cred, err := auth.NewCredentials(conf)
	if err != nil {
		log.Fatal(err)
	}
	store, err := auth.NewFileStore("logins")
	if err != nil {
		log.Fatal(err)
	}
	users := cred.Grants(store)
	if *add != "" {
		if err := keep(ctx, cred, users, *add, conf.RefreshToken); err != nil {
			log.Fatal(err)
		}
	}

	client := spotify.New(nil, spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))
	var wg sync.WaitGroup
	for _, user := range flag.Args() {
		wg.Go(func() { // they all heed the same rate limit, so a thousand goroutines are fine
			playing, err := client.As(users.For(user)).Player.CurrentlyPlaying(ctx, nil)
			if err != nil {
				log.Printf("%s: %v", user, err)
				return
			}
			fmt.Printf("%s: %v\n", user, playing.Item)
		})
	}
	wg.Wait()
}

// keep puts a login into the store, where every run of this program refreshes it.
func keep(ctx context.Context, cred *auth.Credentials, users *auth.Grants, user, refreshToken string) error {
	token, err := cred.RefreshUserToken(ctx, refreshToken)
	if err != nil {
		return err
	}
	return users.Put(ctx, user, token)
}

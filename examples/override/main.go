// Override uses another token for a while: as a client, or for all calls under a context. It
// tells what the person in SPOTIFY_USER_REFRESH hears, and looks up a track as the app.
//
//	go run ./examples/override https://open.spotify.com/track/…
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("which track? give its link, its URI or its ID")
	}
	track, err := spotify.Parse[spotify.TrackID](os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	conf, err := auth.ConfigFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL") // the emulator's; empty: Spotify
	app, err := auth.RequestClientToken(ctx, conf)
	if err != nil {
		log.Fatal(err)
	}
	person, err := auth.RefreshUserToken(ctx, conf)
	if err != nil {
		log.Fatal(err)
	}
	if err := run(ctx, app, person, track); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, app, person auth.TokenSource, id spotify.TrackID) error {
	client := spotify.New(app, spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))
	track, err := client.Tracks.Get(ctx, id, nil) // as the app
	if err != nil {
		return err
	}

	theirs := client.As(person) // a client; the old one still speaks for the app
	me, err := theirs.Users.Me(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%s could listen to %s\n", me.DisplayName, track.Name)

	// Somebody else's function, with a client of its own, acts for the person under this context.
	return report(spotify.As(ctx, person), client)
}

func report(ctx context.Context, client *spotify.Client) error {
	playing, err := client.Player.CurrentlyPlaying(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Printf("but it is %v\n", playing.Item)
	return nil
}

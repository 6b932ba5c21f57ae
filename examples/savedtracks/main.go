// Savedtracks lists the tracks saved since a day, newest first: it walks a library of any
// length, and stops asking where the list gets older.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func main() {
	newYear := time.Date(time.Now().Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	day := flag.String("since", newYear.Format(time.DateOnly), "the first day")
	flag.Parse()
	since, err := time.Parse(time.DateOnly, *day)
	if err != nil {
		log.Fatal(err)
	}
	ctx := context.Background()
	conf, err := auth.ConfigFromEnv() // with the refresh token in SPOTIFY_USER_REFRESH
	if err != nil {
		log.Fatal(err)
	}
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL") // the emulator's; empty: Spotify
	token, err := auth.RefreshUserToken(ctx, conf)
	if err != nil {
		log.Fatal(err)
	}
	client := spotify.New(token, spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))
	if err := list(ctx, client, since); err != nil {
		log.Fatal(err)
	}
}

func list(ctx context.Context, client *spotify.Client, since time.Time) error {
	for saved, err := range client.Library.AllTracks(ctx, nil) {
		if err != nil {
			return err
		}
		if saved.AddedAt.Before(since) {
			break // pages not yet asked for are never fetched
		}
		fmt.Println(saved.AddedAt.Format(time.DateOnly), saved.Track.Name)
	}
	return nil
}

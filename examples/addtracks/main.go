// Addtracks adds tracks to a playlist, as many as you like: their links on standard input, one
// a line. If it breaks half-way it prints what is left.
//
//	go run ./examples/addtracks https://open.spotify.com/playlist/… <links.txt >rest.txt
package main

import (
	"bufio"
	"context"
	"fmt"
	"log"
	"os"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("which playlist? give its link, its URI or its ID")
	}
	playlist, err := spotify.Parse[spotify.PlaylistID](os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	tracks, err := readLinks()
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

	added, err := client.Playlists.AddItems(ctx, playlist, tracks, nil)
	if err != nil {
		log.Printf("%d of %d added: %v", added.Done, len(tracks), err)
		if added.Unsure > 0 { // the answer was lost: look before adding twice
			log.Printf("the first %d of the rest may be in already", added.Unsure)
		}
		for _, rest := range tracks[added.Done:] { // feed this to the next run
			fmt.Println(rest)
		}
		os.Exit(1)
	}
}

func readLinks() (tracks []spotify.URI, err error) {
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		uri, err := spotify.ParseURI(in.Text())
		if err != nil {
			return nil, err
		}
		tracks = append(tracks, uri)
	}
	return tracks, in.Err()
}

// Oauth2 works beside code that speaks golang.org/x/oauth2, and moves a program away from
// zmb3/spotify: token.json is what such a program kept, and stays as it is.
//
//	auth := spotifyauth.New(spotifyauth.WithRedirectURL(uri), spotifyauth.WithScopes(…))
//	client := spotify.New(auth.Client(ctx, tok))                                     before
//	client := spotify.New(cred.Refreshing(save).FromToken(token))                    after
//	client.PlayerCurrentlyPlaying(ctx)                → client.Player.CurrentlyPlaying(ctx, nil)
//	client.Search(ctx, q, spotify.SearchTypeTrack)    → client.Search.Tracks(ctx, q, nil)
//	client.CurrentUsersTracks(ctx); client.NextPage   → client.Library.AllTracks(ctx, nil)
//	client.AddTracksToPlaylist(ctx, id, ids...)       → client.Playlists.AddItems(ctx, id, spotify.URIs(ids...), nil)
package main

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"golang.org/x/oauth2"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

const file = "token.json"

func main() {
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
	login, err := moved(cred)
	if err != nil {
		log.Fatal(err)
	}

	api := cmp.Or(os.Getenv("TENUTO_API_URL"), "https://api.spotify.com/v1")
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, api+"/me", nil)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := httpClient(ctx, login).Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	fmt.Println("x/oauth2 with our login:", answer.Status)

	me, err := ourClient(auth.ToOAuth2(ctx, login)).Users.Me(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("our client with an x/oauth2 source:", me.DisplayName)
}

// moved is the login of a program that kept x/oauth2's token as JSON. From now on it is
// refreshed by us, and written back in a form that both read.
func moved(cred *auth.Credentials) (*auth.RefreshingToken, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	token := new(auth.Token)
	if err := token.UnmarshalBinary(data); err != nil { // reads x/oauth2's JSON as it is
		return nil, err
	}
	return cred.Refreshing(save).FromToken(token), nil
}

func save(_ context.Context, t *auth.Token) error {
	data, err := t.MarshalBinary()
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

// httpClient puts our refreshing login under any code that wants an *http.Client.
func httpClient(ctx context.Context, login auth.TokenSource) *http.Client {
	return oauth2.NewClient(ctx, auth.ToOAuth2(ctx, login))
}

// ourClient puts their token source under our client.
func ourClient(theirs oauth2.TokenSource) *spotify.Client {
	return spotify.New(auth.FromOAuth2(theirs, "me"), spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))
}

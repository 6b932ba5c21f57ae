// Appserver finds songs. Nobody logs in: the app's own token is enough, and refreshes itself.
//
//	export SPOTIFY_CLIENT_ID=… SPOTIFY_CLIENT_SECRET=…
//	go run ./examples/appserver &
//	curl 'http://127.0.0.1:8080/search?q=beethoven'
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen")
	market := flag.String("market", "FI", "songs that can be played in this country")
	flag.Parse()

	conf, err := auth.ConfigFromEnv()
	if err != nil {
		log.Fatal(err)
	}
	conf.AccountsURL = os.Getenv("TENUTO_ACCOUNTS_URL") // the emulator's; empty: Spotify
	token, err := auth.RequestClientToken(context.Background(), conf)
	if err != nil {
		log.Fatal(err)
	}
	client := spotify.New(token, spotify.WithMarket(spotify.Market(*market)), spotify.WithMaxWait(2*time.Second),
		spotify.WithBaseURL(os.Getenv("TENUTO_API_URL")))

	mux := http.NewServeMux()
	mux.HandleFunc("GET /search", func(w http.ResponseWriter, r *http.Request) { search(w, r, client) })
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("open http://%v/search?q=beethoven", listener.Addr())
	web := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute}
	log.Fatal(web.Serve(listener))
}

// song is what we tell of a track.
type song struct {
	Name    string `json:"name"`
	Artists string `json:"artists"`
	Link    string `json:"link"`
}

func search(w http.ResponseWriter, r *http.Request, client *spotify.Client) {
	query := r.FormValue("q")
	if query == "" {
		http.Error(w, "say what to look for: /search?q=beethoven", http.StatusBadRequest)
		return
	}
	page, err := client.Search.Tracks(r.Context(), query, nil)
	if err != nil {
		explain(w, err)
		return
	}
	songs := []song{}
	for _, track := range page.Items {
		found := song{Name: track.Name, Link: track.URI.URL()}
		for i, artist := range track.Artists {
			if i > 0 {
				found.Artists += ", "
			}
			found.Artists += artist.Name
		}
		songs = append(songs, found)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(songs) // whoever asked may have gone
}

func explain(w http.ResponseWriter, err error) {
	log.Print(err) // no error of ours holds a secret, or what people look for
	if errors.Is(err, spotify.ErrRateLimited) || errors.Is(err, spotify.ErrQuotaExceeded) {
		if busy, ok := errors.AsType[*spotify.Error](err); ok {
			w.Header().Set("Retry-After", busy.RetryAt.UTC().Format(http.TimeFormat))
		}
		http.Error(w, "Spotify is busy", http.StatusServiceUnavailable)
		return
	}
	http.Error(w, "Spotify does not answer", http.StatusBadGateway)
}

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"sync/atomic"
	"time"
)

const (
	trackName   = "Gymnopédie No. 1"
	fakeAccess  = "BQ-bench-access"
	fakeRefresh = "AQ-bench-refresh"
)

// upstream is a Spotify that answers from memory, in this process: whatever it costs is not counted.
type upstream struct {
	url       string
	refreshes atomic.Int64
	srv       *http.Server
}

// startUpstream serves body as what is playing; a token answer takes delay.
func startUpstream(body []byte, delay time.Duration) (*upstream, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	u := &upstream{url: "http://" + l.Addr().String()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		back, err := url.Parse(r.FormValue("redirect_uri"))
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		back.RawQuery = url.Values{"code": {"AQ-bench-code"}, "state": {r.FormValue("state")}}.Encode()
		http.Redirect(w, r, back.String(), http.StatusSeeOther)
	})
	mux.HandleFunc("POST /api/token", func(w http.ResponseWriter, r *http.Request) {
		answer := map[string]any{"access_token": fakeAccess, "token_type": "Bearer", "expires_in": 3600, "scope": r.FormValue("scope")}
		if r.FormValue("grant_type") == "refresh_token" {
			u.refreshes.Add(1)
			time.Sleep(delay)
		} else {
			answer["scope"] = "user-read-currently-playing user-read-playback-state"
		}
		answer["refresh_token"] = fmt.Sprint(fakeRefresh, u.refreshes.Load()) // single use
		w.Header().Set("Content-Type", "application/json")
		json.NewEncoder(w).Encode(answer)
	})
	mux.HandleFunc("GET /v1/me", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		fmt.Fprint(w, `{"account_id":"acc-alice","id":"alice","display_name":"Alice","images":[],"type":"user","uri":"spotify:user:alice"}`)
	})
	mux.HandleFunc("GET /v1/me/player/currently-playing", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Write(body)
	})
	u.srv = &http.Server{Handler: mux}
	go u.srv.Serve(l)
	return u, nil
}

func (u *upstream) close() { u.srv.Close() }

// scene is where a figure of a server takes place: its Spotify, and a directory for what it keeps.
type scene struct {
	*upstream
	dir string
}

// newScene has body played, until close.
func newScene(body []byte) (*scene, error) {
	up, err := startUpstream(body, 0)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tenuto-bench")
	if err != nil {
		up.close()
		return nil, err
	}
	return &scene{up, dir}, nil
}

func (s *scene) close() {
	s.upstream.close()
	os.RemoveAll(s.dir)
}

// playing is a currently-playing answer of real size: full with every market code twice, as an
// extended app gets it, small as a development app does.
func playing(full bool) []byte {
	link := func(kind, id string) map[string]any {
		return map[string]any{
			"external_urls": map[string]string{"spotify": "https://open.spotify.com/" + kind + "/" + id},
			"href":          "https://api.spotify.com/v1/" + kind + "s/" + id, "id": id, "type": kind, "uri": "spotify:" + kind + ":" + id,
		}
	}
	with := func(base map[string]any, more map[string]any) map[string]any {
		for k, v := range more {
			base[k] = v
		}
		return base
	}
	artist := with(link("artist", "459INk8vcC0ebEef82WjIK"), map[string]any{"name": "Erik Satie"})
	album := with(link("album", "1Zl4pIK0hyXCxF1CfY3zKu"), map[string]any{
		"album_type": "album", "artists": []any{artist}, "name": "Trois Gymnopédies", "release_date": "1888-04-02",
		"release_date_precision": "day", "total_tracks": 3,
		"images": []any{
			map[string]any{"height": 640, "width": 640, "url": "https://i.scdn.co/image/ab67616d0000b273aaaaaaaaaaaaaaaaaaaaaaaa"},
			map[string]any{"height": 300, "width": 300, "url": "https://i.scdn.co/image/ab67616d00001e02aaaaaaaaaaaaaaaaaaaaaaaa"},
			map[string]any{"height": 64, "width": 64, "url": "https://i.scdn.co/image/ab67616d00004851aaaaaaaaaaaaaaaaaaaaaaaa"},
		},
	})
	track := with(link("track", "5NGtFXVpXSvwunEIGeviY3"), map[string]any{
		"album": album, "artists": []any{artist}, "disc_number": 1, "duration_ms": 185000, "explicit": false, "is_local": false,
		"external_ids": map[string]string{"isrc": "FRZ039800001"}, "name": trackName, "preview_url": nil, "track_number": 1,
	})
	if full {
		album["available_markets"], track["available_markets"], track["popularity"] = markets(), markets(), 71
	}
	body, err := json.Marshal(map[string]any{
		"timestamp": time.Now().UnixMilli(), "progress_ms": 61000, "is_playing": true, "currently_playing_type": "track",
		"context": with(link("album", "1Zl4pIK0hyXCxF1CfY3zKu"), nil), "actions": map[string]any{"disallows": map[string]bool{"resuming": true}},
		"item": track,
	})
	if err != nil {
		panic(err) // our own literal
	}
	return body
}

// markets are 185 two-letter codes, as many as Spotify lists.
func markets() []string {
	var codes []string
	for a := 'A'; a <= 'Z' && len(codes) < 185; a++ {
		for b := 'A'; b <= 'Z' && len(codes) < 185; b += 3 {
			codes = append(codes, string(a)+string(b))
		}
	}
	return codes
}

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// emulatorFigure is the CPU of the emulator's answers against a bare net/http handler that
// writes the same bytes, and how long it takes to start.
func emulatorFigure(ctx context.Context, s settings) ([]row, error) {
	world, err := start(ctx, "emulator")
	if err != nil {
		return nil, err
	}
	defer world.stop()
	alice, err := emulatedToken(world.addr)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, answer := range []struct{ name, path, target string }{
		{"/me", "/v1/me", "≤ 2 ×"},
		{"currently playing", "/v1/me/player/currently-playing", "≤ 2 ×"},
		{"50 saved tracks", "/v1/me/tracks?limit=50", "≤ 4 ×"},
		{"search, three types", "/v1/search?q=moon&type=track,artist,album&limit=10", ""},
	} {
		r, err := oneAnswer(ctx, s, side{world, alice, world.addr + answer.path})
		if err != nil {
			return nil, err
		}
		r.what, r.target = "emulator, CPU against a handler writing the same bytes: "+answer.name, answer.target
		rows = append(rows, r)
	}
	r, err := emulatorStart(ctx, s)
	return append(rows, r), err
}

func oneAnswer(ctx context.Context, s settings, ours side) (row, error) {
	body, err := fetch(ours.browser, ours.url)
	if err != nil {
		return row{}, err
	}
	file, err := os.CreateTemp("", "tenuto-bench")
	if err != nil {
		return row{}, err
	}
	defer os.Remove(file.Name())
	if _, err := file.Write(body); err != nil {
		return row{}, err
	}
	if err := file.Close(); err != nil {
		return row{}, err
	}
	theirs, err := start(ctx, "bytes", file.Name())
	if err != nil {
		return row{}, err
	}
	defer theirs.stop()
	n := 4000
	if s.quick {
		n = 400
	}
	a, b, err := compare(s.rounds, n, ours, side{theirs, ours.browser, theirs.addr + "/"})
	if err != nil {
		return row{}, err
	}
	_, text := ratio(a, b)
	return row{ratio: text, detail: fmt.Sprintf("%.0f µs and %.0f µs for %d bytes", median(a), median(b), len(body))}, nil
}

// emulatorStart is the time from starting the process until it has logged somebody in and
// answered them, music made and all.
func emulatorStart(ctx context.Context, s settings) (row, error) {
	var times []float64
	for range s.rounds {
		began := time.Now()
		world, err := start(ctx, "emulator")
		if err != nil {
			return row{}, err
		}
		ready := time.Since(began)
		alice, err := emulatedToken(world.addr)
		if err == nil {
			_, err = fetch(alice, world.addr+"/v1/me/tracks")
		}
		world.stop()
		if err != nil {
			return row{}, err
		}
		times = append(times, float64(ready.Milliseconds()))
	}
	return row{what: "emulator, from exec to listening", ratio: fmt.Sprintf("%.0f ms", median(times)), target: "< 200 ms",
		detail: "the whole process, the catalogue made"}, nil
}

// emulatedToken logs alice in and returns a client that sends her token.
func emulatedToken(base string) (*http.Client, error) {
	login := base + "/authorize?" + url.Values{
		"client_id": {clientID}, "response_type": {"code"}, "redirect_uri": {"http://127.0.0.1:5000/callback"},
		"scope": {"user-read-private user-read-email user-read-currently-playing user-library-read"},
	}.Encode()
	body, err := json.Marshal(map[string]string{"url": login, "person": "alice"})
	if err != nil {
		return nil, err
	}
	var back struct{ Query url.Values }
	if err := postFor(base+"/_emulator/approve", "application/json", bytes.NewReader(body), &back); err != nil {
		return nil, err
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query.Get("code")}, "redirect_uri": {"http://127.0.0.1:5000/callback"},
		"client_id": {clientID}, "client_secret": {"bench"},
	}
	if err := postFor(base+"/api/token", "application/x-www-form-urlencoded", strings.NewReader(form.Encode()), &token); err != nil {
		return nil, err
	}
	return &http.Client{Transport: bearer("Bearer " + token.AccessToken)}, nil
}

func postFor(address, kind string, body io.Reader, answer any) error {
	resp, err := http.Post(address, kind, body)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", address, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}

// bearer is a transport that sends a token.
type bearer string

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", string(b))
	return http.DefaultTransport.RoundTrip(r)
}

// emulatorHandler is what "tenuto emulator" serves.
func emulatorHandler() http.Handler {
	return emulator.New(emulator.Config{Apps: []emulator.App{{
		ClientID: clientID, ClientSecret: "bench", RedirectURIs: []string{"http://127.0.0.1:5000/callback"}, Extended: true,
	}}})
}

// bytesHandler writes a file's bytes and knows nothing else.
func bytesHandler(path string) (http.Handler, error) {
	body, err := os.ReadFile(path)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Write(body)
	}), err
}

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/go-json-experiment/json"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// callFigure is the CPU of a call of ours over a socket, against net/http alone with the same
// decoding: pacing, cache, retries and errors are what is between them. The server is another
// process. What decoding a page costs is told by answers that are there at once: a full one less
// an empty one. A small answer is decoded on both sides, with the library that we use ourselves.
func callFigure(ctx context.Context, s settings) ([]row, error) {
	server, err := start(ctx, "answers")
	if err != nil {
		return nil, err
	}
	defer server.stop()
	token := &auth.Token{AccessToken: fakeAccess, Subject: "somebody"} // whose answers may be cached
	client := spotify.New(token, spotify.WithBaseURL(server.addr+"/v1"), spotify.WithMode(spotify.Extended))
	decoding := func(body []byte) func() (int, error) {
		c := spotify.New(token, spotify.WithHTTPClient(&http.Client{Transport: instant(body)}), spotify.WithMode(spotify.Extended))
		return func() (int, error) { return readPage(ctx, c) }
	}
	n := 1500
	if s.quick {
		n /= 10
	}
	pages, err := inTurn(s.rounds, n,
		func() (int, error) { return readPage(ctx, client) },
		func() (int, error) {
			page, err := readBare(ctx, server.addr+"/v1/me/tracks?limit=50")
			return len(page), err
		},
		decoding(savedPage(50, 1000, false)), decoding(savedPage(0, 0, false)))
	if err != nil {
		return nil, err
	}
	small, err := inTurn(s.rounds, 2*n,
		func() (int, error) { return readDevices(ctx, client) },
		func() (int, error) { return readDevicesBare(ctx, server.addr+"/v1/me/player/devices") })
	if err != nil {
		return nil, err
	}
	bare, extra := make([]float64, s.rounds), make([]float64, s.rounds)
	for i := range bare {
		bare[i] = pages[1][i] + pages[2][i] - pages[3][i]
		extra[i] = small[0][i] - small[1][i]
	}
	_, text := ratio(pages[0], bare)
	return []row{{
		what: "a call for a page of 50, CPU against net/http and the same decoding", ratio: text, target: "≤ 1.10 ×",
		detail: fmt.Sprintf("%.0f µs and %.0f µs, of which decoding %.0f µs", median(pages[0]), median(bare), median(pages[2])-median(pages[3])),
	}, {
		what: "a call for a small answer, CPU beyond net/http and the same decoding", ratio: fmt.Sprintf("%.1f µs", median(extra)), target: "≤ 15 µs",
		detail: fmt.Sprintf("%.0f µs and %.0f µs", median(small[0]), median(small[1])),
	}}, nil
}

// inTurn is the µs of CPU of a call on each side in each round, after one to warm up. They take
// turns of a few calls, so that what else the machine does concerns all sides alike.
func inTurn(rounds, n int, sides ...func() (int, error)) ([][]float64, error) {
	const few = 50
	cost := make([][]float64, len(sides))
	for round := range rounds + 1 {
		sums := make([]float64, len(sides))
		for range n / few {
			for i, side := range sides {
				us, err := cpuOfCalls(few, side)
				if err != nil {
					return nil, err
				}
				sums[i] += us / float64(n/few)
			}
		}
		for i := range sides {
			if round > 0 {
				cost[i] = append(cost[i], sums[i])
			}
		}
	}
	return cost, nil
}

// cpuOfCalls is the µs of CPU of each of n calls.
func cpuOfCalls(n int, call func() (int, error)) (float64, error) {
	began, err := cpuOfThisProcess()
	if err != nil {
		return 0, err
	}
	for range n {
		if _, err := call(); err != nil {
			return 0, err
		}
	}
	ended, err := cpuOfThisProcess()
	return (ended - began) / float64(n), err
}

func readPage(ctx context.Context, c *spotify.Client) (int, error) {
	page, err := c.Library.Tracks(ctx, nil)
	if err != nil {
		return 0, err
	}
	return len(page.Items), nil
}

func readDevices(ctx context.Context, c *spotify.Client) (int, error) {
	devices, err := c.Player.Devices(ctx)
	return len(devices), err
}

// readBare is what any program does at least: a request with its token, and the whole answer.
func readBare(ctx context.Context, url string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+fakeAccess)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", url, resp.Status)
	}
	return body, err
}

// readDevicesBare reads the devices as a program would that knows the type.
func readDevicesBare(ctx context.Context, url string) (int, error) {
	body, err := readBare(ctx, url)
	if err != nil {
		return 0, err
	}
	var answer struct {
		Devices []struct {
			ID               string `json:"id"`
			Name             string `json:"name"`
			Kind             string `json:"type"`
			IsActive         bool   `json:"is_active"`
			IsPrivateSession bool   `json:"is_private_session"`
			IsRestricted     bool   `json:"is_restricted"`
			SupportsVolume   bool   `json:"supports_volume"`
			Volume           *int   `json:"volume_percent"`
		} `json:"devices"`
	}
	err = json.Unmarshal(body, &answer)
	return len(answer.Devices), err
}

// answersHandler is a Web API of two answers.
func answersHandler() http.Handler {
	page, devices := savedPage(50, 1000, false), devicesAnswer()
	mux := http.NewServeMux()
	answer := func(body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			w.Header().Set("Cache-Control", "private, max-age=0")
			w.Write(body)
		}
	}
	mux.HandleFunc("GET /v1/me/tracks", answer(page))
	mux.HandleFunc("GET /v1/me/player/devices", answer(devices))
	return mux
}

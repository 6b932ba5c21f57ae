package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// pageFigure is the CPU of the logged-in page against a bare net/http handler that makes the
// same upstream call, decodes the answer and writes as many bytes.
func pageFigure(ctx context.Context, s settings) ([]row, error) {
	var rows []row
	for _, size := range []struct {
		name, target string
		body         []byte
	}{
		{"full answer, all market codes", "≤ 1.5 ×", playing(true)},
		{"small answer", "≤ 2 ×", playing(false)},
	} {
		r, err := onePage(ctx, s, size.body)
		if err != nil {
			return nil, err
		}
		r.what, r.target = "logged-in page, CPU against a bare handler: "+size.name, size.target
		rows = append(rows, r)
	}
	return rows, nil
}

func onePage(ctx context.Context, s settings, body []byte) (row, error) {
	at, err := newScene(body)
	if err != nil {
		return row{}, err
	}
	defer at.close()

	ours, err := start(ctx, "tenuto", at.dir, at.url)
	if err != nil {
		return row{}, err
	}
	defer ours.stop()
	browser, err := signIn(ours.addr)
	if err != nil {
		return row{}, err
	}
	html, err := fetch(browser, ours.addr+"/")
	if err != nil {
		return row{}, err
	}
	if !strings.Contains(string(html), "Now playing: ") || !strings.Contains(string(html), trackName) {
		return row{}, fmt.Errorf("the page does not say what plays:\n%s", html)
	}
	theirs, err := start(ctx, "bare", at.url, strconv.Itoa(len(html)))
	if err != nil {
		return row{}, err
	}
	defer theirs.stop()

	n := 3000
	if s.quick {
		n = 300
	}
	a, b, err := compare(s.rounds, n, side{ours, browser, ours.addr + "/"}, side{theirs, http.DefaultClient, theirs.addr + "/"})
	if err != nil {
		return row{}, err
	}
	_, text := ratio(a, b)
	return row{ratio: text, detail: fmt.Sprintf("%.0f µs and %.0f µs a page; upstream answer %d bytes, page %d bytes",
		median(a), median(b), len(body), len(html))}, nil
}

// side is a server and how to ask it.
type side struct {
	proc    *process
	browser *http.Client
	url     string
}

// compare asks both in turn, n times a round after a warm-up, and returns the µs of CPU per request.
func compare(rounds, n int, sides ...side) (a, b []float64, err error) {
	out := make([][]float64, len(sides))
	for round := range rounds + 1 {
		for i, s := range sides {
			us, err := cpuOf(s, n)
			if err != nil {
				return nil, nil, err
			}
			if round > 0 {
				out[i] = append(out[i], us)
			}
		}
	}
	return out[0], out[1], nil
}

func cpuOf(s side, n int) (float64, error) {
	before, err := s.proc.cpu()
	if err != nil {
		return 0, err
	}
	for range n {
		if _, err := fetch(s.browser, s.url); err != nil {
			return 0, err
		}
	}
	after, err := s.proc.cpu()
	return float64((after - before).Microseconds()) / float64(n), err
}

func fetch(c *http.Client, url string) ([]byte, error) {
	resp, err := c.Get(url)
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

// signIn goes through the whole login as a browser does.
func signIn(base string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar, Timeout: 10 * time.Second}
	body, err := fetch(browser, base+"/login")
	if err != nil {
		return nil, err
	}
	if !regexp.MustCompile(`User ID: [^N\s<]`).Match(body) && !strings.Contains(string(body), trackName) {
		return nil, fmt.Errorf("not logged in:\n%s", body)
	}
	return browser, nil
}

// bareHandler is what the page is compared with: the least that net/http and encoding/json need
// for the same upstream call and as many bytes.
func bareHandler(upstream string, size int) http.Handler {
	filler := []byte(strings.Repeat("x", size))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		req, err := http.NewRequestWithContext(r.Context(), "GET", upstream+"/v1/me/player/currently-playing", nil)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		req.Header.Set("Authorization", "Bearer "+fakeAccess)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer resp.Body.Close()
		data, err := io.ReadAll(resp.Body)
		var answer struct {
			IsPlaying  bool `json:"is_playing"`
			ProgressMS int  `json:"progress_ms"`
			Item       struct {
				Name       string `json:"name"`
				DurationMS int    `json:"duration_ms"`
				Artists    []struct {
					Name string `json:"name"`
				} `json:"artists"`
				Album struct {
					Name   string `json:"name"`
					Images []struct {
						URL string `json:"url"`
					} `json:"images"`
				} `json:"album"`
			} `json:"item"`
		}
		if err == nil {
			err = json.Unmarshal(data, &answer)
		}
		if err != nil || answer.Item.Name != trackName {
			http.Error(w, "bad answer", http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Write(filler)
	})
}

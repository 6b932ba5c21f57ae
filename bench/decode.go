package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"syscall"

	zmb3 "github.com/zmb3/spotify/v2"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// decodeFigure is what a call costs whose answer is there at once, so mostly its decoding, with
// our client and with zmb3's, the most used of Go.
func decodeFigure(ctx context.Context, s settings) ([]row, error) {
	var rows []row
	for _, c := range []struct {
		name   string
		answer func(full bool) []byte
		ours   func(*spotify.Client) (int, error)
		theirs func(*zmb3.Client) (int, error)
	}{
		{"a playlist with 100 items", playlistAnswer, func(c *spotify.Client) (int, error) {
			p, err := c.Playlists.Get(ctx, "x", nil)
			if err != nil {
				return 0, err
			}
			return len(p.Items.Items), nil
		}, func(c *zmb3.Client) (int, error) {
			p, err := c.GetPlaylist(ctx, "x")
			if err != nil {
				return 0, err
			}
			return len(p.Tracks.Tracks), nil
		}},
		{"an album with 20 tracks", albumAnswer, func(c *spotify.Client) (int, error) {
			a, err := c.Albums.Get(ctx, "x", nil)
			if err != nil {
				return 0, err
			}
			return len(a.Tracks.Items), nil
		}, func(c *zmb3.Client) (int, error) {
			a, err := c.GetAlbum(ctx, "x")
			if err != nil {
				return 0, err
			}
			return len(a.Tracks.Tracks), nil
		}},
		{"a search for 50 tracks", searchAnswer, func(c *spotify.Client) (int, error) {
			p, err := c.Search.Tracks(ctx, "x", nil)
			if err != nil {
				return 0, err
			}
			return len(p.Items), nil
		}, func(c *zmb3.Client) (int, error) {
			r, err := c.Search(ctx, "x", zmb3.SearchTypeTrack)
			if err != nil {
				return 0, err
			}
			return len(r.Tracks.Tracks), nil
		}},
		{"the player's state", playerAnswer, func(c *spotify.Client) (int, error) {
			p, err := c.Player.State(ctx, nil)
			if err != nil {
				return 0, err
			}
			return len(p.Item.Track.Artists), nil
		}, func(c *zmb3.Client) (int, error) {
			p, err := c.PlayerState(ctx)
			if err != nil {
				return 0, err
			}
			return len(p.Item.Artists), nil
		}},
	} {
		for _, full := range []bool{true, false} {
			body := c.answer(full)
			h := &http.Client{Transport: instant(body)}
			ours := spotify.New(auth.StaticToken(fakeAccess), spotify.WithHTTPClient(h), spotify.WithMode(spotify.Extended))
			theirs := zmb3.New(h)
			r, err := decodeRow(s, body, func() (int, error) { return c.ours(ours) }, func() (int, error) { return c.theirs(theirs) })
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			r.what = "decoding " + c.name + " against zmb3/spotify/v2: as for one market"
			if full {
				r.what = "decoding " + c.name + " against zmb3/spotify/v2: with all market codes"
			}
			rows = append(rows, r)
		}
	}
	return rows, nil
}

func decodeRow(s settings, body []byte, ours, theirs func() (int, error)) (row, error) {
	a, err := ours()
	if err != nil {
		return row{}, err
	}
	b, err := theirs()
	if err != nil {
		return row{}, err
	}
	if a != b || a == 0 {
		return row{}, fmt.Errorf("we read %d, they %d", a, b)
	}
	n := max(20, 40<<20/len(body))
	if s.quick {
		n = max(3, n/10)
	}
	cost := [2][]float64{}
	count := [2][]float64{}
	for round := range s.rounds + 1 {
		for i, call := range []func() (int, error){ours, theirs} {
			us, allocations, err := costOf(n, call)
			if err != nil {
				return row{}, err
			}
			if round > 0 {
				cost[i], count[i] = append(cost[i], us), append(count[i], allocations)
			}
		}
	}
	_, time := ratio(cost[0], cost[1])
	allocations, _ := ratio(count[0], count[1])
	return row{
		ratio: fmt.Sprintf("time %s, allocations %.2f ×", time, allocations), target: "≤ 0.65 ×, ≤ 0.7 ×",
		detail: fmt.Sprintf("%.0f µs and %.0f µs, %.0f and %.0f allocations; %d bytes", median(cost[0]), median(cost[1]), median(count[0]), median(count[1]), len(body)),
	}, nil
}

// costOf is the µs of CPU, collecting garbage included, and the allocations of a call.
func costOf(n int, call func() (int, error)) (us, allocations float64, err error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	began, err := cpuOfThisProcess()
	if err != nil {
		return 0, 0, err
	}
	for range n {
		if _, err := call(); err != nil {
			return 0, 0, err
		}
	}
	ended, err := cpuOfThisProcess()
	runtime.ReadMemStats(&after)
	return (ended - began) / float64(n), float64(after.Mallocs-before.Mallocs) / float64(n), err
}

// cpuOfThisProcess in µs.
func cpuOfThisProcess() (float64, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, err
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1000, nil
}

// instant answers everything with the same bytes, at once.
type instant []byte

func (i instant) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		return nil, errors.New("only for reading")
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json; charset=utf-8"}, "Cache-Control": {"private, max-age=0"}},
		ContentLength: int64(len(i)), Body: io.NopCloser(bytes.NewReader(i)), Request: r,
	}, nil
}

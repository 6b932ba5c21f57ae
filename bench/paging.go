package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

const (
	savedTotal   = 10_000
	savedLatency = 50 * time.Millisecond
	savedWindow  = 30 * time.Second
)

// pagingFigure is reading 10,000 saved tracks from a server 50 ms away: page by page against
// ahead, and within a rolling window that the server enforces.
func pagingFigure(ctx context.Context, s settings) ([]row, error) {
	free, err := ahead(ctx, s)
	if err != nil || s.quick { // the window takes its 30 seconds, however quick the rest
		return []row{free}, err
	}
	limited, err := withinWindow(ctx, 180)
	return []row{free, limited}, err
}

func ahead(ctx context.Context, s settings) (row, error) {
	server, err := startLibrary(0)
	if err != nil {
		return row{}, err
	}
	defer server.close()
	client := spotify.New(auth.StaticToken(fakeAccess), spotify.WithBaseURL(server.url))
	var slow, fast []float64
	var requests []int
	for range min(s.rounds, 3) {
		for _, side := range []struct {
			client *spotify.Client
			took   *[]float64
		}{{client.With(spotify.WithPrefetch(0)), &slow}, {client, &fast}} {
			before := server.count()
			took, err := readLibrary(ctx, side.client)
			if err != nil {
				return row{}, err
			}
			*side.took = append(*side.took, took.Seconds())
			requests = append(requests, server.count()-before)
		}
	}
	_, text := ratio(slow, fast)
	return row{
		what:  fmt.Sprintf("reading %d saved tracks at %v: page by page against ahead", savedTotal, savedLatency),
		ratio: text, target: "≥ 8 ×, as many requests",
		detail: fmt.Sprintf("%.2f s and %.2f s; requests %v", median(slow), median(fast), requests),
	}, nil
}

func withinWindow(ctx context.Context, limit int) (row, error) {
	server, err := startLibrary(limit)
	if err != nil {
		return row{}, err
	}
	defer server.close()
	client := spotify.New(auth.StaticToken(fakeAccess), spotify.WithBaseURL(server.url), spotify.WithGovernor(spotify.NewGovernor(limit, nil)))
	took, err := readLibrary(ctx, client)
	if err != nil {
		return row{}, err
	}
	best := savedWindow + savedLatency // the rest of the pages as soon as the window has room for them
	return row{
		what:  fmt.Sprintf("the same within %d requests in %v, enforced by the server: against the best that is possible", limit, savedWindow),
		ratio: fmt.Sprintf("%.3f ×, %d refused", took.Seconds()/best.Seconds(), server.refused), target: "≤ 1.10 ×, 0 refused",
		detail: fmt.Sprintf("%.2f s, %d requests", took.Seconds(), server.count()),
	}, nil
}

func readLibrary(ctx context.Context, client *spotify.Client) (time.Duration, error) {
	began, n := time.Now(), 0
	for _, err := range client.Library.AllTracks(ctx, nil) {
		if err != nil {
			return 0, err
		}
		n++
	}
	if n != savedTotal {
		return 0, fmt.Errorf("read %d tracks of %d", n, savedTotal)
	}
	return time.Since(began), nil
}

// library is a Spotify with 10,000 saved tracks, at some distance.
type library struct {
	url   string
	srv   *http.Server
	parts [3][]byte // of a page: before and after the link to the next one, and the offset

	mu       sync.Mutex
	limit    int // requests in savedWindow; 0: any number
	arrivals []time.Time
	refused  int
	total    int
}

func startLibrary(limit int) (*library, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	lib := &library{url: "http://" + l.Addr().String() + "/v1", limit: limit}
	if lib.parts, err = pageParts(); err != nil {
		return nil, err
	}
	lib.srv = &http.Server{Handler: lib}
	go lib.srv.Serve(l)
	return lib, nil
}

func (l *library) close() { l.srv.Close() }

func (l *library) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.total
}

func (l *library) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wait := l.arrive()
	time.Sleep(savedLatency)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(1+int(wait/time.Second)))
		w.WriteHeader(http.StatusTooManyRequests)
		fmt.Fprint(w, `{"error":{"status":429,"message":"API rate limit exceeded"}}`)
		return
	}
	offset, err := strconv.Atoi(r.URL.Query().Get("offset"))
	if err != nil {
		offset = 0
	}
	next := "null"
	if offset+50 < savedTotal {
		next = fmt.Sprintf(`"https://api.spotify.com/v1/me/tracks?offset=%d&limit=50"`, offset+50)
	}
	w.Write(l.parts[0])
	fmt.Fprintf(w, `"next":%s`, next)
	w.Write(l.parts[1])
	fmt.Fprintf(w, `"offset":%d`, offset)
	w.Write(l.parts[2])
}

// pageParts cuts a page where pages differ.
func pageParts() (parts [3][]byte, err error) {
	before, rest, found := bytes.Cut(savedPage(50, savedTotal, false), []byte(`"next":"https://api.spotify.com/v1/me/tracks?offset=50\u0026limit=50"`))
	between, after, foundToo := bytes.Cut(rest, []byte(`"offset":0`))
	if !found || !foundToo {
		return parts, errors.New("the page has no link or no offset")
	}
	return [3][]byte{before, between, after}, nil
}

// arrive counts a request, and says how long it came too early.
func (l *library) arrive() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total++
	now := time.Now()
	for len(l.arrivals) > 0 && now.Sub(l.arrivals[0]) >= savedWindow {
		l.arrivals = l.arrivals[1:]
	}
	if l.limit > 0 && len(l.arrivals) >= l.limit {
		l.refused++
		return l.arrivals[0].Add(savedWindow).Sub(now)
	}
	l.arrivals = append(l.arrivals, now)
	return 0
}

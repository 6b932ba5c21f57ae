package spotify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

const savedTracks = "GET /me/tracks"

// far is world with each answer so late.
func far(world *emulator.Emulator, latency time.Duration) spotify.Option {
	near := world.Client().Transport
	return spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		select {
		case <-time.After(latency):
			return near.RoundTrip(r)
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	})})
}

// readAll walks the saved tracks and says how long it took, how many requests it cost, and how
// many of these were refused.
func readAll(t *testing.T, world *emulator.Emulator, client *spotify.Client, want int) (took time.Duration, requests, refused int) {
	t.Helper()
	before, began := len(world.Ledger()), time.Now()
	seen, last := 0, time.Time{}
	for saved, err := range client.Library.AllTracks(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if !last.IsZero() && saved.AddedAt.After(last) {
			t.Fatalf("item %d of %v came after one of %v", seen, saved.AddedAt, last)
		}
		seen, last = seen+1, saved.AddedAt
	}
	if seen != want {
		t.Errorf("got %d items, want %d", seen, want)
	}
	for _, entry := range world.Ledger()[before:] {
		if requests++; entry.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	return time.Since(began), requests, refused
}

func TestWalksAreFast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := emulator.New(emulator.Config{People: []emulator.Person{{Name: "alice", SavedTracks: 4_000}}})
		client := clientOf(t, world, "alice", far(world, 50*time.Millisecond), spotify.WithCacheSize(0))
		slow, sequential, _ := readAll(t, world, client.With(spotify.WithPrefetch(0)), 4_000)
		fast, concurrent, _ := readAll(t, world, client, 4_000)
		if sequential != 80 || concurrent != 80 {
			t.Errorf("%d and %d requests, want 80 each", sequential, concurrent)
		}
		if slow != 80*50*time.Millisecond || fast > slow/8 {
			t.Errorf("took %v page by page and %v ahead, want an eighth at most", slow, fast)
		}
	})
}

// A walk within a window that Spotify enforces takes as long as it must, and is never refused.
func TestWalksKeepToTheWindow(t *testing.T) {
	t.Parallel()
	const latency = 50 * time.Millisecond
	for _, c := range []struct {
		items, limit int
		best         time.Duration // for this many pages of 50
	}{
		{3_000, 50, 30*time.Second + latency},       // 50 at once, 10 as soon as there is room
		{3_000, 20, 60*time.Second + latency},       // 20, three times
		{2_500, 10, 4*30*time.Second + latency},     // 10, five times
		{1_000, 180, 20 * latency},                  // no need to wait
		{3_000, 59, 30*time.Second + latency},       // one left over
		{1_000, 1, 19 * (30*time.Second + latency)}, // one by one
	} {
		t.Run(fmt.Sprint(c.items, " of ", c.limit), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				world := emulator.New(emulator.Config{RateLimit: c.limit, People: []emulator.Person{{Name: "alice", SavedTracks: c.items}}})
				client := clientOf(t, world, "alice", far(world, latency), spotify.WithGovernor(spotify.NewGovernor(c.limit, nil)))
				took, requests, refused := readAll(t, world, client, c.items)
				if refused != 0 || requests != c.items/50 {
					t.Errorf("%d requests, %d of them refused, want %d and 0", requests, refused, c.items/50)
				}
				if took > c.best+c.best/10 {
					t.Errorf("took %v, want %v and a tenth at most", took, c.best)
				}
			})
		})
	}
}

// A caller who leaves stops what is under way, and nothing goes on behind his back: a bubble
// does not end while a goroutine lives.
func TestLeavingAWalk(t *testing.T) {
	t.Parallel()
	for _, leaveAfter := range []int{1, 50, 51, 500} {
		synctest.Test(t, func(t *testing.T) {
			world := emulator.New(emulator.Config{People: []emulator.Person{{Name: "alice", SavedTracks: 3_000}}})
			client := clientOf(t, world, "alice", far(world, time.Second))
			began, seen := time.Now(), 0
			for _, err := range client.Library.AllTracks(t.Context(), nil) {
				if err != nil {
					t.Fatal(err)
				}
				if seen++; seen == leaveAfter {
					began = time.Now()
					break
				}
			}
			if took := time.Since(began); took != 0 {
				t.Errorf("after %d items: leaving took %v", leaveAfter, took)
			}
			synctest.Wait() // for what had reached Spotify when he left
			n := len(world.Ledger().Of(savedTracks))
			if pages := (leaveAfter + 49) / 50; n > pages+16 || pages == 1 && n > 1 {
				t.Errorf("after %d items: %d requests", leaveAfter, n)
			}
			time.Sleep(time.Minute)
			if later := len(world.Ledger().Of(savedTracks)); later != n {
				t.Errorf("after %d items: %d requests came later", leaveAfter, later-n)
			}
			if used := client.Governor().Usage().Used; used != 0 {
				t.Errorf("after %d items: %d places are held for ever", leaveAfter, used)
			}
		})
	}
}

// An error ends a walk where it stands in the list, whatever was fetched ahead.
func TestErrorsComeInTheirPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := emulator.New(emulator.Config{People: []emulator.Person{{Name: "alice", SavedTracks: 2_000}}})
		near := world.Client().Transport
		client := clientOf(t, world, "alice", spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
			time.Sleep(time.Second - time.Duration(offset)*100*time.Microsecond) // later pages come earlier
			if offset == 700 {
				return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
			}
			return near.RoundTrip(r)
		})}))
		items := 0
		var failed error
		for _, err := range client.Library.AllTracks(t.Context(), nil) {
			if failed = err; err == nil {
				items++
			}
		}
		if items != 700 || !errors.Is(failed, spotify.ErrNotFound) {
			t.Errorf("%d items, then %v, want 700 and ErrNotFound", items, failed)
		}
	})
}

// pager answers with pages of a list of numbers, as its functions say.
type pager struct {
	requests int32
	total    func(offset int) int
	next     func(offset int) int // -1: none
	size     func(offset int) int
}

func (p *pager) client() *spotify.Client {
	return spotify.New(auth.StaticToken("BQcanary"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		atomic.AddInt32(&p.requests, 1)
		time.Sleep(time.Second)
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		var items []string
		for i := range p.size(offset) {
			items = append(items, fmt.Sprintf(`{"track":{"name":"%d"}}`, offset+i))
		}
		link := "null"
		if next := p.next(offset); next >= 0 {
			link = fmt.Sprintf(`"https://evil.example/v1/me/tracks?offset=%d&limit=10"`, next)
		}
		body := fmt.Sprintf(`{"items":[%s],"limit":10,"next":%s,"offset":%d`, strings.Join(items, ","), link, offset)
		if total := p.total(offset); total >= 0 {
			body += fmt.Sprintf(`,"total":%d`, total)
		}
		return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body + "}")), Request: r}, nil
	})}))
}

func TestOddLists(t *testing.T) {
	t.Parallel()
	same := func(n int) func(int) int { return func(int) int { return n } }
	upTo := func(n int) func(int) int {
		return func(offset int) int {
			if offset+10 >= n {
				return -1
			}
			return offset + 10
		}
	}
	for name, c := range map[string]struct {
		pager
		first, items int // the last number, and how many there are
		want         error
		most         int // requests
	}{
		"as told":               {pager{total: same(100), next: upTo(100), size: same(10)}, 99, 100, nil, 10},
		"no total":              {pager{total: same(-1), next: upTo(100), size: same(10)}, 99, 100, nil, 10},
		"total beyond the list": {pager{total: same(5000), next: upTo(100), size: func(o int) int { return min(10, max(0, 100-o)) }}, 99, 100, nil, 10 + 16},
		"total too small":       {pager{total: same(30), next: upTo(100), size: same(10)}, 99, 100, nil, 10},
		"short pages":           {pager{total: same(100), next: upTo(100), size: same(7)}, 96, 70, nil, 10},
		"links that jump":       {pager{total: same(100), next: func(o int) int { return []int{10, 20, 50, -1, -1, 60, -1}[o/10] }, size: same(10)}, 69, 50, nil, 5 + 16},
		"it grew":               {pager{total: func(o int) int { return 100 + min(o/50, 1) }, next: upTo(100), size: same(10)}, 99, 100, spotify.ErrListChanged, 10},
		"it shrank":             {pager{total: func(o int) int { return 100 - min(o/50, 1) }, next: upTo(100), size: same(10)}, 99, 100, spotify.ErrListChanged, 10},
		"it became empty":       {pager{total: func(o int) int { return 100 * max(0, 1-o/50) }, next: upTo(100), size: func(o int) int { return 10 * max(0, 1-o/50) }}, 49, 50, spotify.ErrListChanged, 10},
	} {
		synctest.Test(t, func(t *testing.T) {
			var last string
			var failed error
			items := 0
			for saved, err := range c.client().Library.AllTracks(t.Context(), nil) {
				if failed = err; err == nil {
					items, last = items+1, saved.Track.Name
				}
			}
			if items != c.items || last != fmt.Sprint(c.first) || !errors.Is(failed, c.want) || c.want == nil && failed != nil {
				t.Errorf("%s: %d items, the last %q, then %v, want %d, %d and %v", name, items, last, failed, c.items, c.first, c.want)
			}
			if n := int(atomic.LoadInt32(&c.requests)); n > c.most {
				t.Errorf("%s: %d requests, want %d at most", name, n, c.most)
			}
		})
	}
}

// A server whose pages lead back to themselves is not asked for ever.
func TestWalksGoInNoCircles(t *testing.T) {
	t.Parallel()
	client := func(requests *atomic.Int32, body func(n int32) string) *spotify.Client {
		return spotify.New(auth.StaticToken("BQcanary"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
			text := body(requests.Add(1))
			return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
		})}))
	}
	const most = 10 // requests, some of them ahead
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		stuck := client(&requests, func(int32) string {
			return `{"items":[{"track":{"name":"a"}},{"track":{"name":"b"}}],"limit":2,"offset":0,"total":100,"next":"https://api.spotify.com/v1/me/tracks?offset=2&limit=2"}`
		})
		var failed error
		for _, err := range stuck.Library.AllTracks(t.Context(), nil) {
			if failed = err; requests.Load() > most {
				break
			}
		}
		if n := requests.Load(); n > most || !errors.Is(failed, spotify.ErrListChanged) {
			t.Errorf("pages that are all the first: %d requests, then %v, want %d at most and ErrListChanged", n, failed, most)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var requests atomic.Int32
		circle := client(&requests, func(n int32) string {
			return fmt.Sprintf(`{"artists":{"items":[{"id":"a"}],"next":"more","cursors":{"after":"%d"}}}`, n%2)
		})
		for range circle.Library.AllFollowedArtists(t.Context(), nil) {
			if requests.Load() > most {
				break
			}
		}
		if n := requests.Load(); n > most {
			t.Errorf("cursors that lead back: %d requests, want %d at most", n, most)
		}
	})
}

// A server whose pages always lead on is not asked for ever, by offset or by cursor, whether it
// says how many there are or not.
func TestWalksThatAlwaysLeadOn(t *testing.T) {
	t.Parallel()
	const most = 130 // requests, for pages of ten
	for _, total := range []string{`,"total":100`, `,"total":1`, `,"total":0`, ""} {
		synctest.Test(t, func(t *testing.T) {
			var requests atomic.Int32
			client := spotify.New(auth.StaticToken("BQcanary"), spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
				n := int(requests.Add(1))
				offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
				items := strings.TrimSuffix(strings.Repeat(`{"name":"a"},`, 10), ",")
				text := fmt.Sprintf(`"items":[%s],"limit":10%s,"offset":%d,"next":"https://api.spotify.com/v1/x?offset=%d","cursors":{"after":"%d"}`, items, total, offset, offset+10, n)
				return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{" + text + `,"artists":{` + text + "}}")), Request: r}, nil
			})}))
			told := strings.Contains(total, "1")
			last := func(walk iter.Seq2[string, error]) (failed error) {
				requests.Store(0)
				items := 0
				for _, err := range walk {
					if failed = err; err == nil {
						items++
					}
					if told && requests.Load() > most || items > 1<<21 {
						break
					}
				}
				return failed
			}
			for kind, walk := range map[string]iter.Seq2[string, error]{
				"offset": names(client.Library.AllTracks(t.Context(), nil), func(s spotify.SavedTrack) string { return s.Track.Name }),
				"cursor": names(client.Library.AllFollowedArtists(t.Context(), nil), func(a spotify.Artist) string { return a.Name }),
			} {
				if err := last(walk); !errors.Is(err, spotify.ErrListChanged) {
					t.Errorf("by %s, with %q: %d requests, then %v, want an end with ErrListChanged", kind, total, requests.Load(), err)
				}
			}
		})
	}
}

// names maps what a walk yields.
func names[T any](all iter.Seq2[T, error], name func(T) string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for item, err := range all {
			if !yield(name(item), err) {
				return
			}
		}
	}
}

// The caller's end is the end of all that was fetched for him.
func TestAWalkEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := emulator.New(emulator.Config{People: []emulator.Person{{Name: "alice", SavedTracks: 3_000}}})
		client := clientOf(t, world, "alice", far(world, time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), 5500*time.Millisecond)
		defer cancel()
		began := time.Now()
		var failed error
		for _, err := range client.Library.AllTracks(ctx, nil) {
			failed = err
		}
		if !errors.Is(failed, context.DeadlineExceeded) || time.Since(began) != 5500*time.Millisecond {
			t.Errorf("ended after %v with %v", time.Since(began), failed)
		}
	})
}

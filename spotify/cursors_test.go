package spotify_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/spotify"
)

// byCursor answers with followed artists, two a page, a second each; it counts those who left.
type byCursor struct {
	mu             sync.Mutex
	requests, left int
	pages          int
	refuse         int // the page that is answered with 404; 0: none
}

func (b *byCursor) client(opts ...spotify.Option) *spotify.Client {
	return spotify.New(token("alice"), append(opts, spotify.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		b.mu.Lock()
		b.requests++
		b.mu.Unlock()
		select {
		case <-time.After(time.Second):
		case <-r.Context().Done():
			b.mu.Lock()
			b.left++
			b.mu.Unlock()
			return nil, context.Cause(r.Context())
		}
		page, _ := strconv.Atoi(r.URL.Query().Get("after"))
		after := fmt.Sprintf(`"%d"`, page+1)
		if page+1 == b.pages {
			after = "null"
		}
		status := http.StatusOK
		if b.refuse > 0 && page+1 == b.refuse {
			status = http.StatusNotFound
		}
		body := fmt.Sprintf(`{"artists":{"items":[{"id":"%d"},{"id":"%d"}],"cursors":{"after":%s},"total":%d}}`, 2*page, 2*page+1, after, 2*b.pages)
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	})}))...)
}

func (b *byCursor) sent() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.requests
}

// From the second page on the next one is under way while the caller works on one; never more,
// and in order.
func TestCursorsAreFetchedAhead(t *testing.T) {
	t.Parallel()
	for prefetch, c := range map[int]struct {
		sent []int // when the caller has the first item of each page
		took time.Duration
	}{
		0: {[]int{1, 2, 3, 4, 5}, 10 * time.Second}, 2: {[]int{1, 3, 4, 5, 5}, 7 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			list := &byCursor{pages: 5}
			began, seen, sent := time.Now(), 0, []int(nil)
			for artist, err := range list.client(spotify.WithPrefetch(prefetch)).Library.AllFollowedArtists(t.Context(), nil) {
				if err != nil || string(artist.ID) != strconv.Itoa(seen) {
					t.Fatalf("prefetch %d: item %d is %q, %v", prefetch, seen, artist.ID, err)
				}
				if seen%2 == 0 {
					synctest.Wait() // for what was begun
					sent = append(sent, list.sent())
				}
				time.Sleep(500 * time.Millisecond) // a page takes the caller as long as Spotify
				seen++
			}
			if seen != 10 || !slices.Equal(sent, c.sent) || time.Since(began) != c.took {
				t.Errorf("prefetch %d: %d items in %v, requests %v, want 10 in %v, %v", prefetch, seen, time.Since(began), sent, c.took, c.sent)
			}
		})
	}
}

// Who leaves takes what is under way along, at once.
func TestLeavingACursorWalk(t *testing.T) {
	t.Parallel()
	for leaveAfter, want := range map[int]int{1: 1, 2: 1, 3: 3, 4: 3} { // requests
		synctest.Test(t, func(t *testing.T) {
			list := &byCursor{pages: 9}
			client := list.client()
			seen, began := 0, time.Now()
			for range client.Library.AllFollowedArtists(t.Context(), nil) {
				if seen++; seen == leaveAfter {
					synctest.Wait() // for what was begun
					began = time.Now()
					break
				}
			}
			if took := time.Since(began); took != 0 {
				t.Errorf("after %d items: leaving took %v", leaveAfter, took)
			}
			time.Sleep(time.Minute)
			if list.requests != want || list.left != want/3 || client.Governor().Usage().Used != 0 {
				t.Errorf("after %d items: %d requests, %d of them left, want %d and %d", leaveAfter, list.requests, list.left, want, want/3)
			}
		})
	}
}

// An error comes where it stands in the list, though it was heard before.
func TestErrorsOfCursorsComeInTheirPlace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		list := &byCursor{pages: 5, refuse: 3}
		seen := 0
		var failed error
		for _, err := range list.client().Library.AllFollowedArtists(t.Context(), nil) {
			if failed = err; err == nil {
				seen++
			}
		}
		if seen != 4 || !errors.Is(failed, spotify.ErrNotFound) || list.requests != 3 {
			t.Errorf("%d items, then %v, after %d requests, want 4, ErrNotFound and 3", seen, failed, list.requests)
		}
	})
}

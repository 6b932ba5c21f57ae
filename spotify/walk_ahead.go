package spotify

import (
	"context"
	"errors"
	"sync"
)

// fetching is a page under way, ahead of the caller.
type fetching[P any] struct {
	stop context.CancelFunc
	done chan struct{}
	page P
	err  error
}

// startFetching fetches in a goroutine that running knows of and that ends with ctx.
func startFetching[P any](ctx context.Context, running *sync.WaitGroup, fetch func(context.Context) (P, error)) *fetching[P] {
	ctx, stop := context.WithCancel(ctx)
	f := &fetching[P]{stop: stop, done: make(chan struct{})}
	running.Go(func() {
		defer close(f.done)
		f.page, f.err = fetch(ctx)
	})
	return f
}

// landed reports whether the page is there.
func (f *fetching[P]) landed() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// wait is the page, or its error.
func (f *fetching[P]) wait() (P, error) {
	<-f.done
	f.stop()
	return f.page, f.err
}

// queued reports whether a page that was fetched ahead was not sent because it had to wait for
// others for too long. The caller's own patience begins when they come to it.
func queued(err error) bool {
	refused, ok := errors.AsType[*Error](err)
	return ok && refused.Status == 0 && errors.Is(err, ErrRateLimited)
}

const (
	overTotal   = 1_000   // items, and at least as many as there are said to be: totals have been wrong
	noTotal     = 100_000 // items, where no total is told
	mostOfLists = 1 << 20 // items: no list has more, whatever its total says
)

// farEnd is where a walk ends that Spotify's links would lead on for ever.
func farEnd(total int) int {
	if total <= 0 {
		return noTotal
	}
	return min(max(2*total, total+overTotal), mostOfLists)
}

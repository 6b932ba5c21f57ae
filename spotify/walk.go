package spotify

import (
	"context"
	"errors"
	"iter"
	"sync"
)

// ErrListChanged ends a walk of All… during which the list got longer or shorter. All that
// Spotify gave was yielded before; where the pages met, items may be missing or have come
// twice. To be sure, walk it again.
var ErrListChanged = errors.New("spotify: the list changed while it was read")

// widening is how many times the pages of WithPrefetch are under way at once, at most, for a
// caller who is faster than Spotify.
const widening = 8

// walk yields all items of a list, from opts.Offset on and not beyond end (0: no end).
//
// Nothing is fetched before the caller asks, and nothing but the first page before they come
// to the second. From then on pages are fetched ahead: as many as WithPrefetch says, and where
// the total is known twice as many each time the caller had to wait, up to eight times that;
// never more than the governor has room for. An empty page ends the walk even where Spotify
// says that there are more; so does, with ErrListChanged, one that leads back, or far beyond
// what there can be. When the caller breaks, what is under way is cancelled and waited for.
func walk[T any](ctx context.Context, c *Client, opts *PageOptions, end int, fetch func(context.Context, *PageOptions) (*Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		w := &walker[T]{client: c, fetch: fetch, end: end, width: c.settings.prefetch}
		if opts != nil {
			w.next = *opts
		}
		var stop context.CancelFunc
		w.ctx, stop = context.WithCancel(ctx)
		defer w.running.Wait()
		defer stop()
		for w.more() {
			page, err := w.take()
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			w.turn(page)
		}
		if w.changed {
			yield(*new(T), ErrListChanged)
		}
	}
}

// pageAhead is a page under way, and where it begins.
type pageAhead[T any] struct {
	offset int
	*fetching[*Page[T]]
}

// walker is one walk. Only its caller's goroutine touches it; those that fetch have their own
// fetching.
type walker[T any] struct {
	ctx    context.Context // of what is under way: ends with the walk
	client *Client
	fetch  func(context.Context, *PageOptions) (*Page[T], error)
	end    int

	next    PageOptions // the page the caller comes to next
	ahead   []pageAhead[T]
	running sync.WaitGroup
	taken   int // pages
	total   int // of the first page
	stride  int // from page to page
	width   int // how many pages may be ahead of the caller
	over    bool
	changed bool
}

func (w *walker[T]) more() bool { return !w.over && (w.end == 0 || w.next.Offset < w.end) }

// take is the page the caller has come to.
func (w *walker[T]) take() (*Page[T], error) {
	if len(w.ahead) == 0 && !w.mayFetchAhead() {
		opts := w.options(w.next.Offset)
		page, err := w.fetch(w.ctx, &opts)
		return page, w.took(page, err)
	}
	if len(w.ahead) == 0 {
		w.start(w.next.Offset)
	}
	w.fetchAhead(1 + w.width)
	first := w.ahead[0]
	if !first.landed() && w.stride > 0 { // the caller is faster than Spotify
		w.width = min(2*w.width, widening*w.client.settings.prefetch)
	}
	w.ahead = w.ahead[1:]
	page, err := first.wait()
	if queued(err) {
		opts := w.options(first.offset)
		page, err = w.fetch(w.ctx, &opts)
	}
	return page, w.took(page, err)
}

// took learns from a page and goes on fetching while the caller works on it.
func (w *walker[T]) took(page *Page[T], err error) error {
	if err != nil {
		return err
	}
	if w.taken++; w.taken == 1 {
		w.total = page.Total
		if page.HasNext && page.Total > 0 {
			w.stride = page.nextOffset() - w.next.Offset
		}
	} else {
		w.changed = w.changed || w.end == 0 && page.Total != w.total // the total of a search is a guess
	}
	switch {
	case !w.mayFetchAhead() || w.taken == 1:
	case w.stride > 0:
		w.fetchAhead(w.width)
	case len(w.ahead) == 0 && page.HasNext && page.len() > 0 && w.client.governor.spare() > 0: // only the link tells
		w.start(page.nextOffset())
	}
	return nil
}

// turn goes from page to the next. Where Spotify's link leads elsewhere than expected, what
// was fetched ahead is of no use.
func (w *walker[T]) turn(page *Page[T]) {
	if !page.HasNext || page.len() == 0 {
		w.over = true
		return
	}
	asked := w.next.Offset
	if w.next.Offset = page.nextOffset(); w.next.Offset <= asked || w.next.Offset >= farEnd(page.Total) { // it would never end
		w.over, w.changed = true, true
		return
	}
	if len(w.ahead) > 0 && w.ahead[0].offset != w.next.Offset {
		for _, f := range w.ahead {
			f.stop()
		}
		w.ahead, w.stride = nil, 0
	}
}

func (w *walker[T]) mayFetchAhead() bool { return w.taken > 0 && w.width > 0 }

// fetchAhead starts pages until so many are under way, if it is known where they begin.
func (w *walker[T]) fetchAhead(most int) {
	for room := w.client.governor.spare(); w.stride > 0 && len(w.ahead) < most && room > 0; room-- {
		offset := w.next.Offset + w.stride
		if n := len(w.ahead); n > 0 {
			offset = w.ahead[n-1].offset + w.stride
		}
		if offset >= w.total || w.end > 0 && offset >= w.end {
			return
		}
		w.start(offset)
	}
}

func (w *walker[T]) start(offset int) {
	opts := w.options(offset)
	w.ahead = append(w.ahead, pageAhead[T]{offset, startFetching(w.ctx, &w.running, func(ctx context.Context) (*Page[T], error) {
		return w.fetch(ctx, &opts)
	})})
}

// options are those of the page at offset.
func (w *walker[T]) options(offset int) PageOptions {
	opts := w.next
	opts.Offset = offset
	if w.end > 0 && opts.Limit > w.end-offset {
		opts.Limit = w.end - offset
	}
	return opts
}

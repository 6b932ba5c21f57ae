package spotify

import (
	"context"
	"iter"
	"net/url"
	"strconv"
	"sync"
	"time"
)

// CursorPage is a page of a list that is walked by cursor. Members that Spotify left null are
// not in Items.
type CursorPage[T any] struct {
	Items         []T
	After, Before string // for CursorOptions; "" at the end
	Limit         int
	Total         *int // nil: Spotify does not say
	HasNext       bool
	Skipped       int // null members left out
}

func (p *CursorPage[T]) read(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "items":
			p.Items, p.Skipped = readList[T](d)
		case "cursors":
			p.readCursors(d)
		case "limit":
			p.Limit = d.integer()
		case "total":
			p.Total = d.optionalInteger()
		case "next":
			p.HasNext = d.text() != ""
		}
	}
}

func (p *CursorPage[T]) readCursors(d *decoder) {
	for name := range d.members() {
		switch string(name) {
		case "after":
			p.After = d.text()
		case "before":
			p.Before = d.text()
		}
	}
}

// CursorOptions choose a page by cursor; for All…, where to begin and how many to fetch at a
// time.
type CursorOptions struct {
	Limit  int    // 0, or more than the operation allows: the most it allows
	After  string // what comes after it: CursorPage.After, an ID; of what was played, CursorAt
	Before string // what was played before it: CursorPage.Before, CursorAt. Not together with After
}

// CursorAt is the cursor of a point in time, for what was played.
func CursorAt(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// cursorList is an operation that answers with pages by cursor.
type cursorList[T any] struct {
	client  *Client
	request request // all but the page; not changed
	key     string  // where in the answer the page is; "": the answer is the page
	back    bool    // the list goes back in time, and so does its walk
}

func (l cursorList[T]) page(ctx context.Context, opts *CursorOptions) (*CursorPage[T], error) {
	if opts == nil {
		opts = &CursorOptions{}
	}
	r := l.request
	if opts.After != "" && opts.Before != "" {
		return nil, r.refuse("After and Before exclude each other")
	}
	query, err := l.client.pageQuery(&r, &PageOptions{Limit: opts.Limit})
	if err != nil {
		return nil, err
	}
	r = r.with("limit", query.Get("limit"))
	setText(r.query, "after", opts.After)
	setText(r.query, "before", opts.Before)
	page := new(CursorPage[T])
	if err := l.client.call(ctx, &r, under(l.key, page)); err != nil {
		return nil, err
	}
	return page, nil
}

// all walks the whole list, as walk does one by offset: nothing but the first page before the
// caller comes to the second, and from then on the next page while they work on one. Only a
// page tells where the next begins, so one is ahead at most, where WithPrefetch allows any. The
// walk stops at an empty page, where a cursor leads to where it has been, and, with
// ErrListChanged, where it leads on far beyond what there can be.
func (l cursorList[T]) all(ctx context.Context, opts *CursorOptions) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		w := &cursorWalk[T]{list: l, been: map[CursorOptions]bool{}}
		if opts != nil {
			w.next = *opts
		}
		w.back = l.back && w.next.After == ""
		ctx, stop := context.WithCancel(ctx)
		defer w.running.Wait()
		defer stop()
		for !w.over {
			page, err := w.take(ctx)
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
		}
		if w.endless {
			yield(*new(T), ErrListChanged)
		}
	}
}

// cursorWalk is one walk.
type cursorWalk[T any] struct {
	list    cursorList[T]
	back    bool
	next    CursorOptions             // the page the caller comes to next
	ahead   *fetching[*CursorPage[T]] // that page, if it is under way
	running sync.WaitGroup
	been    map[CursorOptions]bool
	items   int // so far
	over    bool
	endless bool
}

// take is the page the caller has come to. The one after it is then under way.
func (w *cursorWalk[T]) take(ctx context.Context) (page *CursorPage[T], err error) {
	if w.ahead != nil {
		page, err = w.ahead.wait()
	}
	if w.ahead == nil || queued(err) {
		page, err = w.list.page(ctx, &w.next)
	}
	if w.ahead = nil; err != nil {
		return nil, err
	}
	w.turn(page)
	if client := w.list.client; !w.over && len(w.been) > 1 && client.settings.prefetch > 0 && client.governor.spare() > 0 {
		next := w.next
		w.ahead = startFetching(ctx, &w.running, func(ctx context.Context) (*CursorPage[T], error) {
			return w.list.page(ctx, &next)
		})
	}
	return page, nil
}

// turn goes from page to the next.
func (w *cursorWalk[T]) turn(page *CursorPage[T]) {
	w.been[w.next] = true
	if w.back {
		w.next.Before = page.Before
	} else {
		w.next.After, w.next.Before = page.After, ""
	}
	n := len(page.Items) + page.Skipped
	w.items += n
	w.over = n == 0 || w.been[w.next] || w.next.After == "" && w.next.Before == ""
	total := 0
	if page.Total != nil {
		total = *page.Total
	}
	if !w.over && w.items >= farEnd(total) {
		w.over, w.endless = true, true
	}
}

// setText sets a parameter that is not empty.
func setText(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

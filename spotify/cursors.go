package spotify

import (
	"context"
	"iter"
	"net/url"
	"strconv"
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

// all walks page by page. It stops at an empty page, and where a cursor leads to where it has
// been.
func (l cursorList[T]) all(ctx context.Context, opts *CursorOptions) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		next := CursorOptions{}
		if opts != nil {
			next = *opts
		}
		back := l.back && next.After == ""
		been := map[CursorOptions]bool{}
		for {
			page, err := l.page(ctx, &next)
			if err != nil {
				yield(*new(T), err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			been[next] = true
			if back {
				next.Before = page.Before
			} else {
				next.After, next.Before = page.After, ""
			}
			if len(page.Items)+page.Skipped == 0 || been[next] || next.After == "" && next.Before == "" {
				return
			}
		}
	}
}

// setText sets a parameter that is not empty.
func setText(query url.Values, name, value string) {
	if value != "" {
		query.Set(name, value)
	}
}

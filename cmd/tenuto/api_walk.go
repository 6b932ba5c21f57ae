package main

import (
	"context"
	"iter"
	"maps"
	"math"
	"strconv"

	"github.com/tenuto-dev/tenuto/spotify"
)

// pagesAhead is how many pages are fetched before the last one is written: what is in memory.
const pagesAhead = 4

// byOffset yields the items of all pages. A list that got longer or shorter meanwhile is an error
// at the end.
func (w walk) byOffset(ctx context.Context) iter.Seq2[batch, error] {
	return func(yield func(batch, error) bool) {
		var first *rawPage
		changed := false
		for page, err := range w.offsetPages(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if first == nil {
				first = page
			}
			changed = changed || first.Total != nil && page.Total != nil && *page.Total != *first.Total
			if !yield(page.Items, nil) {
				return
			}
		}
		if changed && w.call.op.PageKey != "*" { // the total of a search is a guess
			yield(nil, spotify.ErrListChanged)
		}
	}
}

// offsetPages walks on from the first page: some pages ahead where their number is known, one by
// one where it is not, or the list turns out to be longer.
func (w walk) offsetPages(ctx context.Context) iter.Seq2[*rawPage, error] {
	return func(yield func(*rawPage, error) bool) {
		offset, _ := strconv.Atoi(w.call.args.Query.Get("offset"))
		page, err := w.fetch(ctx, w.at(offset))
		if !yield(page, err) || err != nil {
			return
		}
		limit, _ := strconv.Atoi(w.call.args.Query.Get("limit"))
		step := max(limit, len(page.Items))
		if page.Total != nil && len(page.Items) > 0 && !page.last() {
			for next, err := range w.ahead(ctx, offset+step, w.end(int(min(*page.Total, mostOfLists))), step) {
				if !yield(next, err) || err != nil || len(next.Items) == 0 {
					return
				}
				page, offset = next, offset+step
			}
		}
		for w.goesOn(page, offset, step) {
			if offset += step; offset >= page.farEnd() {
				yield(nil, spotify.ErrListChanged)
				return
			}
			if page, err = w.fetch(ctx, w.at(offset)); !yield(page, err) || err != nil {
				return
			}
		}
	}
}

const (
	overTotal   = 1_000   // items, and at least as many as there are said to be: totals have been wrong
	noTotal     = 100_000 // items, where no total is told
	mostOfLists = 1 << 20 // items: no list has more, whatever its total says
)

// farEnd is where a walk ends that Spotify's links would lead on for ever.
func (p *rawPage) farEnd() int {
	if p.Total == nil || *p.Total <= 0 {
		return noTotal
	}
	return int(min(max(2**p.Total, *p.Total+overTotal), mostOfLists))
}

// goesOn reports whether more pages come after the one at an offset. Where a filter of fields left
// out the link to the next one, the total, or a short page, is the end.
func (w walk) goesOn(page *rawPage, offset, step int) bool {
	switch {
	case page.last(), len(page.Items) == 0, offset+step >= w.end(math.MaxInt):
		return false
	case page.Next == "":
		return page.Total == nil && len(page.Items) >= step
	}
	return true
}

// fetched is a page that is under way, or its error.
type fetched struct {
	page *rawPage
	err  error
}

// ahead fetches the pages from an offset to the end, some at a time, and yields them in order.
func (w walk) ahead(ctx context.Context, from, end, step int) iter.Seq2[*rawPage, error] {
	return func(yield func(*rawPage, error) bool) {
		all, stop := context.WithCancel(ctx)
		defer stop()
		underWay := make(chan chan fetched, pagesAhead-1)
		go func() {
			defer close(underWay)
			for offset := from; offset < end; offset += step {
				one := make(chan fetched, 1)
				select {
				case underWay <- one:
				case <-all.Done():
					return
				}
				go func() {
					page, err := w.fetch(all, w.at(offset))
					one <- fetched{page, err}
				}()
			}
		}()
		for one := range underWay {
			got := <-one
			if !yield(got.page, got.err) || got.err != nil {
				return
			}
		}
		if err := ctx.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// byCursor walks from page to page: back in time through what was played, unless the call begins
// after something, and forwards through all else.
func (w walk) byCursor(ctx context.Context) iter.Seq2[batch, error] {
	return func(yield func(batch, error) bool) {
		query := maps.Clone(w.call.args.Query)
		name := "after"
		if w.call.op.ID == "get-recently-played" && !query.Has("after") {
			name = "before"
		}
		been, items := map[string]bool{}, 0
		for {
			been[query.Get(name)] = true
			page, err := w.fetch(ctx, query)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page.Items, nil) {
				return
			}
			next := page.After
			if name == "before" {
				next = page.Before
			}
			items += len(page.Items)
			switch {
			case len(page.Items) == 0 || page.last() || next == "" || been[next]:
				return
			case items >= page.farEnd():
				yield(nil, spotify.ErrListChanged)
				return
			}
			query.Set(name, next)
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"strconv"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/spotify"
)

// batch is some items of a list as Spotify wrote them.
type batch = []json.RawMessage

// rawPage is one page of a list.
type rawPage struct {
	Items         batch
	Total         *float64 // nil: Spotify does not say
	Next          string   // as it is written: `null`; "" if it is left out
	After, Before string   // cursors
}

var errNoPage = errors.New("the answer is no page of a list: leave --all out to see it")

// readPage takes of a page what it understands, and does not mind the rest.
func readPage(members map[string]json.RawMessage) (*rawPage, error) {
	page := &rawPage{Next: string(members["next"])}
	if err := json.Unmarshal(members["items"], &page.Items); err != nil {
		return nil, errNoPage
	}
	var total float64
	if json.Unmarshal(members["total"], &total) == nil {
		page.Total = &total
	}
	var cursors map[string]any
	if json.Unmarshal(members["cursors"], &cursors) == nil {
		page.After, _ = cursors["after"].(string)
		page.Before, _ = cursors["before"].(string)
	}
	return page, nil
}

// last reports whether the page says that it is the last one.
func (p *rawPage) last() bool { return p.Next == "null" }

// searchReach is how far Spotify lets a search be paged.
const searchReach = 1000

// walk fetches every page of a list.
type walk struct {
	web  *web
	call *apiCall
	key  string // under which the page is; "": the answer is the page
}

// pages yields all batches of a call's list in order. Of a search for several kinds they come
// kind by kind. An error is the last one.
func (w *web) pages(ctx context.Context, call *apiCall) iter.Seq2[batch, error] {
	keys := []string{call.op.PageKey}
	var walks []walk
	if call.op.PageKey == "*" {
		keys = strings.Split(call.args.Query.Get("type"), ",")
	}
	for _, key := range keys {
		one := *call
		one.args.Query = maps.Clone(call.args.Query)
		if call.op.PageKey == "*" {
			one.args.Query.Set("type", key)
			key += "s"
		}
		walks = append(walks, walk{w, &one, key})
	}
	return func(yield func(batch, error) bool) {
		for _, one := range walks {
			for items, err := range one.all(ctx) {
				if !yield(items, err) || err != nil {
					return
				}
			}
		}
	}
}

func (w walk) all(ctx context.Context) iter.Seq2[batch, error] {
	query := w.call.args.Query
	if query.Get("limit") == "" && w.limits().Max > 0 {
		query.Set("limit", strconv.Itoa(w.limits().Max))
	}
	if w.call.op.Page == operations.CursorPage {
		return w.byCursor(ctx)
	}
	return w.byOffset(ctx)
}

// limits are those of the app's mode. Before it is learned the smaller ones are safe.
func (w walk) limits() operations.Limits {
	if w.web.mode == spotify.Extended {
		return w.call.op.Extended
	}
	return w.call.op.Development
}

// fetch gets one page, with other parameters than the call.
func (w walk) fetch(ctx context.Context, query url.Values) (*rawPage, error) {
	args := w.call.args
	args.Query = query
	var text json.RawMessage
	if err := w.web.Do(ctx, w.call.name(), &args, &text); err != nil {
		return nil, err
	}
	var answer map[string]json.RawMessage
	if err := json.Unmarshal(text, &answer); err != nil { // an array, or nothing
		return nil, errNoPage
	}
	if w.key == "" {
		return readPage(answer)
	}
	var page map[string]json.RawMessage
	if err := json.Unmarshal(answer[w.key], &page); err != nil {
		return nil, fmt.Errorf("the answer has no %s: leave --all out to see it", w.key)
	}
	if page == nil { // null: Spotify has none of this kind
		return &rawPage{Next: "null"}, nil
	}
	return readPage(page)
}

// at is the query of the page that begins at an offset.
func (w walk) at(offset int) url.Values {
	query := maps.Clone(w.call.args.Query)
	if offset > 0 {
		query.Set("offset", strconv.Itoa(offset))
	}
	return query
}

// end is how far a list of total items can be read.
func (w walk) end(total int) int {
	if w.call.op.PageKey == "*" {
		return min(total, searchReach)
	}
	return total
}

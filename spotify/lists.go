package spotify

import (
	"context"
	"iter"
	"maps"
)

// list is an operation that answers with pages. One method of a service gives a page of it,
// another walks it all.
type list[T any] struct {
	client  *Client
	request request        // all but the page; not changed
	old     Operation      // what apps with extended quota have for it, if that is another one
	adapt   func(*request) // to the operation that is called, if it takes another request
	key     string         // where in the answer the page is; "": the answer is the page
	end     int            // how far Spotify lets it be paged; 0: to its end
}

// page is one page.
func (l list[T]) page(ctx context.Context, opts *PageOptions) (*Page[T], error) {
	var page *Page[T]
	err := l.client.route(l.old, l.request.name, func(name Operation) (err error) {
		r := l.request
		r.name = name
		if r.query, err = l.client.pageQuery(&r, opts); err != nil {
			return err
		}
		maps.Copy(r.query, l.request.query)
		if l.adapt != nil {
			l.adapt(&r)
		}
		page = new(Page[T])
		if err := l.client.call(ctx, &r, under(l.key, page)); err != nil {
			return err
		}
		page.askedAt(opts)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return page, nil
}

// all walks the whole list. What it yields and when it fetches is walk's.
func (l list[T]) all(ctx context.Context, opts *PageOptions) iter.Seq2[T, error] {
	return walk(ctx, l.client, opts, l.end, l.page)
}

// get calls an operation that answers with one thing.
func get[T any](ctx context.Context, c *Client, r request) (*T, error) {
	thing := new(T)
	if err := c.call(ctx, &r, thing); err != nil {
		return nil, err
	}
	return thing, nil
}

// member is an answer of which only what is under one key matters.
type member struct {
	key string
	out model
}

// under reads out from what is under key; "": from the whole answer.
func under(key string, out model) model {
	if key == "" {
		return out
	}
	return &member{key, out}
}

func (m *member) read(d *decoder) {
	for name := range d.some() {
		if string(name) == m.key {
			d.into(m.out)
		}
	}
}

// array is an answer that is an array of objects, or has one. Null members are left out.
type array[T any] struct{ items []T }

func (a *array[T]) read(d *decoder) { a.items, _ = readList[T](d) }

// getArray calls an operation that answers with a list that has no pages.
func getArray[T any](ctx context.Context, c *Client, key string, r request) ([]T, error) {
	var found array[T]
	if err := c.call(ctx, &r, under(key, &found)); err != nil {
		return nil, err
	}
	return found.items, nil
}

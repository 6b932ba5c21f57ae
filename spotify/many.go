package spotify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// lookup is a pair of operations: one tells about several things at once, the other about one.
// Only apps with extended quota have the first.
type lookup struct {
	several, one Operation
	key          string // of the list in the answer of several
	query        url.Values
}

// getMany looks ids up. The result is positional: nil for what Spotify does not know.
func getMany[T any, I ~string](ctx context.Context, c *Client, l lookup, ids []I) (found []*T, err error) {
	if err := checkIDs(l.one, ids); err != nil {
		return nil, err
	}
	err = c.route(l.several, l.one, func(name Operation) (err error) {
		if name == l.several {
			found, err = atOnce[T](ctx, c, l, ids)
		} else {
			found, err = oneByOne[T](ctx, c, l, ids)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// slots is an array read by position: nil for its null members.
type slots[T any] struct{ items []*T }

func (s *slots[T]) read(d *decoder) {
	for range d.elements() {
		s.items = append(s.items, readOptional[T](d))
	}
}

// atOnce asks for as many as the operation takes at a time.
func atOnce[T any, I ~string](ctx context.Context, c *Client, l lookup, ids []I) ([]*T, error) {
	found := make([]*T, 0, len(ids))
	_, err := inChunks(ids, c.limits(l.several).IDs, func(chunk []I) error {
		r := request{name: l.several, query: maps.Clone(l.query)}
		r.query.Set("ids", join(chunk))
		var answer slots[T]
		if err := c.call(ctx, &r, under(l.key, &answer)); err != nil {
			return err
		}
		found = append(found, answer.items...)
		return r.sameLength(len(answer.items), len(chunk))
	})
	return found, err
}

// together is how many of one call's single look-ups are under way at a time.
const together = 4

// oneByOne asks once for each.
func oneByOne[T any, I ~string](ctx context.Context, c *Client, l lookup, ids []I) ([]*T, error) {
	places := map[I][]int{}
	for i, id := range ids {
		places[id] = append(places[id], i)
	}
	found := make([]*T, len(ids))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(together)
	for i, id := range ids {
		if places[id][0] != i {
			continue // asked for already
		}
		group.Go(func() error {
			thing, err := get[T](ctx, c, request{name: l.one, path: pathID(id), query: maps.Clone(l.query)})
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			for _, place := range places[id] {
				found[place] = thing
			}
			return nil
		})
	}
	return found, group.Wait()
}

// inChunks sends a list in parts of a size, in order, until one fails.
func inChunks[T any](items []T, size int, send func(chunk []T) error) (Progress, error) {
	var progress Progress
	for chunk := range slices.Chunk(items, size) {
		if err := send(chunk); err != nil {
			if unsure(err) {
				progress.Unsure = len(chunk)
			}
			return progress, err
		}
		progress.Done += len(chunk)
	}
	return progress, nil
}

// sameLength makes sure that the members of an answer can be told apart by their place.
func (r *request) sameLength(got, want int) error {
	if got == want {
		return nil
	}
	return r.garbled(http.StatusOK, fmt.Sprintf("%d answers to %d questions", got, want))
}

// checkIDs refuses what would spoil a list of IDs.
func checkIDs[I ~string](op Operation, ids []I) error {
	if slices.ContainsFunc(ids, func(id I) bool { return id == "" || strings.ContainsAny(string(id), ", ") }) {
		return (&request{name: op}).refuse("an ID is empty or malformed: Parse reads URIs and links")
	}
	return nil
}

// join is how Spotify wants a list in a parameter.
func join[I ~string](ids []I) string {
	var b strings.Builder
	for i, id := range ids {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(string(id))
	}
	return b.String()
}

package spotify

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// LibraryService is all that the person saved or follows.
//
// Save, Remove and Contains take things of any kind. The methods for one kind, as SaveTracks,
// do the same; apps with extended quota then use the operations from before 2026, which take
// more at a time.
type LibraryService service

// Save saves tracks, albums, episodes, shows and audiobooks, and follows artists, people and
// playlists: any number, 40 a request, in order, until one fails. Repeating is harmless.
//
// Scope: by kind user-library-modify, user-follow-modify or playlist-modify-public.
// PUT /me/library
// https://developer.spotify.com/documentation/web-api/reference/save-library-items
func (s *LibraryService) Save(ctx context.Context, uris ...URI) (Progress, error) {
	return s.change(ctx, "PUT /me/library", uris)
}

// Remove is the opposite of Save. One's own playlist disappears from the library; its link
// goes on working.
//
// Scope: by kind user-library-modify, user-follow-modify or playlist-modify-public.
// DELETE /me/library
// https://developer.spotify.com/documentation/web-api/reference/remove-library-items
func (s *LibraryService) Remove(ctx context.Context, uris ...URI) (Progress, error) {
	return s.change(ctx, "DELETE /me/library", uris)
}

// Contains says of each thing whether it is saved or followed, 40 a request. Beside an error
// stand the answers so far.
//
// Scope: by kind user-library-read, user-follow-read or playlist-read-private.
// GET /me/library/contains
// https://developer.spotify.com/documentation/web-api/reference/check-library-contains
func (s *LibraryService) Contains(ctx context.Context, uris ...URI) ([]bool, error) {
	const name = "GET /me/library/contains"
	if err := checkURIs(name, uris); err != nil {
		return nil, err
	}
	return contains(ctx, s.client, request{name: name}, "uris", uris)
}

func (s *LibraryService) change(ctx context.Context, name Operation, uris []URI) (Progress, error) {
	if err := checkURIs(name, uris); err != nil {
		return Progress{}, err
	}
	return change(ctx, s.client, request{name: name}, "uris", uris)
}

// change sends a list that is all of a command, in chunks.
func change[T ~string](ctx context.Context, c *Client, r request, parameter string, list []T) (Progress, error) {
	return inChunks(list, c.limits(r.name).IDs, func(chunk []T) error {
		part := r.with(parameter, join(chunk))
		return c.call(ctx, &part, nil)
	})
}

// contains asks a question about each member of a list, in chunks.
func contains[T ~string](ctx context.Context, c *Client, r request, parameter string, list []T) ([]bool, error) {
	found := make([]bool, 0, len(list))
	_, err := inChunks(list, c.limits(r.name).IDs, func(chunk []T) error {
		part := r.with(parameter, join(chunk))
		var answer flags
		if err := c.call(ctx, &part, &answer); err != nil {
			return err
		}
		if err := part.sameLength(len(answer), len(chunk)); err != nil {
			return err
		}
		found = append(found, answer...)
		return nil
	})
	return found, err
}

// with is the request with one more parameter.
func (r request) with(name, value string) request {
	query := url.Values{}
	maps.Copy(query, r.query)
	query.Set(name, value)
	r.query = query
	return r
}

// flags is an answer that is an array of booleans.
type flags []bool

func (f *flags) read(d *decoder) {
	for range d.elements() {
		*f = append(*f, d.boolean())
	}
}

// checkURIs refuses what would spoil a list of URIs.
func checkURIs(op Operation, uris []URI) error {
	if slices.ContainsFunc(uris, func(uri URI) bool { return uri.Kind() == "" || strings.Contains(string(uri), ",") }) {
		return (&request{name: op}).refuse("an item is no URI: ParseURI reads links")
	}
	return nil
}

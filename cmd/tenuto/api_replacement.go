package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/spotify"
)

// replacementLine is the command that does in development mode what call did before, with its
// IDs where they are known.
func replacementLine(op *operations.Operation, call *apiCall) string {
	current, ok := operations.Lookup(op.Replacement)
	if !ok {
		return op.Replacement
	}
	line := "tenuto api " + current.ID
	ids := call.ids()
	switch {
	case strings.HasPrefix(current.Path, "/me/library"):
		return line + " uris=" + urisOf(op, call, ids)
	case strings.HasSuffix(current.Path, "/{id}") && len(ids) > 0:
		return line + " id=" + ids[0]
	case strings.Contains(current.Path, "{id}") && call.args.Path["id"] != "":
		return line + " id=" + call.args.Path["id"]
	case strings.Contains(current.Path, "{id}"):
		return line + " id=…"
	}
	return line
}

// ids are those in the query of a call, or in its body.
func (c *apiCall) ids() []string {
	if list := c.args.Query.Get("ids"); list != "" {
		return strings.Split(list, ",")
	}
	var body struct{ IDs []string }
	text, _ := c.args.Body.(json.RawMessage)
	if json.Unmarshal(text, &body) != nil {
		return nil
	}
	return body.IDs
}

// urisOf are the URIs of what an operation on saved and followed things was about.
func urisOf(op *operations.Operation, call *apiCall, ids []string) string {
	segments := strings.Split(op.Path, "/")
	kind := kindOfPath[segments[len(segments)-1]]
	switch {
	case slices.Contains(segments, "playlists"): // /playlists/{id}/followers
		kind = spotify.KindPlaylist
		ids = []string{call.args.Path["id"]}
	case slices.Contains(segments, "following"):
		kind = spotify.Kind(call.args.Query.Get("type"))
	case kind == "" && len(segments) > 2: // /me/tracks/contains
		kind = kindOfPath[segments[2]]
	}
	if kind == "" || len(ids) == 0 {
		return "spotify:…"
	}
	uris := make([]string, len(ids))
	for i, id := range ids {
		uris[i] = fmt.Sprintf("spotify:%s:%s", kind, id)
	}
	return strings.Join(uris, ",")
}

package main

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// target is the operation that the first words of "tenuto api" name, and what they say besides.
type target struct {
	op    *operations.Operation
	path  map[string]string // values of the operation's parameters
	alias map[string]string // what the caller called them: "playlist_id" for "id"
	query url.Values
}

var methodNames = []string{"GET", "PUT", "POST", "DELETE"}

// findTarget reads an operation in one of its forms, and returns the words after it:
//
//	get-playlist
//	"GET /playlists/{id}"
//	GET /playlists/37i9dQZF1DX4sWSpwq3LiO?fields=name
//	GET https://api.spotify.com/v1/me
//	/me
func findTarget(words []string, base string) (*target, []string, error) {
	if len(words) == 0 {
		return nil, nil, usage(listHint, "which operation?")
	}
	method, path, rest := "", words[0], words[1:]
	if first, second, ok := strings.Cut(words[0], " "); ok {
		method, path = first, strings.TrimSpace(second)
	} else if isMethod(words[0]) {
		if len(rest) == 0 {
			return nil, nil, usage(`for example: tenuto api GET /me`, "%s what?", strings.ToUpper(words[0]))
		}
		method, path, rest = words[0], rest[0], rest[1:]
	}
	switch {
	case method != "":
	case strings.HasPrefix(path, "/"), strings.Contains(path, "://"):
		method = "GET"
	default:
		t, err := targetWithID(path)
		return t, rest, err
	}
	t, err := targetAt(strings.ToUpper(method), path, base)
	return t, rest, err
}

const listHint = `"tenuto api --list" lists the operations, and "tenuto api --list WORD" those with a word`

func isMethod(word string) bool {
	return slices.Contains(methodNames, strings.ToUpper(word)) || strings.EqualFold(word, "PATCH")
}

// targetWithID finds an operation by Spotify's name for it.
func targetWithID(id string) (*target, error) {
	all := operations.All()
	at := slices.IndexFunc(all, func(op operations.Operation) bool { return strings.EqualFold(op.ID, id) })
	if at >= 0 {
		return &target{op: &all[at], query: url.Values{}}, nil
	}
	hint := listHint
	if near := nearest(id); near != "" {
		hint = fmt.Sprintf("did you mean %q? ", near) + listHint
	}
	return nil, usage(hint, "there is no operation %q", id)
}

// nearest is the operation whose ID begins with id, or shares most words with it, at least half.
func nearest(id string) (best string) {
	for _, op := range operations.All() {
		if strings.HasPrefix(op.ID, strings.ToLower(id)) && (best == "" || len(op.ID) < len(best)) {
			best = op.ID
		}
	}
	if best != "" {
		return best
	}
	words := strings.FieldsFunc(strings.ToLower(id), func(r rune) bool { return r == '-' || r == '_' || r == ' ' })
	most := (len(words) + 1) / 2
	for _, op := range operations.All() {
		shared := 0
		for _, word := range words {
			if strings.Contains("-"+op.ID+"-", "-"+word+"-") || strings.Contains("-"+op.ID+"-", "-"+word+"s-") {
				shared++
			}
		}
		if shared > most || shared == most && shared > 0 && (best == "" || len(op.ID) < len(best)) {
			best, most = op.ID, shared
		}
	}
	return best
}

// targetAt finds the operation of a method and a path, which may be a template, or an address at
// the Web API.
func targetAt(method, path, base string) (*target, error) {
	path, query, err := splitPath(path, base)
	if err != nil {
		return nil, err
	}
	if op, ok := operations.Lookup(method + " " + path); ok {
		return &target{op: op, alias: aliases(op.Path, path), query: query}, nil
	}
	if op, params, ok := operations.Match(method, path); ok {
		return &target{op: op, path: params, query: query}, nil
	}
	hint := listHint
	if others := otherMethods(method, path); len(others) > 0 {
		hint = "there is " + strings.Join(others, " and ")
	}
	return nil, usage(hint, "Spotify has no operation %s %s", method, path)
}

// aliases are the caller's names for the parameters of a template.
func aliases(template, path string) map[string]string {
	theirs := strings.Split(path, "/")
	names := map[string]string{}
	for i, segment := range strings.Split(template, "/") {
		if strings.HasPrefix(segment, "{") {
			names[strings.Trim(theirs[i], "{}")] = strings.Trim(segment, "{}")
		}
	}
	return names
}

// otherMethods are the operations at path.
func otherMethods(method, path string) (names []string) {
	for _, other := range methodNames {
		if op, _, ok := operations.Match(other, path); ok && other != method {
			names = append(names, op.Name())
		}
	}
	return names
}

// officialAPI is where the Web API is.
const officialAPI = "https://api.spotify.com/v1"

// splitPath reads a path as people copy them: with or without /v1 or the address of the Web API,
// with or without a query. Any other address is refused: nothing is ever sent there.
func splitPath(text, base string) (string, url.Values, error) {
	if strings.Contains(text, "://") {
		path, ours := cutBase(text, cmp.Or(base, officialAPI))
		if !ours {
			path, ours = cutBase(text, officialAPI)
		}
		if !ours {
			return "", nil, usage("write the path alone, or an address that begins with "+cmp.Or(base, officialAPI),
				"this is not an address of Spotify's Web API, and gets no token of yours")
		}
		text = path
	}
	path, search, _ := strings.Cut(text, "?")
	query, err := url.ParseQuery(search)
	if err != nil {
		return "", nil, usage("quote the whole path for your shell, or give parameters as name=value", "the query makes no sense: %w", err)
	}
	path = strings.TrimPrefix("/"+strings.TrimLeft(path, "/"), "/v1/")
	return "/" + strings.Trim(path, "/"), query, nil
}

// cutBase is what follows the address base, if text begins with it.
func cutBase(text, base string) (string, bool) {
	rest, ok := strings.CutPrefix(text, strings.TrimRight(base, "/"))
	return rest, ok && (strings.HasPrefix(rest, "/") || rest == "")
}

package operations

import (
	"net/url"
	"strings"
)

// node is one step of the paths: the operations that end here, by method, and the ways on.
type node struct {
	operations map[string]*Operation
	literal    map[string]*node
	parameter  *node
	name       string // of parameter, without braces
}

// root is the tree of all paths, built once and only read afterwards.
var root = buildTree()

func buildTree() *node {
	root := newNode()
	for i := range all {
		n := root
		for segment := range strings.SplitSeq(all[i].Path[1:], "/") {
			n = n.child(segment)
		}
		n.operations[all[i].Method] = &all[i]
	}
	return root
}

// byName has each operation under its own name, as most ask for it.
var byName = func() map[string]*Operation {
	names := make(map[string]*Operation, len(all))
	for i := range all {
		names[all[i].Name()] = &all[i]
	}
	return names
}()

func newNode() *node {
	return &node{operations: map[string]*Operation{}, literal: map[string]*node{}}
}

// child is the way on along a segment of a template; it is made if it is not there.
func (n *node) child(segment string) *node {
	if name, ok := parameterName(segment); ok {
		if n.parameter == nil {
			n.parameter, n.name = newNode(), name
		}
		return n.parameter
	}
	if n.literal[segment] == nil {
		n.literal[segment] = newNode()
	}
	return n.literal[segment]
}

func parameterName(segment string) (name string, ok bool) {
	if len(segment) > 2 && segment[0] == '{' && segment[len(segment)-1] == '}' {
		return segment[1 : len(segment)-1], true
	}
	return "", false
}

// Lookup finds an operation by its name, "GET /playlists/{id}/items". What stands in the
// braces does not matter: "{playlist_id}" finds the same one.
func Lookup(name string) (*Operation, bool) {
	if op, ok := byName[name]; ok {
		return op, true
	}
	method, path, ok := strings.Cut(name, " ")
	if !ok || !strings.HasPrefix(path, "/") {
		return nil, false
	}
	n := root
	for segment := range strings.SplitSeq(path[1:], "/") {
		if _, isParameter := parameterName(segment); isParameter {
			n = n.parameter
		} else {
			n = n.literal[segment]
		}
		if n == nil {
			return nil, false
		}
	}
	op, ok := n.operations[method]
	return op, ok
}

// Match finds the operation of a request and the values of its parameters, unescaped. path is
// what follows /v1, still escaped (url.URL.EscapedPath): "/playlists/37i9dQZF1DX/items". One
// trailing slash is ignored. params is nil for an operation without parameters.
func Match(method, path string) (op *Operation, params map[string]string, ok bool) {
	if !strings.HasPrefix(path, "/") {
		return nil, nil, false
	}
	n := root
	for rest, more := strings.TrimSuffix(path[1:], "/"), true; more; {
		var segment string
		segment, rest, more = strings.Cut(rest, "/")
		if next := n.literal[segment]; next != nil {
			n = next
			continue
		}
		if n.parameter == nil || segment == "" {
			return nil, nil, false
		}
		value, err := url.PathUnescape(segment)
		if err != nil {
			return nil, nil, false
		}
		if params == nil {
			params = make(map[string]string, 1)
		}
		params[n.name] = value
		n = n.parameter
	}
	if op, ok = n.operations[method]; !ok {
		return nil, nil, false
	}
	return op, params, true
}

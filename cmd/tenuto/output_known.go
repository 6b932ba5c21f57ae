package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// checkColumns looks whether the first items of a list have what was asked for with --columns. Where they have none
// of it that was a slip; a single column may belong to later ones.
func (o *printer) checkColumns(items batch) error {
	if len(o.columns) == 0 || len(items) == 0 {
		return nil
	}
	all := make([]item, len(items))
	for i, text := range items {
		all[i] = readItem(text)
	}
	unknown := slices.DeleteFunc(slices.Clone(o.columns), func(path string) bool {
		return slices.ContainsFunc(all, func(i item) bool { return i.has(path) })
	})
	if len(unknown) == 0 {
		return nil
	}
	slip := fmt.Sprintf("--columns: nothing here has %s", strings.Join(unknown, " or "))
	hint := "there are " + oneLine(strings.Join(pathsOf(all), ", "))
	if len(pathsOf(all)) == 0 {
		hint = "there are no columns: leave --columns out"
	}
	if len(unknown) == len(o.columns) && !o.changed {
		return usage(hint, "%s", slip)
	}
	o.note(slip + "; " + hint)
	return nil
}

// has reports whether the item, or what it is wrapped in, has something at one of paths, if only null: what would
// be inside of that is not known.
func (i item) has(paths string) bool {
	for path := range strings.SplitSeq(paths, "|") {
		if hasAt(i.inner, path) || hasAt(i.outer, path) {
			return true
		}
	}
	return false
}

func hasAt(value any, path string) bool {
	if path == "" {
		return true
	}
	switch value := value.(type) {
	case nil:
		return true
	case map[string]any:
		name, rest, _ := strings.Cut(path, ".")
		member, ok := value[name]
		return ok && hasAt(member, rest)
	case []any:
		return len(value) == 0 || slices.ContainsFunc(value, func(member any) bool { return hasAt(member, path) })
	}
	return false
}

// pathsOf are the columns that items have, by name: those of the things themselves, then those of what they are
// wrapped in.
func pathsOf(items []item) []string {
	inner, outer := map[string]bool{}, map[string]bool{}
	for _, i := range items {
		collect(inner, "", i.inner, 2)
		collect(outer, "", i.outer, 1)
	}
	for path := range inner {
		delete(outer, path)
	}
	return slices.Concat(slices.Sorted(maps.Keys(inner)), slices.Sorted(maps.Keys(outer)))
}

// collect adds the paths in value that lead to text, numbers and the like, or lists of them.
func collect(paths map[string]bool, path string, value any, deep int) {
	switch value := value.(type) {
	case map[string]any:
		if deep == 0 {
			return
		}
		for name, member := range value {
			collect(paths, strings.TrimPrefix(path+"."+name, "."), member, deep-1)
		}
	case []any:
		for _, member := range value {
			collect(paths, path, member, deep)
		}
		if len(value) == 0 && path != "" {
			paths[path] = true
		}
	case json.Number, string, bool, nil:
		if path != "" {
			paths[path] = true
		}
	}
}

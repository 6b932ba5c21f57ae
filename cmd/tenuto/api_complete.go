package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// completeAPI offers operations and methods, the paths of a method, and the parameters of an
// operation that is there already.
func completeAPI(cmd *cobra.Command, words []string, begun string) ([]string, cobra.ShellCompDirective) {
	var offered []string
	add := func(word, about string) {
		if strings.HasPrefix(word, begun) {
			offered = append(offered, cobra.CompletionWithDesc(word, about))
		}
	}
	switch {
	case len(words) == 0:
		for _, op := range operations.All() {
			add(op.ID, op.Name())
		}
		for _, method := range methodNames {
			add(method, "and a path")
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	case len(words) == 1 && isMethod(words[0]):
		for _, op := range operations.All() {
			if strings.EqualFold(op.Method, words[0]) {
				add(op.Path, op.ID)
			}
		}
		return offered, cobra.ShellCompDirectiveNoFileComp
	}
	base, _ := cmd.Flags().GetString("api-url")
	target, rest, err := findTarget(words, base)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	for _, name := range parameterNames(target) {
		if !slices.ContainsFunc(rest, func(word string) bool { return strings.HasPrefix(word, name+"=") }) {
			add(name+"=", "")
		}
	}
	return offered, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// parameterNames are the parameters of a target that the table knows.
func parameterNames(t *target) (names []string) {
	for _, name := range parametersOf(t.op) {
		if t.path[name] == "" {
			names = append(names, name)
		}
	}
	library := strings.HasPrefix(t.op.Path, "/me/library")
	switch {
	case t.op.PageKey == "*":
		names = append(names, "q", "type")
	case library:
		names = append(names, "uris")
	case t.op.Development.IDs > 0 && !strings.HasPrefix(t.op.Path, "/playlists/"):
		names = append(names, "ids")
	}
	if t.op.Page != operations.NoPage {
		names = append(names, "limit")
	}
	if t.op.Page == operations.OffsetPage {
		names = append(names, "offset")
	}
	if t.op.Page == operations.CursorPage {
		names = append(names, "after")
	}
	if t.op.Market {
		names = append(names, "market")
	}
	return names
}

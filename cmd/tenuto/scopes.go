package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/auth"
)

// scopesTopic is a page of help: "tenuto help scopes".
func scopesTopic() *cobra.Command {
	var list strings.Builder
	for scope := range auth.EveryScope().All() {
		kind := "reads"
		if auth.WriteScopes().Has(scope) {
			kind = "changes"
		}
		fmt.Fprintf(&list, "  %-8s %s\n", kind, scope)
	}
	return &cobra.Command{
		Use:   "scopes",
		Short: "What a person can be asked to permit",
		Long: "A scope is one permission. --scope takes Spotify's names, and read, write or every for all\n" +
			"of a kind:\n\n" + list.String(),
	}
}

// parseScopes reads the words of --scope flags: scopes, separated by spaces or commas, and the
// words read, write and every. A scope that Spotify does not know would fail the login at
// Spotify, so it is refused here.
func parseScopes(words []string) (auth.ScopeSet, error) {
	var set auth.ScopeSet
	for _, word := range strings.FieldsFunc(strings.Join(words, " "), func(r rune) bool { return r == ' ' || r == ',' }) {
		switch word {
		case "read":
			set = set.Union(auth.ReadScopes())
		case "write":
			set = set.Union(auth.WriteScopes())
		case "every":
			set = set.Union(auth.EveryScope())
		default:
			if !auth.EveryScope().Has(auth.Scope(word)) {
				return auth.ScopeSet{}, usage(`"tenuto help scopes" lists them`, "--scope: Spotify has no scope %q", word)
			}
			set = set.Union(auth.Scopes(auth.Scope(word)))
		}
	}
	return set, nil
}

package spotify

import (
	"slices"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/operations"
)

// ScopesFor is the least set of scopes with which all of ops work, on every item: for adding
// to a playlist that is both playlist-modify-public and playlist-modify-private. An unknown
// operation is ErrConfig.
func ScopesFor(ops ...Operation) (auth.ScopeSet, error) {
	var need auth.ScopeSet
	var choices [][]string
	for _, name := range ops {
		op, ok := operations.Lookup(string(name))
		if !ok {
			return auth.ScopeSet{}, unknownOperation(name)
		}
		sure := *op
		if sure.AnyOf = nil; len(op.AnyOf) > 0 {
			choices = append(choices, op.AnyOf)
		}
		need = need.Union(scopeSet(sure.Needed()))
	}
	for _, anyOf := range choices { // last, when something that suffices may be there already
		has := func(scope string) bool { return need.Has(auth.Scope(scope)) }
		if !slices.ContainsFunc(anyOf, has) {
			need = need.Union(scopeSet(anyOf[:1]))
		}
	}
	return need, nil
}

// Lack is an operation for which a granted set is not enough.
type Lack struct {
	Operation Operation
	Missing   auth.ScopeSet // what it needs besides
	Partly    bool          // it works on some items: on public playlists, say, but not on private ones
}

// Missing says which of ops would fail with granted, and what for; nil if all of them work on
// every item. Ask people for granted.Union of what is missing: a consent replaces the one
// before. An unknown operation is ErrConfig.
func Missing(granted auth.ScopeSet, ops ...Operation) ([]Lack, error) {
	has := func(scope string) bool { return granted.Has(auth.Scope(scope)) }
	var lacks []Lack
	for _, name := range ops {
		op, ok := operations.Lookup(string(name))
		if !ok {
			return nil, unknownOperation(name)
		}
		missing := scopeSet(op.Missing("", has))
		partly := missing.Len() == 0
		for _, by := range op.ByItem {
			missing = missing.Union(scopeSet(op.Missing(by.Item, has)))
			partly = partly || len(op.Missing(by.Item, has)) == 0
		}
		if missing.Len() > 0 {
			lacks = append(lacks, Lack{Operation(op.Name()), missing, partly})
		}
	}
	return lacks, nil
}

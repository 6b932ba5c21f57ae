// Scopes shows scopes as sets, and finds the fewest that a program needs.
package main

import (
	"fmt"
	"log"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

func main() {
	plan := []spotify.Operation{ // docs/operations.md lists all 96, with their methods
		"GET /me/player/currently-playing",
		"GET /me/tracks",
		"POST /playlists/{id}/items",
	}
	need, err := spotify.ScopesFor(plan...)
	if err != nil {
		log.Fatal(err)
	}
	granted := auth.ParseScopes("user-library-read user-top-read")

	missing := need.Minus(granted)
	fmt.Println("granted:", granted)
	fmt.Println("needed:", need)
	fmt.Println("missing:", missing)
	lacks, err := spotify.Missing(granted, plan...)
	if err != nil {
		log.Fatal(err)
	}
	for _, lack := range lacks {
		fmt.Printf("%s would fail without %s\n", lack.Operation, lack.Missing)
	}
	fmt.Println("to ask for:", granted.Union(missing)) // a consent replaces the one before: ask for both

	safe := auth.EveryScope().Minus(auth.WriteScopes())
	fmt.Println("reading is safe:", safe.Contains(auth.ReadScopes()), "streaming is:", safe.Has(auth.ScopeStreaming))

	same := auth.Scopes(auth.ScopeUserTopRead, auth.ScopeUserLibraryRead) == granted
	fmt.Println("order does not matter:", same)
	for scope := range missing.All() {
		fmt.Println(" -", scope)
	}
}

// Package operations is Spotify's table: every operation of the Web API with its scopes, state
// and limits, as of November 2026.
//
// It imports nothing of ours; the client, the emulator, the server and the command line all
// read it. The rows are those of Spotify's own OpenAPI file, in its order, corrected where the
// service is known to differ from it.
package operations

import "slices"

// State says which apps may call an operation.
type State string

const (
	Active     State = "active"     // every app
	Closed     State = "closed"     // closed to development-mode apps since February 2026
	Restricted State = "restricted" // closed to apps that were new or in development mode on 2024-11-27
)

// PageKind is the shape of an operation's list.
type PageKind string

const (
	NoPage     PageKind = ""
	OffsetPage PageKind = "offset" // limit, offset, total
	CursorPage PageKind = "cursor" // limit, after, before
)

// Limits bound one call; 0 where there is none.
type Limits struct {
	Default, Max int // items per page
	IDs          int // ids or URIs per call
}

// pages are the limits of nearly every list.
var pages = Limits{Default: 20, Max: 50}

// Operation is one row: a method and a path template.
type Operation struct {
	Method, Path string // "GET", "/playlists/{id}/items"
	ID           string // Spotify's operationId: "get-playlists-items"
	Tag          string // Spotify's first tag: "Playlists"

	// A call needs all of Scopes, one of AnyOf, and what ByItem says about its item: the
	// visibility of a playlist, the kind of a URI. See Missing and Needed.
	Scopes   []string
	AnyOf    []string
	ByItem   []ItemScope
	Optional []string // the call works without them; they widen the answer
	UserOnly bool     // an application token is not enough

	State       State
	Replacement string // name of what development mode has instead: "PUT /me/library"; "" for nothing

	Market      bool   // takes the parameter market
	Development Limits // for apps in development mode
	Extended    Limits // for apps in extended quota mode
	Page        PageKind
	PageKey     string // under which key of the answer the page is: "albums"; "*": one for each requested type
}

// Name is "GET /playlists/{id}/items".
func (o *Operation) Name() string { return o.Method + " " + o.Path }

// all is the table. In the literals Extended is written only where it differs.
var all = func() []Operation {
	rows := slices.Concat(catalogue, library, browse, player)
	for i := range rows {
		if rows[i].Extended == (Limits{}) {
			rows[i].Extended = rows[i].Development
		}
	}
	return rows
}()

// All returns the 96 operations in Spotify's order. The slice is shared: do not change it.
func All() []Operation { return all }

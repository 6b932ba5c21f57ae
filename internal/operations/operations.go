// Package operations is Spotify's table: every operation of the Web API with its scopes, state and limits.
// It imports nothing of ours; the client, the emulator, the server and the command line all read it.
package operations

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
	OffsetPage PageKind = "offset"
	CursorPage PageKind = "cursor"
)

// Limits bound one call; 0 where there is none.
type Limits struct {
	Default, Max int // items per page
	IDs          int // ids or URIs per call
}

// Operation is one row: a method and a path template.
type Operation struct {
	Method, Path string // "GET", "/playlists/{id}/items"
	ID           string // Spotify's operationId: "get-playlists-items"
	Tag          string // Spotify's tag: "Playlists"
	Scopes       []string
	Optional     []string // widen the answer
	State        State
	Replacement  string // "PUT /me/library"; "" if there is none
	Development  Limits
	Extended     Limits
	Page         PageKind
	UserOnly     bool // an application token is not enough
}

// Name is "GET /playlists/{id}/items".
func (o *Operation) Name() string { return o.Method + " " + o.Path }

// All returns the 96 operations in Spotify's order. The slice is shared: do not change it.
func All() []Operation { return nil }

// Lookup finds an operation by its name. Parameter names in braces do not matter.
func Lookup(name string) (*Operation, bool) { return nil, false }

// Match finds the operation of a request, path below /v1, and the values of its parameters, unescaped.
// A trailing slash is ignored.
func Match(method, path string) (op *Operation, params map[string]string, ok bool) {
	return nil, nil, false
}

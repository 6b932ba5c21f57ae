package emulator

import (
	"slices"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// admitted makes the checks that come before the operation itself, in Spotify's order: may
// this app call at all, for this person, this operation; is it a person; with what consent.
func (c *call) admitted() *apiError {
	switch app := c.app; {
	case app.OwnerFree:
		return errOwnerFree
	case !app.Extended && c.person != nil && app.Allowlist != nil && !slices.Contains(app.Allowlist, c.person.Name):
		return errNotListed
	case !app.Extended && c.op.State != operations.Active:
		return closed(c.op)
	case c.op.UserOnly && c.person == nil:
		return errUserRequired
	}
	if len(c.op.ByItem) > 0 { // allow decides once the item is known
		return c.lacking(slices.DeleteFunc(slices.Clone(c.op.Scopes), c.has))
	}
	return c.lacking(c.op.Missing("", c.has))
}

// closed is how the gateway refuses an operation to an app in development mode.
func closed(op *operations.Operation) *apiError {
	if op.ID == "get-recommendations" || op.ID == "get-recommendation-genres" {
		return errGone
	}
	return errForbidden
}

func (c *call) has(scope string) bool { return c.scopes[scope] }

// allow checks the scopes that an operation needs for the kinds of item it is about: "public"
// or "private" for a playlist, the kind of a URI for the library.
func (c *call) allow(items ...string) *apiError {
	var needed, missing []string
	for _, item := range items {
		needed = append(needed, c.op.Missing(item, func(string) bool { return false })...)
		missing = append(missing, c.op.Missing(item, c.has)...)
	}
	slices.Sort(needed)
	c.e.needed(c.r, slices.Compact(needed)...)
	return c.lacking(missing)
}

// lacking refuses a call without enough scope. Reads of the player answer as if the token were
// no good: a client that refreshes on every 401 goes round for ever.
func (c *call) lacking(missing []string) *apiError {
	switch {
	case len(missing) == 0:
		return nil
	case c.op.Tag == "Player" && c.op.Method == "GET":
		return errPermissions
	}
	return errScope
}

// visibility is a playlist's kind for allow.
func visibility(p *playlist) string {
	if p.Public {
		return "public"
	}
	return "private"
}

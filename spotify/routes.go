package spotify

import (
	"errors"
	"sync/atomic"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// In February 2026 Spotify closed 40 operations to apps in development mode and gave them new
// ones for some. Apps with extended quota have both. The old ones say more and take more at a
// time, so they are used where they are open.

// route calls send with old where this app may use it, else with current. "": there is no old
// one.
func (c *Client) route(old, current Operation, send func(Operation) error) error {
	if old == "" || !c.open(old) {
		return send(current)
	}
	err := send(old)
	if errors.Is(err, ErrOperationClosed) && c.settings.mode == Learned { // now we know
		return send(current)
	}
	return err
}

// open reports whether this app may call an operation, as far as we know.
func (c *Client) open(name Operation) bool {
	op, ok := operations.Lookup(string(name))
	return ok && (op.State == operations.Active || c.mode() == Extended)
}

// mode is what Spotify allows the app: what WithMode says, or what was learned. Until then it
// is taken for extended.
func (c *Client) mode() Mode {
	switch {
	case c.settings.mode != Learned:
		return c.settings.mode
	case c.closed.Load():
		return Development
	}
	return Extended
}

// learn remembers that Spotify refused what apps with extended quota may call. Restricted
// operations teach nothing: it is the age of the app that decides about them.
func (c *Client) learn(r *request, err error) {
	if r.op != nil && r.op.State == operations.Closed && errors.Is(err, ErrOperationClosed) {
		c.closed.Store(true)
	}
}

// lesson is whether an app turned out to be in development mode: of all its clients.
type lesson = atomic.Bool

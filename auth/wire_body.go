package auth

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
)

// committed is the body of a request that may be called back until its first byte is read,
// and never after: no server acts on a form that it has not got. It works with every
// transport, since all of them read the body when they are about to send it.
type committed struct {
	*strings.Reader
	ctx   context.Context // the caller's, for the reason
	text  string
	state *atomic.Int32 // shared with the copies of GetBody
}

const (
	stateOpen int32 = iota // nothing was read
	stateSent              // bytes may have left
	stateBack              // the caller left first
)

func newCommitted(ctx context.Context, text string) *committed {
	return &committed{Reader: strings.NewReader(text), ctx: ctx, text: text, state: new(atomic.Int32)}
}

func (c *committed) size() int64 { return int64(len(c.text)) }

// callBack reports whether it was early enough.
func (c *committed) callBack() bool   { return c.state.CompareAndSwap(stateOpen, stateBack) }
func (c *committed) calledBack() bool { return c.state.Load() == stateBack }

func (c *committed) commit() error {
	if c.state.CompareAndSwap(stateOpen, stateSent) || c.state.Load() == stateSent {
		return nil
	}
	return context.Cause(c.ctx)
}

func (c *committed) Read(p []byte) (int, error) {
	if err := c.commit(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}

// WriteTo keeps io.Copy from going round Read.
func (c *committed) WriteTo(w io.Writer) (int64, error) {
	if err := c.commit(); err != nil {
		return 0, err
	}
	return c.Reader.WriteTo(w)
}

func (c *committed) Close() error { return nil }

func (c *committed) again() (io.ReadCloser, error) {
	if c.calledBack() {
		return nil, errors.New("auth: called back")
	}
	return &committed{Reader: strings.NewReader(c.text), ctx: c.ctx, text: c.text, state: c.state}, nil
}

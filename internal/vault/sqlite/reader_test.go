package sqlite

import (
	"context"
	"errors"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// A reader that must wait leaves with its context.
func TestWaitingForAReader(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	var taken []*conn
	for range maxReaders {
		c, err := tb.readers.take(t.Context())
		try(t, err)
		taken = append(taken, c)
	}
	ctx, leave := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		_, err := tb.Meta(ctx, "x")
		answer <- err
	}()
	leave()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("read while all readers are busy = %v, want Canceled", err)
	}
	for _, c := range taken {
		tb.readers.give(c)
	}
	if _, err := tb.Meta(t.Context(), "x"); err != nil {
		t.Errorf("read when readers are free = %v, want nil", err)
	}
}

func TestReadersCannotWrite(t *testing.T) {
	t.Parallel()
	tb := newTables(t)
	_, err := read(t.Context(), tb.readers, "write", func(c *conn) (int64, error) {
		return c.exec(`INSERT INTO meta (name, value) VALUES ('x', x'00')`)
	})
	if !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("insert by a reader = %v, want ErrReadOnly", err)
	}
}

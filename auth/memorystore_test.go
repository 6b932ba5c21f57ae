package auth_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
)

func TestMemoryStore(t *testing.T) {
	t.Parallel()
	authtest.RunStoreInBubble(t, shared(func(*testing.T) func() auth.Store {
		s := &auth.MemoryStore{}
		return func() auth.Store { return s }
	}))
}

// TestMemoryStoreInRealTime runs the suite as stores with sockets do.
func TestMemoryStoreInRealTime(t *testing.T) {
	t.Parallel()
	authtest.RunStore(t, shared(func(*testing.T) func() auth.Store {
		s := &auth.MemoryStore{}
		return func() auth.Store { return s }
	}))
}

package auth_test

import (
	"sync"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
)

// shared makes a newStore for authtest: open is called once per test and returns what opens
// another handle on the same data.
func shared(open func(t *testing.T) func() auth.Store) func(t *testing.T) auth.Store {
	var handles sync.Map
	return func(t *testing.T) auth.Store {
		t.Helper()
		handle, known := handles.Load(t)
		if !known {
			handle = open(t)
			handles.Store(t, handle)
		}
		return handle.(func() auth.Store)()
	}
}

package auth_test

import (
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
)

// openFiles opens handles on a store in a directory of its own.
func openFiles(t *testing.T) func() auth.Store {
	dir := t.TempDir()
	return func() auth.Store {
		s, err := auth.NewFileStore(dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestFileStore(t *testing.T) {
	t.Parallel()
	authtest.RunStoreInBubble(t, shared(openFiles))
}

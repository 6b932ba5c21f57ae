package pgtest

import (
	"context"
	"errors"
	"os"
	"sync"
	"testing"
)

// shared is the server of all tests of a process. It ends with the process.
var shared = sync.OnceValues(func() (*Server, error) {
	return New(context.Background(), Options{URL: os.Getenv("TENUTO_TEST_POSTGRES")})
})

// Database is the URL of an empty database for one test, on a server that the tests of a process share. It is
// dropped at the end of the test. Without PostgreSQL the test is skipped.
func Database(t testing.TB) string {
	t.Helper()
	url, err := Shared(t).Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Shared(t).Drop(context.Background(), url); err != nil {
			t.Error(err)
		}
	})
	return url
}

// Shared is the server of Database. It is not to be stopped.
func Shared(t testing.TB) *Server {
	t.Helper()
	s, err := shared()
	check(t, err)
	return s
}

// Start starts a server for one test alone, to be stopped and killed. Without PostgreSQL's programs the test is
// skipped.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := New(t.Context(), o)
	check(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// check skips where there is no PostgreSQL: tools/gotest says so loudly, and fails under CI=true.
func check(t testing.TB, err error) {
	t.Helper()
	switch {
	case errors.Is(err, ErrMissing):
		t.Skip(err)
	case err != nil:
		t.Fatal(err)
	}
}

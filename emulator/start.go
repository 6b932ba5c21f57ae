package emulator

import (
	"crypto/tls"
	"net"
	"net/http"
)

// TB is what Start needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()
	Cleanup(func())
	Fatalf(format string, args ...any)
	Logf(format string, args ...any)
}

type serving struct{}

// Start serves New(c) on a loopback address until the test ends. A failed test logs the
// ledger. Inside testing/synctest use New and Client instead: there are no sockets in a bubble.
func Start(t TB, c ...Config) *Emulator {
	t.Helper()
	return start(t, nil, c)
}

func start(t TB, secure *tls.Config, c []Config) *Emulator {
	t.Helper()
	var conf Config
	switch len(c) {
	case 0:
	case 1:
		conf = c[0]
	default:
		t.Fatalf("emulator.Start: %d configurations, want one", len(c))
	}
	e := New(conf)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("emulator.Start: %v", err)
	}
	server := &http.Server{Handler: e, TLSConfig: secure}
	e.URL = "http://" + listener.Addr().String()
	go server.Serve(listener)
	t.Cleanup(func() {
		server.Close()
		if f, ok := t.(interface{ Failed() bool }); ok && f.Failed() {
			t.Logf("what reached the emulator:\n%v", e.Ledger())
		}
	})
	return e
}

package emulator

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
)

// TB is what Start needs of a *testing.T, *testing.B or *testing.F.
type TB interface {
	Helper()                           // keeps our lines out of the test's reports
	Cleanup(func())                    // ends the server
	Fatalf(format string, args ...any) // if there is no address to listen on
	Logf(format string, args ...any)   // shows the ledger
}

// Start serves New(c) on a loopback address until the test ends. A failed test logs the
// ledger. Inside testing/synctest use New and Client instead: there are no sockets in a bubble.
func Start(t TB, c ...Config) *Emulator {
	t.Helper()
	return start(t, nil, c)
}

// StartTLS is Start with TLS and HTTP/2, as Spotify has them. The certificate is made for this
// test: reach it through TLSClient, or trust Certificate.
func StartTLS(t TB, c ...Config) *Emulator {
	t.Helper()
	certificate, err := newCertificate()
	if err != nil {
		t.Fatalf("emulator.StartTLS: %v", err)
	}
	return start(t, &certificate, c)
}

func start(t TB, certificate *tls.Certificate, c []Config) *Emulator {
	t.Helper()
	var conf Config
	if len(c) > 1 {
		t.Fatalf("emulator.Start: %d configurations, want one", len(c))
	}
	if len(c) == 1 {
		conf = c[0]
	}
	e := New(conf)
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("emulator.Start: %v", err)
	}
	// Clients that hang up during a handshake are none of the test's business.
	server := &http.Server{Handler: e, ErrorLog: log.New(io.Discard, "", 0)}
	if certificate == nil {
		e.URL = "http://" + listener.Addr().String()
		go func() { _ = server.Serve(listener) }() // until it is closed
	} else {
		e.URL = "https://" + listener.Addr().String()
		e.certificate = certificate.Leaf
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}}
		go func() { _ = server.ServeTLS(listener, "", "") }()
	}
	t.Cleanup(func() {
		_ = server.Close()
		if f, ok := t.(interface{ Failed() bool }); ok && f.Failed() {
			t.Logf("what reached the emulator:\n%v", e.Ledger())
		}
	})
	return e
}

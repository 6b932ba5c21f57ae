package server_test

import (
	"context"
	"net"
	"net/http"
	"strings"
)

// pipes is a listener without sockets, for time that is turned by hand.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 5000} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

// clientOf talks to public, and to operations where the port is 5002.
func clientOf(public, operations *pipes) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: func(_ context.Context, _, addr string) (net.Conn, error) {
		if strings.HasSuffix(addr, ":5002") {
			return operations.dial(), nil
		}
		return public.dial(), nil
	}}}
}

package server

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
)

// offers is a listener that hands out a connection for each that is offered.
type offers struct {
	net.Listener
	conns  chan net.Conn
	closed chan struct{}
}

func (o offers) Accept() (net.Conn, error) {
	select {
	case c := <-o.conns:
		return c, nil
	case <-o.closed:
		return nil, net.ErrClosed
	}
}

func (o offers) Close() error { close(o.closed); return nil }

// TestLimitListener: no more connections than there are places, one more for each that closes, and
// none once the listener is closed.
func TestLimitListener(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waiting := offers{conns: make(chan net.Conn, 4), closed: make(chan struct{})}
		for range cap(waiting.conns) {
			here, there := net.Pipe()
			defer there.Close()
			waiting.conns <- here
		}
		l := limitListener(waiting, 2, 1, nil)
		accepted := make(chan net.Conn, 4)
		ended := make(chan error, 1)
		go func() {
			for {
				c, err := l.Accept()
				if err != nil {
					ended <- err
					return
				}
				accepted <- c
			}
		}()
		synctest.Wait()
		if n := len(accepted); n != 2 {
			t.Errorf("%d connections accepted with two places, want 2", n)
		}
		first := <-accepted
		first.Close()
		first.Close() // gives back one place all the same
		synctest.Wait()
		if n := len(accepted); n != 2 || len(waiting.conns) != 1 {
			t.Errorf("%d connections open and %d waiting after one closed, want 2 and 1", n, len(waiting.conns))
		}
		l.Close()
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept after Close = %v, want ErrClosed", err)
		}
		for range 2 {
			(<-accepted).Close()
		}
	})
}

// from is a connection of a stranger's.
type from struct {
	net.Conn
	address string
}

func (c from) RemoteAddr() net.Addr { return c }
func (c from) Network() string      { return "tcp" }
func (c from) String() string       { return c.address }

// TestReq_HT02_ConnectionsPerAddress: no address has more than its share, and every connection that closes makes room
// for another. Addresses of a proxy or of this machine have no share.
func TestReq_HT02_ConnectionsPerAddress(t *testing.T) {
	t.Parallel()
	waiting := offers{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	l := limitListener(waiting, 100, 2, proxies{netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("2001:db8:1::/48")})
	defer l.Close()
	accepted := make(chan net.Conn)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			accepted <- c
		}
	}()
	// connect reports the connection, or nil if it was closed at once.
	connect := func(address string) net.Conn {
		here, there := net.Pipe()
		waiting.conns <- from{here, address}
		refused := make(chan error, 1)
		go func() {
			_, err := there.Read(make([]byte, 1))
			refused <- err
		}()
		select {
		case c := <-accepted:
			t.Cleanup(func() { _ = c.Close() }) // some are closed by then
			return c
		case err := <-refused:
			if !errors.Is(err, io.EOF) {
				t.Fatalf("a connection from %s ended with %v", address, err)
			}
			return nil
		}
	}
	var open []net.Conn
	for _, c := range []struct {
		address string
		want    bool
	}{
		{"203.0.113.7:1", true}, {"203.0.113.7:2", true}, {"203.0.113.7:3", false}, {"[::ffff:203.0.113.7]:4", false},
		{"203.0.113.8:1", true},
		{"[2001:db8::1]:1", true}, {"[2001:db8::2]:1", true}, {"[2001:db8::3]:1", false}, {"[2001:db8:0:1::1]:1", true},
		{"127.0.0.1:1", true}, {"127.0.0.1:2", true}, {"127.0.0.1:3", true}, {"10.0.0.1:1", true}, {"10.0.0.1:2", true}, {"10.0.0.1:3", true},
		{"100.64.0.1:1", true}, {"100.127.255.255:1", true}, {"100.64.0.1:2", true}, {"100.64.0.1:3", true},
		{"100.128.0.1:1", true}, {"100.128.0.1:2", true}, {"100.128.0.1:3", false},
		{"198.51.100.7:1", true}, {"198.51.100.7:2", true}, {"198.51.100.7:3", true}, {"[::ffff:198.51.100.7]:4", true},
		{"[2001:db8:1::1]:1", true}, {"[2001:db8:1::1]:2", true}, {"[2001:db8:1::1]:3", true},
		{"pipe", true}, {"pipe", true}, {"pipe", true},
	} {
		conn := connect(c.address)
		if (conn != nil) != c.want {
			t.Errorf("a connection from %s accepted: %t, want %t", c.address, conn != nil, c.want)
		}
		if conn != nil {
			open = append(open, conn)
		}
	}
	open[0].Close()
	open[0].Close() // makes room for one all the same
	for _, want := range []bool{true, false} {
		if conn := connect("203.0.113.7:5"); (conn != nil) != want {
			t.Errorf("after one was closed, another accepted: %t, want %t", conn != nil, want)
		}
	}
	for _, conn := range open {
		conn.Close()
	}
}

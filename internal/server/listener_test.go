package server

import (
	"errors"
	"net"
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
		l := limitListener(waiting, 2)
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

package server

import (
	"net"
	"net/netip"
	"sync"
)

// limitListener accepts at most n connections at a time; more wait in the system's queue, where
// they cost no memory here. One address has at most each of them, so that no stranger takes all; its others
// are closed. As with requests, that is not for those of proxies.
func limitListener(l net.Listener, n, each int, proxies proxies) net.Listener {
	return &limitedListener{
		Listener: l, places: make(chan struct{}, n), closed: make(chan struct{}), each: each, proxies: proxies, held: map[netip.Prefix]int{},
	}
}

type limitedListener struct {
	net.Listener
	places  chan struct{}
	once    sync.Once
	closed  chan struct{}
	each    int
	proxies proxies

	mu   sync.Mutex
	held map[netip.Prefix]int // connections by address; as many entries as connections at most
}

func (l *limitedListener) Accept() (net.Conn, error) {
	for {
		select {
		case l.places <- struct{}{}:
		case <-l.closed:
			return nil, net.ErrClosed
		}
		conn, err := l.Listener.Accept()
		if err != nil {
			<-l.places
			return nil, err
		}
		address, limited := l.proxies.limited(conn.RemoteAddr().String())
		if limited && !l.enter(address) {
			_ = conn.Close() // nobody is told why: that would cost what is to be saved
			<-l.places
			continue
		}
		return &limitedConn{Conn: conn, leave: sync.OnceFunc(func() {
			if limited {
				l.leave(address)
			}
			<-l.places
		})}, nil
	}
}

// enter counts one more connection of an address, unless it has its share.
func (l *limitedListener) enter(address netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[address] >= l.each {
		return false
	}
	l.held[address]++
	return true
}

func (l *limitedListener) leave(address netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[address]--; l.held[address] == 0 {
		delete(l.held, address)
	}
}

func (l *limitedListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type limitedConn struct {
	net.Conn
	leave func()
}

func (c *limitedConn) Close() error {
	defer c.leave()
	return c.Conn.Close()
}

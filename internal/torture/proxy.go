package torture

import (
	"net"
	"sync"
	"time"
)

// proxy stands between a server and its database, and lets pass, hold, slow down or break off what they say. Safe
// for concurrent use.
type proxy struct {
	listen net.Listener
	to     string // host:port, or the path of a Unix socket

	mu     sync.Mutex
	free   chan struct{} // closed while nothing is held
	delay  time.Duration
	refuse bool
	conns  map[net.Conn]bool
}

// newProxy listens on a free port of this machine until close.
func newProxy(to string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listen: l, to: to, free: make(chan struct{}), conns: map[net.Conn]bool{}}
	close(p.free)
	go p.accept()
	return p, nil
}

func (p *proxy) addr() string { return p.listen.Addr().String() }

// hold keeps back everything, both ways, as a network does that drops packets.
func (p *proxy) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.free:
		p.free = make(chan struct{})
	default:
	}
}

// cut breaks all connections off, and lets none begin.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = true
	for conn := range p.conns {
		conn.Close()
	}
}

// slow delays each piece of what is said, each way.
func (p *proxy) slow(delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = delay
}

// heal lets everything pass again, what was held included.
func (p *proxy) heal() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse, p.delay = false, 0
	select {
	case <-p.free:
	default:
		close(p.free)
	}
}

func (p *proxy) accept() {
	for {
		conn, err := p.listen.Accept()
		if err != nil {
			return
		}
		go p.carry(conn)
	}
}

func (p *proxy) carry(conn net.Conn) {
	defer p.drop(conn)
	if !p.keep(conn) {
		return
	}
	p.pass()
	network := "tcp"
	if p.to[0] == '/' {
		network = "unix"
	}
	far, err := net.DialTimeout(network, p.to, 5*time.Second)
	if err != nil {
		return
	}
	defer p.drop(far)
	if !p.keep(far) {
		return
	}
	done := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{conn, far}, {far, conn}} {
		go func() {
			p.copy(way[0], way[1])
			done <- struct{}{}
		}()
	}
	<-done
}

// copy carries what one side says to the other.
func (p *proxy) copy(to, from net.Conn) {
	defer to.Close()
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 {
			p.pass()
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// pass returns when something may pass.
func (p *proxy) pass() {
	p.mu.Lock()
	free, delay := p.free, p.delay
	p.mu.Unlock()
	<-free
	if delay > 0 {
		time.Sleep(delay)
	}
}

func (p *proxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns[conn] = true
	return !p.refuse
}

func (p *proxy) drop(conn net.Conn) {
	conn.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, conn)
}

// close ends it, and every connection.
func (p *proxy) close() {
	p.listen.Close()
	p.cut()
	p.heal()
}

package auth

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// loopback waits at a redirect URI on this computer for one callback: RFC 8252 section 7.3.
type loopback struct {
	redirectURI string // with the port that is listened on
	at          *url.URL
	socket      net.Listener
	server      *http.Server

	attempt *UserAuth
	arrived chan Callback // the first that is attempt's
	decided chan struct{} // closed when outcome is known
	outcome outcome

	mu     sync.Mutex
	unused map[net.Conn]bool // connections that browsers open ahead and say nothing on
}

// listen opens the port of redirect, or a free one if it has none, before anybody is sent there.
func listen(ctx context.Context, uri string, redirect *url.URL) (*loopback, error) {
	var config net.ListenConfig
	socket, err := config.Listen(ctx, "tcp", net.JoinHostPort(redirect.Hostname(), portOr(redirect, "0")))
	if err != nil {
		return nil, fmt.Errorf("auth: cannot listen for the redirect URI %s: is another program using its port? "+
			"Stop that one, or register the URI without a port to get a free one: %w", uri, err)
	}
	at := *redirect
	at.Host = net.JoinHostPort(redirect.Hostname(), portOf(socket))
	if redirect.Port() == "" {
		uri = at.String()
	}
	return &loopback{
		redirectURI: uri, at: &at, socket: socket,
		arrived: make(chan Callback, 1), decided: make(chan struct{}), unused: map[net.Conn]bool{},
	}, nil
}

func portOr(u *url.URL, other string) string {
	if port := u.Port(); port != "" {
		return port
	}
	return other
}

func portOf(l net.Listener) string {
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// serve begins to answer requests; the channel delivers the callback of attempt, once.
func (l *loopback) serve(attempt *UserAuth) <-chan Callback {
	l.attempt = attempt
	l.server = &http.Server{
		Handler: l, ConnState: l.track,
		ReadHeaderTimeout: time.Minute, WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
	}
	go func() { _ = l.server.Serve(l.socket) }() // always an error in the end: the server was closed
	return l.arrived
}

// ServeHTTP answers the browser. Anything but the callback of this attempt is answered and
// forgotten: favicons, stale tabs, pages that try every port, names bound to 127.0.0.1 by a
// stranger (DNS rebinding).
func (l *loopback) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	callback := ParseCallback(r.URL)
	switch {
	case !l.named(r.Host):
		writePage(w, http.StatusMisdirectedRequest, pageElsewhere)
	case r.URL.Path != l.path():
		writePage(w, http.StatusNotFound, pageElsewhere)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		writePage(w, http.StatusMethodNotAllowed, pageElsewhere)
	case !l.attempt.owns(callback), callback.Code == "" && callback.Error == "":
		writePage(w, http.StatusBadRequest, pageStray)
	default:
		select {
		case l.arrived <- callback:
		default: // the same again: told the same below
		}
		select {
		case <-l.decided:
			writePage(w, http.StatusOK, outcomePages[l.outcome])
		case <-r.Context().Done(): // the window was closed, or the wait was over
		}
	}
}

// named reports whether a browser that was sent to the redirect URI says host: it leaves out
// the port that is usual for http.
func (l *loopback) named(host string) bool {
	return host == l.at.Host || l.at.Port() == "80" && host == withPort(l.at.Hostname(), "")
}

// path is the path of the redirect URI as a browser asks for it.
func (l *loopback) path() string {
	if l.at.Path == "" {
		return "/"
	}
	return l.at.Path
}

// answer tells the browser that waits how it ended, and sees the page off.
func (l *loopback) answer(o outcome) {
	l.outcome = o
	close(l.decided)
	l.closeUnused()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_ = l.server.Shutdown(ctx) // out of time: close does the rest
}

// close stops listening, at any time.
func (l *loopback) close() {
	if l.server != nil {
		_ = l.server.Close()
	}
	if err := l.socket.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return // nothing can be done, and the process is about to go on without it
	}
}

func (l *loopback) track(c net.Conn, state http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if state == http.StateNew {
		l.unused[c] = true
	} else {
		delete(l.unused, c)
	}
}

// closeUnused spares Shutdown the seconds it would wait for connections opened ahead.
func (l *loopback) closeUnused() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.unused {
		_ = c.Close()
	}
}

package emulator

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// Client reaches the emulator in memory, under any host name: it serves what believes it talks
// to Spotify itself, and inside testing/synctest, where sleeping turns every clock at once.
// It follows redirects; set CheckRedirect on the client to see where a login is sent back to.
func (e *Emulator) Client() *http.Client { return &http.Client{Transport: memory{e}} }

// memory is a transport without sockets.
type memory struct{ handler http.Handler }

// RoundTrip has the handler answer. It returns with the headers; the body follows as it is
// written. A connection that the handler breaks is a reset connection.
func (m memory) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(context.WithValue(r.Context(), schemeKey{}, r.URL.Scheme))
	c := &conversation{
		request: r, header: http.Header{}, started: make(chan struct{}),
		more: make(chan struct{}), cancel: cancel,
	}
	go c.serve(m.handler, received(r, ctx))
	select {
	case <-c.started:
		return c.response()
	case <-r.Context().Done():
		cancel()
		return nil, context.Cause(r.Context())
	}
}

// received is the request as a server would see it.
func received(r *http.Request, ctx context.Context) *http.Request {
	in := r.Clone(ctx)
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	return in
}

// conversation is one request and its answer. It is the handler's ResponseWriter and the
// caller's response body; the handler never waits for the caller to read.
type conversation struct {
	request *http.Request
	cancel  context.CancelFunc
	header  http.Header

	mu      sync.Mutex
	started chan struct{} // closed with the headers, or when it ends without
	more    chan struct{} // closed when there is more to read, or the end
	sent    http.Header   // header as it was when the answer began; nil: it has not
	status  int
	body    bytes.Buffer
	done    bool
	err     error
}

var errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}

func (c *conversation) serve(handler http.Handler, r *http.Request) {
	defer r.Body.Close()
	defer c.cancel()
	defer func() {
		switch broken := recover(); broken {
		case nil:
			c.WriteHeader(http.StatusOK)
			c.end(io.EOF)
		case http.ErrAbortHandler:
			c.end(errReset)
		default:
			panic(broken)
		}
	}()
	handler.ServeHTTP(c, r)
}

func (c *conversation) Header() http.Header { return c.header }

func (c *conversation) WriteHeader(status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sent != nil || status < 200 {
		return
	}
	c.status, c.sent = status, c.header.Clone()
	close(c.started)
}

func (c *conversation) Write(p []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.request.Method == http.MethodHead {
		return len(p), nil
	}
	c.body.Write(p)
	c.wake()
	return len(p), nil
}

// Flush does nothing: what is written can be read at once.
func (c *conversation) Flush() {}

// end is the end of the answer: io.EOF, or how the connection broke.
func (c *conversation) end(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done, c.err = true, err
	if c.sent == nil {
		close(c.started)
	}
	c.wake()
}

func (c *conversation) wake() {
	close(c.more)
	c.more = make(chan struct{})
}

// response is what RoundTrip returns once started is closed.
func (c *conversation) response() (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sent == nil {
		c.cancel()
		return nil, c.err
	}
	length := int64(-1)
	if n, err := contentLength(c.sent); err == nil {
		length = n
	}
	return &http.Response{
		Status: statusLine(c.status), StatusCode: c.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: c.sent, Body: c, ContentLength: length, Request: c.request,
	}, nil
}

// Read waits for the handler, or for the end of the request's context.
func (c *conversation) Read(p []byte) (int, error) {
	for {
		c.mu.Lock()
		more := c.more
		if c.body.Len() > 0 {
			defer c.mu.Unlock()
			return c.body.Read(p)
		}
		if c.done {
			defer c.mu.Unlock()
			return 0, c.err
		}
		c.mu.Unlock()
		select {
		case <-more:
		case <-c.request.Context().Done():
			return 0, context.Cause(c.request.Context())
		}
	}
}

// Close tells the handler that nobody listens any more.
func (c *conversation) Close() error {
	c.cancel()
	return nil
}

func contentLength(h http.Header) (int64, error) {
	return strconv.ParseInt(h.Get("Content-Length"), 10, 64)
}

func statusLine(status int) string {
	return strings.TrimSpace(strconv.Itoa(status) + " " + http.StatusText(status))
}

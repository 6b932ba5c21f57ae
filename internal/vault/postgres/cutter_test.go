package postgres_test

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// cutter sits between the vault and PostgreSQL, understands enough of what they say, and cuts the connection where a
// test wants it.
type cutter struct {
	t      *testing.T
	server string

	mu   sync.Mutex
	cut  func(message string) bool // nil: nowhere
	late bool                      // only after the server has done it, and before it can say so
}

// through starts a cutter, and returns the URL of the database by way of it. The vault has one connection.
func through(t *testing.T, database string) (*cutter, string) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	c := &cutter{t: t, server: pgtest.Shared(t).Addr()}
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go c.serve(client)
		}
	}()
	u.Host = l.Addr().String()
	query := u.Query()
	query.Set("sslmode", "disable")
	query.Set("pool_max_conns", "1")
	u.RawQuery = query.Encode()
	return c, u.String()
}

// next cuts at the next message of the client that is like this: a query's text, or Sync, which ends a statement.
func (c *cutter) next(message string, late bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.late = late
	c.cut = func(got string) bool { return strings.EqualFold(got, message) }
}

// done says whether it has cut.
func (c *cutter) done() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cut == nil
}

func (c *cutter) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", c.server)
	if err != nil {
		return
	}
	defer server.Close()
	silent := make(chan bool, 1)
	go c.answer(client, server, silent)
	if message, err := read(client, false); err != nil || write(server, message) != nil { // who we are
		return
	}
	for {
		message, err := read(client, true)
		if err != nil {
			return
		}
		if cut, late := c.wants(message); cut {
			if late {
				silent <- true
				_ = write(server, message)
				<-silent
			}
			return
		}
		if write(server, message) != nil {
			return
		}
	}
}

func (c *cutter) wants(message []byte) (cut, late bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	what := ""
	switch message[0] {
	case 'Q':
		what = strings.TrimRight(string(message[5:]), "\x00")
	case 'S':
		what = "Sync"
	}
	if c.cut == nil || what == "" || !c.cut(what) {
		return false, false
	}
	c.cut = nil
	return true, c.late
}

// answer brings what the server says, or reads it alone until the server is ready again, and then says so.
func (c *cutter) answer(client, server net.Conn, silent chan bool) {
	defer client.Close()
	defer close(silent)
	for {
		message, err := read(server, true)
		if err != nil {
			return
		}
		select {
		case <-silent:
			for message[0] != 'Z' {
				if message, err = read(server, true); err != nil {
					return
				}
			}
			return
		default:
		}
		if write(client, message) != nil {
			return
		}
	}
}

// read reads one message; only the first of a connection has no type in front.
func read(from io.Reader, typed bool) ([]byte, error) {
	head := make([]byte, 4)
	if typed {
		head = make([]byte, 5)
	}
	if _, err := io.ReadFull(from, head); err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(head[len(head)-4:])
	body := make([]byte, length-4)
	_, err := io.ReadFull(from, body)
	return slices.Concat(head, body), err
}

func write(to io.Writer, message []byte) error {
	_, err := to.Write(message)
	return err
}

// Package pgtest starts a real PostgreSQL from the installed programs, for tests and measurements.
//
//	url := pgtest.Database(t)                        // in a test: an empty database of its own
//	server, err := pgtest.New(ctx, pgtest.Options{}) // elsewhere
//	defer server.Close()
//	url, err := server.Database(ctx)
//
// Servers live in a temporary directory, listen on 127.0.0.1 and on a Unix socket, and end with the process that
// started them, however that ends: see guard.go. Where TENUTO_TEST_POSTGRES holds the URL of a running server, tests
// use databases of that one.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/jackc/pgx/v5"
)

var (
	// ErrMissing: PostgreSQL's programs are not installed, or not for this system.
	ErrMissing = errors.New("pgtest: there is no PostgreSQL here: install it (Debian: apt-get install postgresql), " +
		"or name a server that tests may use with TENUTO_TEST_POSTGRES=postgres://…")
	// ErrForeign: the server is not ours to stop.
	ErrForeign = errors.New("pgtest: the server of TENUTO_TEST_POSTGRES is not stopped by tests")
)

// Options of a server. The zero value is a quick one, which may lose what it has committed if the machine loses power.
type Options struct {
	// Durable makes commits wait for the disk, as real servers do. A killed server loses nothing either way.
	Durable bool
	// Settings are lines of postgresql.conf: {"max_connections": "20"}.
	Settings map[string]string
	// Certificate and Key, in PEM, switch TLS on. Plain connections are accepted all the same.
	Certificate, Key []byte
	// URL is an existing server to use instead: that of an account which may make databases.
	URL string
}

// Server is a PostgreSQL server. Its superuser is called postgres and needs no password; other roles need theirs on
// 127.0.0.1 and none on the Unix socket. Safe for concurrent use.
type Server struct {
	programs  programs
	directory string
	port      int
	guard     *guard

	mu      sync.Mutex
	process *exec.Cmd // nil while it is stopped
	ended   chan struct{}

	closing  sync.Once
	closeErr error

	foreign   *url.URL // of an existing server; then nothing above is set
	databases atomic.Int64
	mine      sync.Map // databases of ours on a foreign server
}

// New starts a server and returns when it answers. ErrMissing if there is none to start.
func New(ctx context.Context, o Options) (_ *Server, err error) {
	if o.URL != "" {
		return foreign(ctx, o.URL)
	}
	programs, err := find()
	if err != nil {
		return nil, err
	}
	s := &Server{programs: programs}
	if s.directory, err = programs.user.directory(); err != nil {
		return nil, err
	}
	if s.guard, err = newGuard(s.directory); err != nil {
		return nil, errors.Join(err, os.RemoveAll(s.directory))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if err := s.initialise(ctx, o); err != nil {
		return nil, err
	}
	return s, s.Start(ctx)
}

func foreign(ctx context.Context, text string) (*Server, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errors.New("pgtest: the existing server's URL is none: postgres://USER@HOST/DATABASE")
	}
	s := &Server{foreign: u}
	return s, s.Exec(ctx, text, "SELECT 1")
}

// URL is that of a database, on 127.0.0.1 and without TLS, for a role whose password may be empty.
func (s *Server) URL(database, role, password string) string {
	if s.foreign != nil {
		u := *s.foreign
		u.Path = "/" + database
		if role != "" {
			u.User = url.UserPassword(role, password)
		}
		return u.String()
	}
	u := url.URL{Scheme: "postgres", User: url.User(role), Host: s.Addr(), Path: "/" + database, RawQuery: "sslmode=disable"}
	if password != "" {
		u.User = url.UserPassword(role, password)
	}
	return u.String()
}

// Addr is where the server listens, HOST:PORT.
func (s *Server) Addr() string {
	if s.foreign != nil {
		return s.foreign.Host
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port))
}

// SocketURL is the URL of a database by way of the Unix socket. Not for a foreign server.
func (s *Server) SocketURL(database, role string) string {
	query := url.Values{"host": {s.directory}, "port": {strconv.Itoa(s.port)}, "user": {role}}
	return (&url.URL{Scheme: "postgres", Path: "/" + database, RawQuery: query.Encode()}).String()
}

// Directory holds the server's data and its log; it goes with the server. "" for a foreign server.
func (s *Server) Directory() string { return s.directory }

// Database makes an empty database and returns its URL, for the superuser.
func (s *Server) Database(ctx context.Context) (string, error) {
	name := fmt.Sprintf("tenuto_%d_%d", os.Getpid(), s.databases.Add(1))
	if err := s.Exec(ctx, s.admin(), "CREATE DATABASE "+name+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return "", err
	}
	if s.foreign != nil {
		s.mine.Store(name, true)
		return s.URL(name, "", ""), nil
	}
	return s.URL(name, superuser, ""), nil
}

// Drop deletes the database that Database returned, whoever is connected to it.
func (s *Server) Drop(ctx context.Context, database string) error {
	u, err := url.Parse(database)
	if err != nil {
		return errors.New("pgtest: not a URL of Database")
	}
	name := u.Path[1:]
	s.mine.Delete(name)
	return s.Exec(ctx, s.admin(), "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)") //nolint:misspell // its name
}

// admin is the URL of a database that is always there.
func (s *Server) admin() string {
	if s.foreign != nil {
		return s.foreign.String()
	}
	return s.URL("postgres", superuser, "")
}

// Exec runs one or more statements in the database at url, on a connection of its own.
func (s *Server) Exec(ctx context.Context, url, statements string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // what it did is committed
	if _, err := conn.PgConn().Exec(ctx, statements).ReadAll(); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// Close ends the server and removes all that it kept; a second one does nothing. Of a foreign server only the databases that Database made.
func (s *Server) Close() error {
	if s.foreign != nil {
		var errs []error
		s.mine.Range(func(name, _ any) bool {
			errs = append(errs, s.Drop(context.Background(), s.URL(name.(string), "", "")))
			return true
		})
		return errors.Join(errs...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kill()
	s.closing.Do(func() { s.closeErr = s.guard.finish() })
	return s.closeErr
}

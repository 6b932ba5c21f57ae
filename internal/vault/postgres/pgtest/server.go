package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

const superuser = "postgres"

// access: only the superuser needs no password over TCP.
const access = `
local all all trust
host  all postgres 127.0.0.1/32 trust
host  all all      127.0.0.1/32 scram-sha-256
`

// initialise makes the server's files.
func (s *Server) initialise(ctx context.Context, o Options) error {
	data := s.data()
	cmd := exec.CommandContext(ctx, s.programs.initdb, "--pgdata="+data, "--username="+superuser, "--auth=trust",
		"--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions")
	s.programs.user.adopt(cmd)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgtest: initdb: %w: %s", err, bytes.TrimSpace(out))
	}
	if err := s.choosePort(ctx); err != nil {
		return err
	}
	for name, text := range map[string]string{"pg_hba.conf": access, "postgresql.conf": s.settings(o), "server.crt": string(o.Certificate), "server.key": string(o.Key)} {
		if err := s.write(filepath.Join(data, name), text); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.directory, "data") }

// choosePort takes one that is free now.
func (s *Server) choosePort(ctx context.Context) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	return l.Close()
}

func (s *Server) settings(o Options) string {
	all := map[string]string{
		"listen_addresses":        "127.0.0.1",
		"port":                    strconv.Itoa(s.port),
		"unix_socket_directories": s.directory,
		"max_connections":         "300",
		"shared_buffers":          "64MB",
		"log_min_messages":        "warning",
		"log_timezone":            "UTC",
		"timezone":                "UTC",
	}
	if !o.Durable {
		maps.Copy(all, map[string]string{"fsync": "off", "full_page_writes": "off"})
	}
	if o.Certificate != nil {
		maps.Copy(all, map[string]string{"ssl": "on", "ssl_cert_file": "server.crt", "ssl_key_file": "server.key"})
	}
	maps.Copy(all, o.Settings)
	var text strings.Builder
	for _, name := range slices.Sorted(maps.Keys(all)) {
		fmt.Fprintf(&text, "%s = '%s'\n", name, strings.ReplaceAll(all[name], "'", "''"))
	}
	return text.String()
}

// write makes a file that the server may read, and nobody else.
func (s *Server) write(path, text string) error {
	err := os.WriteFile(path, []byte(text), 0o600)
	if user := s.programs.user; err == nil && user.other {
		err = os.Chown(path, user.uid, user.gid)
	}
	if err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	return nil
}

// startTime is how long a server may take to answer, its recovery from a crash included.
const startTime = time.Minute

// Start starts a server that was stopped or killed, where it was before, and returns when it answers.
func (s *Server) Start(ctx context.Context) error {
	if s.foreign != nil {
		return ErrForeign
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	for {
		ended, err := s.launch()
		if err != nil {
			return err
		}
		if err := s.answers(ctx, ended); err == nil {
			return nil
		}
		s.kill()
		select {
		case <-ctx.Done():
			return fmt.Errorf("pgtest: the server did not start: %w: %s", ctx.Err(), s.lastWords())
		case <-time.After(200 * time.Millisecond): // what a killed one left behind is still going, or has the port
		}
	}
}

// lastWords are the end of its log.
func (s *Server) lastWords() []byte {
	said, _ := os.ReadFile(filepath.Join(s.directory, "log"))
	return bytes.TrimSpace(said[max(0, len(said)-1000):])
}

// launch starts the process; ended is closed at its end.
func (s *Server) launch() (ended chan struct{}, err error) {
	log, err := os.OpenFile(filepath.Join(s.directory, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	defer log.Close()
	cmd := exec.Command(s.programs.postgres, "-D", s.data()) //nolint:noctx // it outlives the call
	cmd.Stdout, cmd.Stderr = log, log
	s.programs.user.adopt(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("pgtest: %w", err)
	}
	s.process = cmd
	ended = make(chan struct{})
	s.ended = ended
	go func() { _ = cmd.Wait(); close(ended) }() // however it ends
	return ended, s.guard.watch(cmd.Process.Pid)
}

// answers waits until the server can be used.
func (s *Server) answers(ctx context.Context, ended <-chan struct{}) error {
	for {
		conn, err := pgconn.Connect(ctx, s.admin())
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-ended:
			return errors.New("pgtest: the server ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the server as an operator would, cutting every connection, and returns when it is gone.
func (s *Server) Stop() error { return s.end(signalFast) }

// Kill ends the server as a crash would: what it had not committed is lost.
func (s *Server) Kill() error { return s.end(signalCrash) }

func (s *Server) end(how os.Signal) error {
	if s.foreign != nil {
		return ErrForeign
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	if err := s.process.Process.Signal(how); err != nil {
		return fmt.Errorf("pgtest: %w", err)
	}
	select {
	case <-s.ended:
	case <-time.After(startTime):
	}
	s.kill()
	return s.guard.watch(0)
}

// kill makes sure that there is no process. With the lock held.
func (s *Server) kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill() // it may have ended
	<-s.ended
	s.process = nil
}

//go:build unix

package pgtest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// childVariable tells TestMain that it is the child of TestDiesWithItsParent.
const childVariable = "TENUTO_TEST_PGTEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) == "" {
		os.Exit(m.Run())
	}
	s, err := New(context.Background(), Options{})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println(s.process.Process.Pid)
	fmt.Println(s.Directory())
	select {}
}

// count is how many rows a table has.
func count(t *testing.T, url, table string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestDatabase(t *testing.T) {
	t.Parallel()
	one, other := Database(t), Database(t)
	if one == other {
		t.Fatalf("Database twice = %s both times, want two databases", one)
	}
	s := Shared(t)
	for _, url := range []string{one, other} {
		if err := s.Exec(t.Context(), url, "CREATE TABLE mine (a int); INSERT INTO mine VALUES (1)"); err != nil {
			t.Errorf("Exec in %s: %v", url, err)
		}
	}
	if n := count(t, one, "mine"); n != 1 {
		t.Errorf("rows = %d, want 1", n)
	}
	if err := s.Drop(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), one, "SELECT 1"); err == nil {
		t.Errorf("%s can be used after Drop", one)
	}
}

// TestStopAndKill: what was committed is there afterwards, at the same address.
func TestStopAndKill(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{Durable: true, Settings: map[string]string{"max_connections": "20"}})
	url, err := s.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), url, "CREATE TABLE rows (a int)"); err != nil {
		t.Fatal(err)
	}
	for n, end := range []func() error{s.Stop, s.Kill, s.Kill} {
		if err := s.Exec(t.Context(), url, "INSERT INTO rows VALUES (1)"); err != nil {
			t.Fatal(err)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := s.Exec(t.Context(), url, "SELECT 1"); err == nil {
			t.Error("a server that was ended answers")
		}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := count(t, url, "rows"); got != n+1 {
			t.Errorf("rows = %d after end %d, want %d", got, n, n+1)
		}
	}
	if err := s.Exec(t.Context(), s.SocketURL("postgres", "postgres"), "SELECT 1"); err != nil {
		t.Errorf("by way of the Unix socket: %v", err)
	}
	if err := s.Exec(t.Context(), s.URL("postgres", "postgres", ""), "CREATE ROLE guest LOGIN PASSWORD 'secret'"); err != nil {
		t.Fatal(err)
	}
	if err := s.Exec(t.Context(), s.URL("postgres", "guest", "wrong"), "SELECT 1"); err == nil {
		t.Error("a wrong password is accepted")
	}
	if err := s.Exec(t.Context(), s.URL("postgres", "guest", "secret"), "SELECT 1"); err != nil {
		t.Errorf("the right password: %v", err)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	s := Start(t, Options{})
	dir := s.Directory()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s after Close: %v, want that it is gone", dir, err)
	}
}

// TestDiesWithItsParent: after kill -9 of whoever started it, neither the server nor its files stay.
func TestDiesWithItsParent(t *testing.T) {
	t.Parallel()
	if _, err := find(); err != nil {
		t.Skip(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	var said []string
	for len(said) < 2 && lines.Scan() {
		said = append(said, strings.TrimSpace(lines.Text()))
	}
	cmd.Process.Kill()
	cmd.Wait()
	pid, err := strconv.Atoi(said[0])
	if err != nil || len(said) < 2 {
		t.Fatalf("the child said %q", said)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		gone := errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
		_, err := os.Stat(said[1])
		if gone && errors.Is(err, os.ErrNotExist) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the server is gone: %v; its files: %v", gone, err)
		}
	}
}

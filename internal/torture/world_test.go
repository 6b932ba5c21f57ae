package torture_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// programVariable names a server that was built before with the tag failpoint: for whoever changes the harness.
const programVariable = "TENUTO_TORTURE_PROGRAM"

// program builds a server that can be stopped: without the race detector, under which SQLite is ten times slower.
var program = sync.OnceValues(func() (string, error) {
	if path := os.Getenv(programVariable); path != "" {
		return path, nil
	}
	var err error
	if programDir, err = os.MkdirTemp("", "tenuto-torture"); err != nil {
		return "", err
	}
	path := filepath.Join(programDir, "tenuto")
	return path, build(path)
})

var programDir string // "": nothing was built

func build(path string) error {
	cmd := exec.Command("go", "build", "-tags", "failpoint", "-o", path, "../../cmd/tenuto")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}

func TestMain(m *testing.M) {
	status := m.Run()
	if programDir != "" {
		os.RemoveAll(programDir)
	}
	os.Exit(status)
}

// setup is a small world on SQLite.
func setup(t *testing.T) torture.Setup {
	t.Helper()
	path, err := program()
	if err != nil {
		t.Fatal(err)
	}
	return torture.Setup{
		Program: path, Dir: evidence(t), Seed: 1,
		Refresh: emulator.NoneReturned, Interval: time.Second, Think: 5 * time.Millisecond,
		People: 24, Rest: 10 * time.Millisecond,
	}
}

// evidence is a directory that stays if the test fails: diaries, traces, what the servers said.
func evidence(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tenuto-torture-world-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log("what was written down is in", dir)
			return
		}
		os.RemoveAll(dir)
	})
	return dir
}

// onPostgres is a small world of three servers, with a database on the PostgreSQL that such worlds share.
func onPostgres(t *testing.T) torture.Setup {
	t.Helper()
	return sharing(t, database{pgtest.Shared(t), pgtest.Database(t)})
}

// onOwnPostgres is the same with a PostgreSQL that may be restarted.
func onOwnPostgres(t *testing.T) torture.Setup {
	t.Helper()
	server := pgtest.Start(t, pgtest.Options{Durable: true})
	text, err := server.Database(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return sharing(t, database{server, text})
}

func sharing(t *testing.T, d database) torture.Setup {
	t.Helper()
	s := setup(t)
	s.Database, s.Replicas = d, 3
	return s
}

// begin starts a world that ends with the test.
func begin(t *testing.T, s torture.Setup) *torture.World {
	t.Helper()
	w, err := torture.NewWorld(s)
	if err == nil {
		t.Cleanup(w.Close)
		err = w.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// database is one of PostgreSQL.
type database struct {
	server *pgtest.Server
	url    string
}

func (d database) Address() string { return d.server.Addr() }

func (d database) URL(address string) string {
	u, err := url.Parse(d.url)
	if err != nil {
		panic(err) // pgtest's own
	}
	u.Host = address
	return u.String()
}

// Restart implements torture.Database: kill -9, recovery from the log.
func (d database) Restart() error {
	if err := d.server.Kill(); err != nil {
		return err
	}
	return d.server.Start(context.Background())
}

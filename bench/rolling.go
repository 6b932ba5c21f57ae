package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// rollingFigure restarts three servers on one PostgreSQL, one after the other, again and again, while
// people use them through a balancer that asks /readyz every 200 ms.
func rollingFigure(ctx context.Context, s settings) ([]row, error) {
	const people, rest = 90, 100 * time.Millisecond // some 500 requests a second
	rolls := 50
	if s.quick {
		rolls = 2
	}
	w, done, err := rollingWorld(ctx, people, rest)
	if err != nil {
		return nil, err
	}
	defer done()
	if err := w.Start(); err != nil {
		return nil, err
	}
	began, requests := time.Now(), int64(0)
	for range rolls {
		n, err := w.Roll("")
		if err != nil {
			return nil, err
		}
		requests += n
	}
	took := time.Since(began)
	w.Stop()
	w.Settle(30 * time.Second)
	tally, err := w.Judge()
	if err != nil {
		return nil, err
	}
	if len(tally.Broken) > 0 {
		return nil, fmt.Errorf("promises were broken: %q", tally.Broken)
	}
	return []row{{
		what:   fmt.Sprintf("requests that failed while three servers were restarted in turn, %d times", rolls),
		ratio:  fmt.Sprintf("%d of %d", tally.Odd, requests),
		target: "0",
		detail: fmt.Sprintf("%.0f requests a second; %d refreshes for %d expiries, %d people had to sign in again",
			float64(requests)/took.Seconds(), tally.Refreshes, tally.Expiries, len(tally.Forced)),
	}}, nil
}

// rollingWorld is a Spotify that rotates, three servers, a database and people.
func rollingWorld(ctx context.Context, people int, rest time.Duration) (_ *torture.World, done func(), err error) {
	dir, err := os.MkdirTemp("", "tenuto-bench")
	if err != nil {
		return nil, nil, err
	}
	closers := []func(){func() { os.RemoveAll(dir) }}
	end := func() { // done is nil already where an error is returned
		for i := range closers {
			closers[len(closers)-1-i]()
		}
	}
	defer func() {
		if err != nil {
			end()
		}
	}()
	program := filepath.Join(dir, "tenuto")
	build := exec.CommandContext(ctx, "go", "build", "-tags", "failpoint", "-o", program, "./cmd/tenuto")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		return nil, nil, fmt.Errorf("go build: %w\n%s", err, out)
	}
	server, err := pgtest.New(ctx, pgtest.Options{Durable: true})
	if err != nil {
		return nil, nil, err
	}
	closers = append(closers, func() { server.Close() })
	text, err := server.Database(ctx)
	if err != nil {
		return nil, nil, err
	}
	at, err := url.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	w, err := torture.NewWorld(torture.Setup{
		Program: program, Dir: dir, Seed: 1, Refresh: emulator.Rotated, Interval: 3 * time.Second,
		People: people, Rest: rest, Database: onlyDatabase{server, at}, Replicas: 3, Balanced: true, DrainDelay: time.Second,
	})
	if err != nil {
		return nil, nil, err
	}
	closers = append(closers, w.Close)
	return w, end, nil
}

// onlyDatabase is a PostgreSQL as package torture wants it.
type onlyDatabase struct {
	server *pgtest.Server
	url    *url.URL
}

func (d onlyDatabase) Address() string { return d.server.Addr() }

func (d onlyDatabase) URL(address string) string {
	at := *d.url
	at.Host = address
	return at.String()
}

func (d onlyDatabase) Restart() error {
	if err := d.server.Kill(); err != nil {
		return err
	}
	return d.server.Start(context.Background())
}

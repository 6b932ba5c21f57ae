package torture_test

import (
	"os"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
)

const (
	rollsVariable = "TENUTO_TORTURE_ROLLS" // how often all servers are restarted; without it once
	olderVariable = "TENUTO_TORTURE_OLDER" // an older tenuto, to be upgraded from and gone back to
)

// balanced is a world in which no request may fail. Beside other tests a machine may take longer than the second that
// servers usually serve on; whoever asks for many rolls has it to themselves.
func balanced(t *testing.T) torture.Setup {
	t.Helper()
	s := onPostgres(t)
	s.Refresh, s.Balanced, s.DrainDelay, s.Rest = emulator.Rotated, true, time.Second, 40*time.Millisecond
	if os.Getenv(rollsVariable) == "" {
		s.DrainDelay = 3 * time.Second
	}
	return s
}

// TestRoll restarts three servers, one after the other, while people use them through a balancer that asks /readyz
// every 200 ms: no request fails, no token is refreshed twice, nobody has to log in again.
func TestRoll(t *testing.T) {
	t.Parallel()
	w := begin(t, balanced(t))
	requests := roll(t, w, number(t, rollsVariable, 1), "")
	wantSmooth(t, judge(t, w), requests)
}

// TestUpgrade has tables from the future under servers that run, that start and that are rolled: what a newer Tenuto
// adds is in nobody's way. With TENUTO_TORTURE_OLDER an older program comes first, and again at the end.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	s := balanced(t)
	newer, older := s.Program, os.Getenv(olderVariable)
	if older != "" {
		s.Program = older
	}
	w := begin(t, s)
	requests := roll(t, w, 1, newer)
	db := s.Database.(database)
	for _, step := range fromTheFuture {
		err := db.server.Exec(t.Context(), db.url, step)
		for try := 0; err != nil && try < 10; try++ { // it was in people's way, and let them pass
			err = db.server.Exec(t.Context(), db.url, step)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2 * s.Interval) // both versions of the tables' life are lived in
	requests += roll(t, w, 1, older)
	wantSmooth(t, judge(t, w), requests)
}

// fromTheFuture are steps that only add, as all do.
var fromTheFuture = []string{
	"ALTER TABLE people ADD COLUMN future text",
	"ALTER TABLE sessions ADD COLUMN future text NOT NULL DEFAULT 'bright'",
	"ALTER TABLE grants ADD COLUMN future bigint NOT NULL DEFAULT 0",
	"CREATE TABLE futures (id bigint PRIMARY KEY)",
	"INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)",
}

func roll(t *testing.T, w *torture.World, times int, program string) (requests int64) {
	t.Helper()
	for range times {
		n, err := w.Roll(program)
		if err != nil {
			t.Fatal(err)
		}
		requests += n
	}
	return requests
}

// wantSmooth wants nothing to have been noticed.
func wantSmooth(t *testing.T, tally *torture.Tally, requests int64) {
	t.Helper()
	t.Logf("%d requests while servers were stopped and started", requests)
	if requests == 0 || len(tally.Extra) > 0 || len(tally.Forced) > 0 || tally.Silent > 0 || tally.Odd > 0 {
		t.Errorf("%d requests, and somebody noticed:\n%v", requests, tally)
	}
}

// TestStop: who stops a server loses nobody, though Spotify replaces refresh tokens at every use.
func TestStop(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.Refresh, s.Think = emulator.Rotated, 50*time.Millisecond
	w := begin(t, s)
	for range number(t, rollsVariable, 8) {
		if err := w.Trouble((*torture.World).StopServer); err != nil {
			t.Fatal(err)
		}
	}
	if tally := judge(t, w); len(tally.Extra) > 0 || len(tally.Forced) > 0 {
		t.Errorf("somebody noticed: %v %v", tally.Extra, tally.Forced)
	}
}

package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// household is a vault on a server of its own, with two people and a session.
type household struct {
	t      *testing.T
	server *pgtest.Server
	url    string
	db     *vault.DB
	users  [2]string
	id     string
}

func newHousehold(t *testing.T, settings map[string]string) household {
	t.Helper()
	h := household{t: t, server: pgtest.Start(t, pgtest.Options{Settings: settings})}
	var err error
	if h.url, err = h.server.Database(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.db = open(t, h.url, vault.NewKeyRing(), postgres.WithPatience(time.Minute)) // machines are slow at times
	for i := range h.users {
		if h.users[i], err = h.db.SignIn(t.Context(), app, fmt.Sprint("person ", i), "", vault.Profile{}); err != nil {
			t.Fatal(err)
		}
	}
	if h.id, err = h.db.NewSession(t.Context(), app, h.users[0], "", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return h
}

// all is what many do at once: to read, to write in a transaction, and to write with a single statement. None of it
// may fail. The answer waits for them.
func (h household) all(when string) (done func()) {
	var group sync.WaitGroup
	for n := range 64 {
		group.Go(func() {
			if _, err := h.db.Session(h.t.Context(), app, h.id, time.Now()); err != nil {
				h.t.Errorf("%s: Session = %v, want nil", when, err)
			}
		})
		group.Go(func() {
			if _, err := h.db.NewSession(h.t.Context(), app, h.users[1], "", time.Now().Add(time.Hour)); err != nil {
				h.t.Errorf("%s: NewSession = %v, want nil", when, err)
			}
		})
		group.Go(func() {
			if err := h.db.SpendState(h.t.Context(), app, fmt.Sprint(when, n), time.Now().Add(time.Hour)); err != nil {
				h.t.Errorf("%s: SpendState = %v, want nil", when, err)
			}
		})
	}
	return group.Wait
}

// refused waits until a connection was refused since before.
func (h household) refused(before int64) {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); h.db.Pools()[0].Refused == before; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			h.t.Fatalf("nobody was refused: this test would show nothing: %+v", h.db.Pools())
		}
	}
}

// fails asks with little time: the answer says what is wrong, and not that there was no time.
func (h household) fails(when string, want error) {
	h.t.Helper()
	// What is left of a server that was killed may answer once more, and this machine may be slow.
	limited := func(do func(ctx context.Context) error) (err error) {
		for deadline := time.Now().Add(time.Minute); (err == nil || errors.Is(err, context.DeadlineExceeded)) && time.Now().Before(deadline); {
			ctx, cancel := context.WithTimeout(h.t.Context(), 2*time.Second)
			err = do(ctx)
			cancel()
		}
		return err
	}
	if err := limited(func(ctx context.Context) error {
		_, err := h.db.Session(ctx, app, h.id, time.Now())
		return err
	}); !errors.Is(err, want) {
		h.t.Errorf("%s: Session = %v, want %v", when, err, want)
	}
	if err := limited(func(ctx context.Context) error {
		_, err := h.db.NewSession(ctx, app, h.users[1], "", time.Now().Add(time.Hour))
		return err
	}); !errors.Is(err, want) {
		h.t.Errorf("%s: NewSession = %v, want %v", when, err, want)
	}
	asked := time.Now()
	if err := h.db.Ping(h.t.Context()); !errors.Is(err, want) || time.Since(asked) > 30*time.Second {
		h.t.Errorf("%s: Ping = %v after %v, want %v, and nobody's patience tried", when, err, time.Since(asked), want)
	}
}

// TestDatabaseRestarts: connections of before are no trouble to who comes after, and who comes meanwhile waits.
func TestDatabaseRestarts(t *testing.T) {
	t.Parallel()
	h := newHousehold(t, nil)
	h.all("before")()
	for n, end := range []func() error{h.server.Stop, h.server.Kill} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		h.fails("without a server", postgres.ErrUnreachable)
		before := h.db.Pools()[0].Refused
		done := h.all(fmt.Sprint("meanwhile ", n))
		h.refused(before)
		if err := h.server.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		done()
		h.all(fmt.Sprint("afterwards ", n))()
	}
}

// TestDatabaseIsFull: where PostgreSQL has fewer connections left than the pool would have, calls share those there
// are; where it has none they wait for one.
func TestDatabaseIsFull(t *testing.T) {
	t.Parallel()
	const most = 6
	h := newHousehold(t, map[string]string{"max_connections": fmt.Sprint(most), "superuser_reserved_connections": "0"})
	others := h.occupy(1)
	h.all("few connections")()
	if pool := h.db.Pools()[0]; pool.Refused == 0 || pool.Most <= most || pool.Waits == 0 || pool.Waited == 0 {
		t.Errorf("Pools = %+v after 192 calls on %d connections, want some that waited, and were refused", pool, most)
	}
	if _, err := others[0].Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tenuto'`); err != nil {
		t.Fatal(err)
	}
	h.occupy(most - 1)
	h.fails("no connection left", postgres.ErrCrowded)
	before := h.db.Pools()[0].Refused
	done := h.all("one connection left")
	h.refused(before)
	if err := others[0].Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	done()
	if pool := h.db.Pools()[0]; pool.Idle != 1 || pool.InUse != 0 || pool.Opening != 0 {
		t.Errorf("Pools = %+v, want the one connection, and idle", pool)
	}
}

// occupy takes n connections, as many as there are.
func (h household) occupy(n int) (taken []*pgx.Conn) {
	h.t.Helper()
	for deadline := time.Now().Add(time.Minute); len(taken) < n; {
		conn, err := pgx.Connect(h.t.Context(), h.url)
		switch {
		case err == nil:
			taken = append(taken, conn)
			h.t.Cleanup(func() { _ = conn.Close(context.Background()) }) // one of them is closed by then
		case time.Now().After(deadline): // until then those of before may be on their way out
			h.t.Fatal(err)
		default:
			time.Sleep(10 * time.Millisecond)
		}
	}
	return taken
}

// TestTerminated: an administrator ends a connection in the middle of a transaction, which is then done again.
func TestTerminated(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db := open(t, url+"&application_name=terminated&lock_timeout=60000&statement_timeout=60000", vault.NewKeyRing())
	user, err := db.SignIn(t.Context(), app, "alice", "", vault.Profile{})
	if err != nil {
		t.Fatal(err)
	}
	connect := func() *pgx.Conn {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close(context.Background()) }) // before the database is dropped
		return conn
	}
	holder, admin := connect(), connect()
	if _, err := holder.Exec(t.Context(), `BEGIN; SELECT 1 FROM people FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	made := make(chan error, 1)
	go func() {
		_, err := db.NewSession(t.Context(), app, user, "", time.Now().Add(time.Hour))
		made <- err
	}()
	const terminate = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'terminated' AND wait_event_type = 'Lock'`
	for ended, deadline := 0, time.Now().Add(time.Minute); ended == 0; time.Sleep(time.Millisecond) {
		if err := admin.QueryRow(t.Context(), terminate).Scan(&ended); err != nil || time.Now().After(deadline) {
			t.Fatalf("nobody waits for the lock: %v", err)
		}
	}
	if _, err := holder.Exec(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if err := <-made; err != nil {
		t.Errorf("NewSession = %v, want it done again", err)
	}
	if list, err := db.Sessions(t.Context(), app, user, time.Now()); err != nil || len(list) != 1 {
		t.Errorf("Sessions = %d, %v, want the one", len(list), err)
	}
}

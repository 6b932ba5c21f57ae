package postgres

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// locks are two people, each with two sessions: the one with the smaller ID expires last. other is somebody else's
// connection, with a transaction open.
type locks struct {
	*tables
	other pgx.Tx
}

func newLocks(t *testing.T) locks {
	t.Helper()
	url := pgtest.Database(t)
	other, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close(context.Background()) })
	if _, err := migrate(t.Context(), other.Config()); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO people (app, user_id, account, profile, created) VALUES ('a', 'u1', '1', '', 0), ('a', 'u2', '2', '', 0)`,
		`INSERT INTO sessions (id, app, user_id, handle, device, created, seen, expires)
		 SELECT decode(md5(n::text), 'hex'), 'a', 'u' || n % 2 + 1, 'h' || n, 'old', n, n, 9000 FROM generate_series(1, 4) n`,
		`UPDATE sessions SET expires = 9999 - (SELECT count(*) FROM sessions before WHERE before.id < sessions.id)`,
	} {
		if _, err := other.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	p, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	tx, err := other.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return locks{&tables{pool: pool{Pool: p, door: new(door)}}, tx}
}

// behind runs do until it waits for a lock of the other's, then meanwhile; its error is do's after the other is done.
func (l locks) behind(t *testing.T, lock string, do func() error, meanwhile string) error {
	t.Helper()
	if _, err := l.other.Exec(t.Context(), lock); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- do() }()
	for waiting, end := 0, time.Now().Add(10*time.Second); waiting == 0; {
		err := l.other.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))`).Scan(&waiting)
		if err != nil || time.Now().After(end) {
			t.Fatalf("nobody waits for %s: %v", lock, err)
		}
	}
	if _, err := l.other.Exec(t.Context(), meanwhile); err != nil {
		t.Errorf("meanwhile, %s: %v", meanwhile, err)
	}
	if err := l.other.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	return <-done
}

// TestReplaceSealedLocksLikeTheSweep: sessions are locked as they expire, whoever changes several of them.
func TestReplaceSealedLocksLikeTheSweep(t *testing.T) {
	t.Parallel()
	l := newLocks(t)
	list, err := l.SealedRows(t.Context(), vault.SealedSessions, vault.SealedRow{}, 10)
	if err != nil || len(list) != 4 {
		t.Fatalf("%d sessions, %v, want 4", len(list), err)
	}
	for i := range list {
		list[i].Next = []byte("new")
	}
	err = l.behind(t, `SELECT 1 FROM sessions ORDER BY expires LIMIT 1 FOR UPDATE`, func() error {
		n, err := l.ReplaceSealed(t.Context(), vault.SealedSessions, list)
		if n != len(list) {
			t.Errorf("ReplaceSealed = %d, want %d", n, len(list))
		}
		return err
	}, `SELECT 1 FROM sessions ORDER BY expires FOR UPDATE NOWAIT`)
	if err != nil {
		t.Errorf("ReplaceSealed = %v, want nil", err)
	}
}

// TestDeleteAgainLocksOnePerson: whoever waits for one of the people on the list does not keep another waiting.
func TestDeleteAgainLocksOnePerson(t *testing.T) {
	t.Parallel()
	l := newLocks(t)
	err := l.behind(t, `SELECT 1 FROM people WHERE user_id = 'u2' FOR UPDATE`, func() error {
		n, err := l.DeleteAgain(t.Context(), []vault.Deletion{{App: "a", UserID: "u1", At: time.Now()}, {App: "a", UserID: "u2", At: time.Now()}})
		if n != 2 {
			t.Errorf("DeleteAgain = %d, want 2", n)
		}
		return err
	}, `SELECT 1 FROM people WHERE user_id = 'u1' FOR UPDATE NOWAIT`)
	if err != nil {
		t.Errorf("DeleteAgain = %v, want nil", err)
	}
}

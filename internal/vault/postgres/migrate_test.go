package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// TestServersStartTogether: the tables are made once, and all of them have the same keys.
func TestServersStartTogether(t *testing.T) {
	t.Parallel()
	url, keys := pgtest.Database(t), vault.NewKeyRing()
	users := make([]string, 4)
	var group sync.WaitGroup
	for i := range users {
		group.Go(func() {
			db, err := postgres.Open(t.Context(), url, keys)
			if err != nil {
				t.Errorf("Open %d: %v", i, err)
				return
			}
			defer db.Close()
			if users[i], err = db.SignIn(t.Context(), app, "alice", "", vault.Profile{}); err != nil {
				t.Errorf("SignIn at %d: %v", i, err)
			}
		})
	}
	group.Wait()
	for i, user := range users {
		if user != users[0] {
			t.Errorf("alice is %q at server %d, %q at the first", user, i, users[0])
		}
	}
	execute(t, url, `DO $$ BEGIN IF (SELECT count(*) <> count(DISTINCT version_id) FROM goose_db_version) THEN RAISE 'a step was made twice'; END IF; END $$`)
}

// TestMissingStep: one that was left out is made, though later ones are there already.
func TestMissingStep(t *testing.T) {
	t.Parallel()
	url, keys := pgtest.Database(t), vault.NewKeyRing()
	open(t, url, keys)
	execute(t, url, `DROP TABLE shared; DELETE FROM goose_db_version WHERE version_id = 3`)
	if steps, err := postgres.Migrate(t.Context(), url); steps != 1 || err != nil {
		t.Errorf("Migrate = %d, %v, want one step", steps, err)
	}
	if steps, err := postgres.Migrate(t.Context(), url); steps != 0 || err != nil {
		t.Errorf("Migrate again = %d, %v, want none", steps, err)
	}
	execute(t, url, `SELECT * FROM shared`)
	execute(t, url, `INSERT INTO meta (name, value) VALUES ('`+vault.MetaOldest+`', '9999')`)
	if _, err := postgres.Migrate(t.Context(), url); !errors.Is(err, vault.ErrOutdated) {
		t.Errorf("Migrate by a program that is too old = %v, want ErrOutdated", err)
	}
}

// TestWrongKeyMakesNoTables: whoever has the wrong key changes nothing, not even what is missing.
func TestWrongKeyMakesNoTables(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	open(t, url, vault.NewKeyRing())
	execute(t, url, `DROP TABLE shared; DELETE FROM goose_db_version WHERE version_id = 3`)
	if _, err := postgres.Open(t.Context(), url, vault.NewKeyRing()); !errors.Is(err, vault.ErrWrongKey) {
		t.Errorf("Open with another key = %v, want ErrWrongKey", err)
	}
	execute(t, url, `DO $$ BEGIN IF to_regclass('shared') IS NOT NULL THEN RAISE 'tables were made'; END IF; END $$`)
}

// TestStepBesideADump: a step that has to wait for a table keeps nobody else from it, and is made when it can be: also
// where another step, which keeps nobody waiting, follows.
func TestStepBesideADump(t *testing.T) {
	t.Parallel()
	for name, later := range map[string]string{
		"alone":            "",
		"before an index":  "-- +goose NO TRANSACTION\n-- +goose Up\nCREATE INDEX CONCURRENTLY later ON forgotten (at);\n",
		"before more like": "-- +goose Up\nCREATE TABLE later (n BIGINT);\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stepBesideADump(t, later)
		})
	}
}

func stepBesideADump(t *testing.T, later string) {
	url, files := pgtest.Database(t), fstest.MapFS{}
	embedded, err := postgres.Steps()
	try(t, err)
	names, err := fs.Glob(embedded, "*.sql")
	try(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(embedded, name)
		try(t, err)
		files[name] = &fstest.MapFile{Data: text}
	}
	steps := 1
	if later != "" {
		files["9000_later.sql"] = &fstest.MapFile{Data: []byte(later)}
		steps = 2
	}
	db := open(t, url, vault.NewKeyRing())
	execute(t, url, `DROP INDEX forgotten_by_time; ALTER TABLE forgotten DROP COLUMN at; DELETE FROM goose_db_version WHERE version_id = 5`)
	dump, err := pgx.Connect(t.Context(), url)
	try(t, err)
	defer dump.Close(context.Background()) //nolint:errcheck // it only reads
	_, err = dump.Exec(t.Context(), `BEGIN; SELECT count(*) FROM forgotten`)
	try(t, err)

	type result struct {
		steps int
		err   error
	}
	done := make(chan result, 1)
	go func() {
		steps, err := postgres.MigrateWith(t.Context(), url, files)
		done <- result{steps, err}
	}()
	waitForLock(t, url)
	for i := range 5 {
		user := fmt.Sprint("user ", i)
		if err := db.Grants(app).Swap(t.Context(), user, "", &auth.Record{Version: "v1", Token: &auth.Token{RefreshToken: "r"}}); err != nil {
			t.Errorf("a login beside a step that waits: %v", err)
		}
	}
	select {
	case r := <-done:
		t.Errorf("Migrate beside a dump = %d, %v: this shows nothing", r.steps, r.err)
	default:
	}
	_, err = dump.Exec(t.Context(), `COMMIT`)
	try(t, err)
	if r := <-done; r.steps != steps || r.err != nil {
		t.Errorf("Migrate after the dump = %d, %v, want %d", r.steps, r.err, steps)
	}
	if steps, err := postgres.MigrateWith(t.Context(), url, files); steps != 0 || err != nil {
		t.Errorf("Migrate again = %d, %v, want none", steps, err)
	}
}

// waitForLock waits until somebody waits for a table.
func waitForLock(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	try(t, err)
	defer conn.Close(context.Background()) //nolint:errcheck // it only reads
	for limit := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
		var waiting int
		try(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks WHERE NOT granted`).Scan(&waiting))
		if waiting > 0 {
			return
		}
		if time.Now().After(limit) {
			t.Fatal("nobody waits for a lock")
		}
	}
}

func try(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package postgres_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres"
	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
)

// TestConnectionLost: before the commit it is as if nothing had happened; with the commit under way nobody knows, and
// the caller is told; a read is asked again.
func TestConnectionLost(t *testing.T) {
	t.Parallel()
	cutter, url := through(t, pgtest.Database(t))
	db := open(t, url, vault.NewKeyRing())
	user, err := db.SignIn(t.Context(), app, "alice", "", vault.Profile{})
	if err != nil {
		t.Fatal(err)
	}
	store := db.Grants(app)
	version := func() string {
		record, err := store.Load(t.Context(), user)
		if err != nil {
			t.Fatal(err)
		}
		return record.Version
	}
	swap := func(was, next string) error {
		return store.Swap(t.Context(), user, was, &auth.Record{Version: next, Token: &auth.Token{RefreshToken: "r"}})
	}
	session := func() error {
		_, err := db.NewSession(t.Context(), app, user, "", time.Now().Add(time.Hour))
		return err
	}
	for _, prepared := range []error{swap("", "v0"), swap("v0", "v1"), session()} { // what is prepared later would be a message too
		if prepared != nil {
			t.Fatal(prepared)
		}
	}
	sessions := 1
	for _, c := range []struct {
		what    string
		at      string
		late    bool
		do      func() error
		fails   bool
		adds    int
		version string
	}{
		{"in a transaction", "Sync", false, session, false, 1, "v1"},
		{"after a statement of a transaction", "Sync", true, session, false, 1, "v1"},
		{"at its beginning", "begin isolation level read committed", false, session, false, 1, "v1"},
		{"before its commit", "commit", false, session, true, 0, "v1"},
		{"after its commit", "commit", true, session, true, 1, "v1"},
		{"before a statement", "Sync", false, func() error { return swap("v1", "v2") }, true, 0, "v1"},
		{"after a statement", "Sync", true, func() error { return swap("v1", "v3") }, true, 0, "v3"},
		{"at a read", "Sync", false, func() error { _, err := store.Load(t.Context(), user); return err }, false, 0, "v3"},
		{"after a read", "Sync", true, func() error { _, err := store.Load(t.Context(), user); return err }, false, 0, "v3"},
	} {
		version() // connected, and what Load needs prepared
		if err := swap("no such version", "v9"); !errors.Is(err, auth.ErrConflict) {
			t.Fatal(err)
		}
		cutter.next(c.at, c.late)
		err := c.do()
		if !cutter.done() {
			t.Fatalf("%s: the connection was not cut: this test would show nothing", c.what)
		}
		if c.fails != (err != nil) || c.fails && !errors.Is(err, postgres.ErrUnreachable) {
			t.Errorf("connection lost %s: %v, want ErrUnreachable: %v", c.what, err, c.fails)
		}
		sessions += c.adds
		list, err := db.Sessions(t.Context(), app, user, time.Now())
		if err != nil || len(list) != sessions {
			t.Errorf("connection lost %s: %d sessions, %v, want %d", c.what, len(list), err, sessions)
		}
		if got := version(); got != c.version {
			t.Errorf("connection lost %s: the grant has version %s, want %s", c.what, got, c.version)
		}
	}
}

// failing makes inserts into a table fail: the first so many, with that code.
func failing(t *testing.T, url, table, code string, times int) {
	t.Helper()
	execute(t, url, fmt.Sprintf(`
		CREATE SEQUENCE IF NOT EXISTS attempts;
		SELECT setval('attempts', 1, false);
		CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('attempts') <= %d THEN RAISE EXCEPTION 'canary-detail' USING ERRCODE = '%s', DETAIL = 'canary-value'; END IF;
			RETURN NEW;
		END $$;
		DROP TRIGGER IF EXISTS fails ON %[3]s;
		CREATE TRIGGER fails BEFORE INSERT ON %[3]s FOR EACH ROW EXECUTE FUNCTION fail()`, times, code, table))
}

// TestConflicts: what the database settled against us is tried again, what nobody can know is not.
func TestConflicts(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db := open(t, url, vault.NewKeyRing(), postgres.WithPatience(0))
	user, err := db.SignIn(t.Context(), app, "alice", "", vault.Profile{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	spend := func() error {
		n++
		return db.SpendState(t.Context(), app, fmt.Sprint("state ", n), time.Now().Add(time.Hour))
	}
	session := func() error {
		_, err := db.NewSession(t.Context(), app, user, "", time.Now().Add(time.Hour))
		return err
	}
	for _, c := range []struct {
		code  string
		times int
		want  error // nil: it works
	}{
		{"40001", 2, nil},
		{"40P01", 2, nil},
		{"55P03", 2, nil},
		{"40001", 1000, errAny},
		{"40003", 1, postgres.ErrUnreachable},
		{"57P01", 1000, postgres.ErrUnreachable},
		{"53100", 1, vault.ErrFull},
		{"53300", 1, postgres.ErrCrowded},
		{"25006", 1, vault.ErrReadOnly},
		{"XX001", 1, vault.ErrDamaged},
		{"42501", 1, postgres.ErrForbidden},
	} {
		for table, do := range map[string]func() error{"spent_states": spend, "sessions": session} {
			failing(t, url, table, c.code, c.times)
			err := do()
			if (err == nil) != (c.want == nil) || err != nil && !errors.Is(c.want, errAny) && !errors.Is(err, c.want) {
				t.Errorf("insert into %s with %d times %s = %v, want %v", table, c.times, c.code, err, c.want)
			}
			execute(t, url, "DROP TRIGGER fails ON "+table)
		}
	}
}

var errAny = errors.New("any")

// TestReadOnlyDatabase: after a failover to a standby, say. Reading goes on, writing says why not, and then goes on too.
func TestReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	keys := vault.NewKeyRing()
	db := open(t, url, keys)
	if _, err := db.SignIn(t.Context(), app, "alice", "", vault.Profile{}); err != nil {
		t.Fatal(err)
	}
	failover := func(readOnly string) {
		execute(t, url, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = `+readOnly+`', current_database()); END $$`)
		execute(t, url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	failover("on")
	if err := db.Ping(t.Context()); !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("Ping = %v, want ErrReadOnly", err)
	}
	if _, err := db.Sessions(t.Context(), app, "nobody", time.Now()); err != nil {
		t.Errorf("reading: %v", err)
	}
	if _, err := db.SignIn(t.Context(), app, "bob", "", vault.Profile{}); !errors.Is(err, vault.ErrReadOnly) {
		t.Errorf("SignIn = %v, want ErrReadOnly", err)
	}
	execute(t, url+"&default_transaction_read_only=off", `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$`)
	execute(t, url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	var err error
	for range 3 { // a single statement that hears it is not tried again by itself
		if err = db.Ping(t.Context()); err == nil {
			break
		}
	}
	if err != nil {
		t.Errorf("Ping afterwards = %v, want nil", err)
	}
}

// TestOutdatedWhileRunning: a server that runs when the tables are changed for good is not ready any more.
func TestOutdatedWhileRunning(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	db := open(t, url, vault.NewKeyRing())
	execute(t, url, `INSERT INTO meta (name, value) VALUES ('`+vault.MetaOldest+`', '9999')`)
	if err := db.Ping(t.Context()); !errors.Is(err, vault.ErrOutdated) {
		t.Errorf("Ping = %v, want ErrOutdated", err)
	}
}

// TestCommitsAreOnDisk: however the server, the role or the URL have it.
func TestCommitsAreOnDisk(t *testing.T) {
	t.Parallel()
	url := pgtest.Database(t)
	execute(t, url, `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$`)
	db := open(t, url+"&synchronous_commit=off&application_name=disk", vault.NewKeyRing())
	execute(t, url, `
		CREATE TABLE seen (value text);
		CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;
		CREATE TRIGGER looks BEFORE INSERT ON spent_states FOR EACH ROW EXECUTE FUNCTION look()`)
	if err := db.SpendState(t.Context(), app, "state", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	execute(t, url, `DO $$ BEGIN IF (SELECT count(*) FROM seen WHERE value = 'on') <> 1 THEN RAISE 'synchronous_commit was %', (SELECT value FROM seen); END IF; END $$`)
}

package main

import (
	"database/sql"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// endSessions runs tenuto sessions end until it ends, and returns what it said.
func (w *keyringWorld) endSessions(status int, args ...string) string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "tenuto", slices.Concat([]string{"sessions", "end"}, args, w.where)...)
	cmd.Env = w.env
	out, _ := cmd.CombinedOutput()
	w.said.Write(out)
	if got := cmd.ProcessState.ExitCode(); got != status {
		w.t.Errorf("tenuto sessions end %q = %d, want %d:\n%s", args, got, status, out)
	}
	return string(out)
}

// TestReq_SE09_OperatorEndsSessions: of one person, or of all, on a server that runs and on one that does not.
func TestReq_SE09_OperatorEndsSessions(t *testing.T) {
	t.Parallel()
	for name, where := range map[string]func() (flags, env []string, damage func()){
		"sqlite": func() (flags, env []string, damage func()) {
			dir := filepath.Join(t.TempDir(), "data")
			return []string{"--data-dir", dir}, nil, func() { damageRows(t, dir) }
		},
		"postgres": func() (flags, env []string, damage func()) {
			url := pgtest.Database(t)
			return nil, []string{"TENUTO_DATABASE=" + url, "TENUTO_KEY=" + anotherKey}, func() {
				if err := pgtest.Shared(t).Exec(t.Context(), url, damaged); err != nil {
					t.Fatal(err)
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags, env, damage := where()
			w := newKeyringWorld(t, flags, env...)
			bob := newPerson(t)
			bobID := bob.logIn(w.base, "bob").userID(t)
			wants := func(who *person, name, want string) {
				t.Helper()
				if got := who.open(w.base).userID(t); got != want {
					t.Errorf("%s's page shows user ID %s, want %s", name, got, want)
				}
			}

			w.says(w.endSessions(misuse), "who is to be signed out")
			w.says(w.endSessions(misuse, "--all", "--person", w.id), "who is to be signed out")
			for _, nobody := range []string{"nobody", "..", ".", "../..", "?all"} { // a path, or a query, is no person
				w.says(w.endSessions(done, "--person", nobody), "^Ended 0 sessions")
			}
			w.isThere()
			w.says(w.endSessions(done, "--person", w.id), "^Ended 1 session")
			wants(w.alice, "alice", "None")
			wants(bob, "bob", bobID)
			if again := w.alice.open(w.base + "/login").userID(t); again != w.id {
				t.Errorf("alice is %s after logging in again, want %s as before", again, w.id)
			}
			w.says(w.endSessions(done, "--all", "--json"), `^\{"ended":2\}`)
			wants(w.alice, "alice", "None")
			wants(bob, "bob", "None")

			w.alice.open(w.base + "/login")
			w.isThere()
			w.stop()
			if name == "sqlite" {
				w.says(w.server.output(), `msg="sessions ended by an operator" person=[0-9a-f]{16} sessions=1 `)
				w.says(w.server.output(), `msg="sessions ended by an operator" person=all sessions=2 `)
			}
			damage()
			unread := w.endSessions(done, "--person", w.id)
			w.says(unread, "^Ended 1 session")
			w.says(unread, "the grants of 1 person do not open.*keyring status")
			w.says(w.endSessions(done, "--all"), "^Ended 0 sessions")
			noSecrets(t, w.world, "the output", w.said.String())
		})
	}
}

// damaged takes the first byte off all that is sealed.
const damaged = `
UPDATE grants SET sealed = substr(sealed, 2);
UPDATE people SET profile = substr(profile, 2);
UPDATE sessions SET device = substr(device, 2)`

// damageRows does it to a server that does not run.
func damageRows(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseFile))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(damaged); err != nil {
		t.Fatal(err)
	}
}

package main

import (
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault/postgres/pgtest"
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
	for name, where := range map[string]func() (flags, env []string){
		"sqlite": func() (flags, env []string) {
			return []string{"--data-dir", filepath.Join(t.TempDir(), "data")}, nil
		},
		"postgres": func() (flags, env []string) {
			return nil, []string{"TENUTO_DATABASE=" + pgtest.Database(t), "TENUTO_KEY=" + anotherKey}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flags, env := where()
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
			w.says(w.endSessions(done, "--all"), "^Ended 1 session")
			noSecrets(t, w.world, "the output", w.said.String())
		})
	}
}

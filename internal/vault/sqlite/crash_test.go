package sqlite_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// crashRounds sets how often TestCrash kills, if not 30 times.
const crashRounds = "TENUTO_CRASH_ROUNDS"

// TestCrash kills a real process (kill -9) in the middle of its writes, over and over on one database: all that it
// was told to be done is there, all that it was told to be gone is gone, and the next process can open it at once.
func TestCrash(t *testing.T) {
	t.Parallel()
	rounds := 30
	if text := os.Getenv(crashRounds); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("%s: %v", crashRounds, err)
		}
		rounds = n
	}
	program := buildChild(t)
	base := t.TempDir()
	dir := filepath.Join(base, "data")
	all := newExpectation()
	for round := range rounds {
		killChild(t, program, dir, fmt.Sprint(round), 1+rand.IntN(400))
		ageKeys(t, dir)
		told := newExpectation()
		for n := range crashWorkers {
			diary := filepath.Join(base, fmt.Sprintf("diary-%d-%d", round, n))
			told.read(t, diary)
			all.read(t, diary)
		}
		verify(t, dir, told)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	verify(t, dir, all)
	t.Logf("%d rounds: %d people, %d sessions, %d grants, %d spent states acknowledged",
		rounds, len(all.users), len(all.sessions), len(all.versions), len(all.spent))
	if rounds > 0 && len(all.versions) == 0 {
		t.Error("no child got far enough to show anything")
	}
}

// ageKeys makes the data keys an hour older, so that the next child may remove them.
func ageKeys(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, sqlite.DatabaseFile))
	try(t, err)
	_, err = db.Exec("UPDATE keys SET created = created - 3600000")
	try(t, errors.Join(err, db.Close()))
}

// buildChild builds this test program without -race, under which SQLite is too slow to be interesting.
func buildChild(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "child")
	if out, err := exec.CommandContext(t.Context(), "go", "test", "-c", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("build the child: %v\n%s", err, out)
	}
	return program
}

// killChild starts a child and kills it after so many things done.
func killChild(t *testing.T, program, dir, run string, after int) {
	t.Helper()
	child := exec.CommandContext(t.Context(), program)
	child.Env = append(os.Environ(), crashDir+"="+dir, crashRun+"="+run)
	var stderr bytes.Buffer
	child.Stderr = &stderr
	dots, err := child.StdoutPipe()
	try(t, err)
	try(t, child.Start())
	_, readErr := io.CopyN(io.Discard, dots, int64(after))
	if db, err := sqlite.OpenDir(t.Context(), dir); !errors.Is(err, vault.ErrInUse) {
		t.Errorf("OpenDir beside a process that has it open = %v, %v, want ErrInUse", db, err)
	}
	try(t, child.Process.Kill())
	err = child.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); readErr != nil || !ok || exit.ExitCode() != -1 {
		t.Fatalf("child ended by itself: %v, %v\n%s", readErr, err, &stderr)
	}
}

// expectation is what the diaries say must be. Maps go from the thing to how it ended.
type expectation struct {
	users    map[string]string   // account → user ID acknowledged
	sessions map[string]fate     // secret id
	owners   map[string]string   // secret id → user ID
	versions map[string]versions // user ID
	forgot   map[string]fate     // user ID
	spent    []string
}

// versions of a grant: the one acknowledged ("": none) and one that may have been written since.
type versions struct{ acknowledged, tried string }

type fate int

const (
	alive fate = iota
	uncertain
	gone
)

func newExpectation() *expectation {
	return &expectation{users: map[string]string{}, sessions: map[string]fate{}, owners: map[string]string{},
		versions: map[string]versions{}, forgot: map[string]fate{}}
}

func (x *expectation) read(t *testing.T, diary string) {
	t.Helper()
	data, err := os.ReadFile(diary)
	if errors.Is(err, os.ErrNotExist) {
		return // killed before this worker began
	}
	try(t, err)
	for line := range bytes.Lines(data) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			return // died while writing it
		}
		var e entry
		try(t, json.Unmarshal(line, &e))
		x.add(t, e)
	}
}

func (x *expectation) add(t *testing.T, e entry) {
	t.Helper()
	switch e.Did {
	case "signed in":
		x.users[e.Account] = e.User
	case "session":
		x.sessions[e.Session], x.owners[e.Session] = alive, e.User
	case "swapping":
		x.versions[e.User] = versions{x.versions[e.User].acknowledged, e.Version}
	case "swapped":
		x.versions[e.User] = versions{acknowledged: e.Version}
	case "spent":
		x.spent = append(x.spent, e.State)
	case "ending":
		x.sessions[e.Session] = uncertain
	case "ended":
		x.sessions[e.Session] = gone
	case "forgetting":
		x.forgot[e.User] = uncertain
	case "forgot":
		x.forgot[e.User] = gone
	default:
		t.Fatalf("diary says %q", e.Did)
	}
}

func verify(t *testing.T, dir string, told *expectation) {
	t.Helper()
	db, err := sqlite.OpenDir(context.Background(), dir)
	if err != nil {
		t.Fatalf("open after kill -9: %v", err)
	}
	defer closeDB(t, db)
	for account, user := range told.users {
		got, err := db.SignIn(t.Context(), crashApp, account, "", vault.Profile{})
		if err != nil || (got == user) != (told.forgot[user] == alive) && told.forgot[user] != uncertain {
			t.Errorf("SignIn(%s) = %q, %v, acknowledged was %q, forgotten: %v", account, got, err, user, told.forgot[user])
		}
	}
	for id, want := range told.sessions {
		want = max(want, told.forgot[told.owners[id]])
		_, err := db.Session(t.Context(), crashApp, id, time.Now())
		if got := fateOf(t, err, vault.ErrNoSession); got != want && want != uncertain {
			t.Errorf("session of %s is %v, acknowledged was %v", told.owners[id], got, want)
		}
	}
	store := db.Grants(crashApp)
	for user, versions := range told.versions {
		var version string
		record, err := store.Load(t.Context(), user)
		got := fateOf(t, err, auth.ErrNotFound)
		if got == alive {
			version = record.Version
		}
		switch want := told.forgot[user]; {
		case want == uncertain:
		case want == gone && got != gone:
			t.Errorf("grant of %s is %v, acknowledged was that it is gone", user, got)
		case want == alive && version != versions.acknowledged && (version != versions.tried || version == ""):
			t.Errorf("grant of %s has version %q, want %+v", user, version, versions)
		}
	}
	for _, state := range told.spent {
		if err := db.SpendState(t.Context(), crashApp, state, time.Now()); !errors.Is(err, vault.ErrSpent) {
			t.Errorf("SpendState(%s) = %v, want ErrSpent", state, err)
		}
	}
}

func fateOf(t *testing.T, err, absent error) fate {
	t.Helper()
	if errors.Is(err, absent) {
		return gone
	}
	try(t, err)
	return alive
}

package sqlite_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// The environment by which TestCrash tells its child what it is.
const (
	crashDir = "TENUTO_TEST_CRASH_DIR" // the data directory; diaries go beside it
	crashRun = "TENUTO_TEST_CRASH_RUN" // names this child's people
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		crashChild(dir, os.Getenv(crashRun))
		return
	}
	os.Exit(m.Run())
}

// entry is a line of a worker's diary: before what may end in the middle, and after everything acknowledged.
type entry struct {
	Did     string // "signed in", "session", "swapping", "swapped", "ending", "ended", "forgetting", "forgot", "spent"
	Account string `json:",omitempty"`
	User    string `json:",omitempty"`
	Session string `json:",omitempty"`
	Version string `json:",omitempty"`
	State   string `json:",omitempty"`
}

const (
	crashWorkers = 16
	crashApp     = "app"
)

// crashChild writes with many workers until it is killed.
func crashChild(dir, run string) {
	db, err := sqlite.OpenDir(context.Background(), dir)
	fatal(err)
	for n := range crashWorkers {
		diary, err := os.Create(filepath.Join(filepath.Dir(dir), fmt.Sprintf("diary-%s-%d", run, n)))
		fatal(err)
		w := worker{db: db, store: db.Grants(crashApp), diary: diary}
		go func() {
			for i := 0; ; i++ {
				w.live(fmt.Sprintf("%s-%d-%d", run, n, i), i)
			}
		}()
	}
	rotate(db)
}

func fatal(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "crash child:", err)
		os.Exit(1)
	}
}

type worker struct {
	db    *vault.DB
	store auth.Store
	diary *os.File
}

// live is one person's life; every second one logs out, every fifth one is forgotten.
func (w worker) live(account string, i int) {
	ctx := context.Background()
	user, err := w.db.SignIn(ctx, crashApp, account, "", vault.Profile{Name: account})
	w.did(entry{Did: "signed in", Account: account, User: user}, err)
	id, err := w.db.NewSession(ctx, crashApp, user, "", time.Now().Add(24*time.Hour))
	w.did(entry{Did: "session", User: user, Session: id}, err)
	version := ""
	for n := range 3 {
		next := &auth.Record{Version: fmt.Sprintf("%s-v%d", account, n), Generation: int64(n), Token: &auth.Token{RefreshToken: account}}
		w.did(entry{Did: "swapping", User: user, Version: next.Version}, nil)
		w.did(entry{Did: "swapped", User: user, Version: next.Version}, w.store.Swap(ctx, user, version, next))
		version = next.Version
	}
	w.did(entry{Did: "spent", State: account}, w.db.SpendState(ctx, crashApp, account, time.Now().Add(24*time.Hour)))
	if i%2 == 1 {
		w.did(entry{Did: "ending", Session: id}, nil)
		_, _, err = w.db.EndSession(ctx, crashApp, id)
		w.did(entry{Did: "ended", Session: id}, err)
	}
	if i%5 == 4 {
		w.did(entry{Did: "forgetting", User: user}, nil)
		w.did(entry{Did: "forgot", User: user}, w.db.Forget(ctx, crashApp, user))
	}
}

// did writes the entry, safely, and a dot for the parent, which counts them to choose its moment.
func (w worker) did(e entry, err error) {
	fatal(err)
	line, err := json.Marshal(e)
	fatal(err)
	_, err = w.diary.Write(append(line, '\n'))
	fatal(err)
	fatal(w.diary.Sync())
	os.Stdout.WriteString(".")
}

// rotate makes a key, removes those that are not needed any more, and brings what all others write under the new one,
// until the process is killed.
func rotate(db *vault.DB) {
	ctx := context.Background()
	number, err := db.RotateKey(ctx)
	fatal(err)
	for {
		_, err := db.Reseal(ctx)
		fatal(err)
		for old := max(1, number-10); old < number; old++ {
			if err := db.RemoveKey(ctx, old); !errors.Is(err, vault.ErrKeyInUse) {
				fatal(err)
			}
		}
	}
}

package torture_test

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/torture"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// TestDiskFull: on a full disk no token is used up and what has come is in the rescue journal, though Spotify replaces
// refresh tokens at every use and takes its time.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	onSmallDisk(t, func(dir string) {
		s := setup(t)
		s.Refresh, s.DataDir, s.Think = emulator.Rotated, dir, 100*time.Millisecond
		w := begin(t, s)
		time.Sleep(2 * s.Interval)
		for _, kill := range []bool{false, true} {
			if err := w.Trouble(func(w *torture.World) error { return w.FullDisk(2*s.Interval, kill) }); err != nil {
				t.Fatal(err)
			}
		}
		judge(t, w)
	})
}

// TestDiskFullOfWAL: what SQLite has not moved into the database yet, because somebody reads for long, as a backup does,
// may fill the disk all by itself. Once nobody is in the way there is room again, and nothing that was acknowledged is
// lost.
func TestDiskFullOfWAL(t *testing.T) {
	t.Parallel()
	onSmallDisk(t, func(dir string) {
		db, err := sqlite.OpenDir(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		store, version := db.Grants("app"), ""
		write := func(n int) error {
			next := &auth.Record{Version: fmt.Sprint("v", n), Token: &auth.Token{RefreshToken: strings.Repeat("r", 1000)}}
			err := store.Swap(t.Context(), "alice", version, next)
			if err == nil {
				version = next.Version
			}
			return err
		}
		reader, err := sql.Open("sqlite", "file:"+filepath.Join(dir, sqlite.DatabaseFile)+"?mode=ro")
		if err != nil {
			t.Fatal(err)
		}
		defer reader.Close()
		reading, err := reader.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := reading.QueryRow("SELECT count(*) FROM grants").Scan(&n); err != nil {
			t.Fatal(err)
		}
		const most = 100_000
		for n = range most {
			if err = write(n); err != nil {
				break
			}
		}
		if !errors.Is(err, vault.ErrFull) {
			t.Fatalf("after %d writes beside a reader: %v, want ErrFull: this shows nothing", n, err)
		}
		if err := db.Ping(t.Context()); !errors.Is(err, vault.ErrFull) {
			t.Errorf("Ping on a full disk = %v, want ErrFull", err)
		}
		if err := reading.Rollback(); err != nil {
			t.Fatal(err)
		}
		for limit := time.Now().Add(10 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			if err = db.Ping(t.Context()); err == nil || time.Now().After(limit) {
				break
			}
		}
		if err != nil {
			t.Fatalf("Ping when nobody reads any more = %v, want nil: the WAL's room is free", err)
		}
		if rec, err := store.Load(t.Context(), "alice"); err != nil || rec.Version != version {
			t.Errorf("Load = %v, %v, want version %s, the last that was acknowledged", rec, err, version)
		}
		if err := write(most); err != nil {
			t.Errorf("a write when there is room again: %v", err)
		}
		if info, err := os.Stat(filepath.Join(dir, sqlite.DatabaseFile+"-wal")); err != nil || info.Size() > 5<<20 {
			t.Errorf("the WAL is %v, %v, want it small again", info, err)
		}
	})
}

// TestLies: a Spotify that refuses everybody for no reason is not believed.
func TestLies(t *testing.T) {
	t.Parallel()
	s := setup(t)
	s.People = 60
	w := begin(t, s)
	time.Sleep(2 * s.Interval)
	if err := w.Trouble(func(w *torture.World) error { return w.Lie(3 * s.Interval) }); err != nil {
		t.Fatal(err)
	}
	if tally := judge(t, w); len(tally.Forced) > 0 {
		t.Errorf("somebody believed it: %v", tally.Forced)
	}
}

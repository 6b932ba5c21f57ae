package server_test

import (
	"database/sql"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// TestStoreFailsOnHome: a database that cannot be written is not Spotify's fault.
func TestStoreFailsOnHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.login("alice")
	w.now.advance(2 * time.Hour)
	w.emu.Advance(2 * time.Hour)
	w.alter("CREATE TRIGGER full BEFORE UPDATE ON grants BEGIN SELECT RAISE(FAIL, 'canary cause'); END")
	for range 5 {
		a := b.get("/")
		a.wants(t, http.StatusOK, "Error in retrieving now playing!", "cannot keep your login right now", "Nothing is lost")
		a.lacks(t, "Spotify does not answer")
	}
	log := w.log.String()
	if n := strings.Count(log, `"msg":"store failed"`); n != 1 || !strings.Contains(log, "canary cause") {
		t.Errorf("%d lines of the store, want one with the cause:\n%s", n, log)
	}
	w.alter("DROP TRIGGER full")
	w.now.advance(time.Minute) // what failed is not tried again at once
	b.get("/").wants(t, http.StatusOK, "Now playing: ")
	b.get("/").lacks(t, "cannot keep")
}

// alter changes the database beside the server.
func (w *world) alter(statement string) {
	w.t.Helper()
	disk, err := sql.Open("sqlite", "file:"+filepath.Join(w.dir, sqlite.DatabaseFile)+"?_pragma=busy_timeout(5000)")
	if err != nil {
		w.t.Fatal(err)
	}
	defer disk.Close()
	if _, err := disk.Exec(statement); err != nil {
		w.t.Fatal(err)
	}
}

// TestKeyMissingOnHome: a login whose data key is gone from the database is there again when that is put back.
func TestKeyMissingOnHome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.login("alice")
	if _, err := w.db.RotateKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.now.advance(2 * time.Hour)
	w.emu.Advance(2 * time.Hour)
	b.get("/").wants(t, http.StatusOK, "Now playing: ") // refreshed: sealed with the new key
	w.alter("CREATE TABLE aside AS SELECT * FROM keys WHERE number = 2; DELETE FROM keys WHERE number = 2")
	w.restart()
	b.get("/").wants(t, http.StatusOK, "cannot open your login", "Nothing is lost")
	if log := w.log.String(); !strings.Contains(log, "is not in the ring") {
		t.Errorf("the log does not name the cause:\n%s", log)
	}
	w.alter("INSERT INTO keys SELECT * FROM aside; DROP TABLE aside")
	w.restart()
	b.get("/").wants(t, http.StatusOK, "Now playing: ")
}

// TestLoginReplacesWhatDoesNotOpen: whoever logs in again needs nothing of a grant that is damaged, and has another.
func TestLoginReplacesWhatDoesNotOpen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.login("alice")
	id := b.userID()
	w.alter("UPDATE grants SET sealed = substr(sealed, 1, length(sealed) - 1)")
	w.restart()
	b.get("/").wants(t, http.StatusOK, "cannot open your login")
	other := w.browser()
	other.login("alice")
	other.get("/").wants(t, http.StatusOK, "Now playing: ")
	b.get("/").wants(t, http.StatusOK, "Now playing: ")
	if got := other.userID(); got != id {
		t.Errorf("after another login the user ID is %s, want %s", got, id)
	}
	if log := w.log.String(); !strings.Contains(log, `"msg":"grant replaced"`) {
		t.Errorf("the log does not say that a grant was replaced:\n%s", log)
	}
}

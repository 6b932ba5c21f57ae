package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

const otherKey = "q8VfXr1mJ0m3C6m8wq3Yp0mVtq2p1o7z5sT9k4uWcEg=\n"

// settled is a data directory with people in it, and who they are.
func settled(t *testing.T, names ...string) (dir string, ids map[string]string) {
	t.Helper()
	dir, ids = t.TempDir(), map[string]string{}
	db, err := sqlite.OpenDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, name := range names {
		if ids[name], err = db.SignIn(t.Context(), "app", name, "", vault.Profile{}); err != nil {
			t.Fatal(err)
		}
	}
	return dir, ids
}

// wants runs a command in this process, and looks how it ended and what it said.
func wants(t *testing.T, status int, words string, args ...string) {
	t.Helper()
	if got, output := runHere(t, args...); got != status || !strings.Contains(output, words) {
		t.Errorf("tenuto %q = %d and\n%s\nwant %d and %q", args, got, output, status, words)
	}
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBackupRefuses: what cannot become a good copy leaves none, and an older copy as it was.
func TestBackupRefuses(t *testing.T) {
	t.Parallel()
	dir, _ := settled(t, "alice")
	place := t.TempDir()
	copied := filepath.Join(place, "copy")
	key := write(t, filepath.Join(place, "other.key"), otherKey)

	wants(t, failed, "--data-dir", "backup", copied, "--data-dir", t.TempDir())
	wants(t, failed, "would not open with this root key", "backup", copied, "--data-dir", dir, "--key-file", key)
	wants(t, failed, "the directory of a server", "backup", filepath.Join(place, "none", "copy"), "--data-dir", dir)
	wants(t, misuse, "FILE", "backup", "--data-dir", dir)
	wants(t, done, "1 person", "backup", copied, "--data-dir", dir)
	older := readFile(t, copied)
	wants(t, failed, "--force", "backup", copied, "--data-dir", dir)
	wants(t, failed, "would not open", "backup", copied, "--data-dir", dir, "--key-file", key, "--force")
	if readFile(t, copied) != older {
		t.Error("a backup that failed has changed the older copy")
	}
	wants(t, done, filepath.Join(dir, sqlite.KeyFile), "backup", copied, "--data-dir", dir, "--force")
	if files, err := os.ReadDir(place); err != nil || len(files) != 2 {
		t.Errorf("in the directory of the copy are %v, %v, want the copy and the key", files, err)
	}
}

// TestBackupIsOfTheServersDatabase: whoever has moved on to PostgreSQL gets no copy of what SQLite had before.
func TestBackupIsOfTheServersDatabase(t *testing.T) {
	t.Parallel()
	dir, _ := settled(t, "alice")
	var out strings.Builder
	p := &program{in: strings.NewReader(""), out: &out, err: &out, lookup: lookupIn(map[string]string{databaseVariable: "postgres://u:canary-password@127.0.0.1/none"})}
	to := filepath.Join(t.TempDir(), "copy")
	status := p.run(t.Context(), []string{"backup", to, "--data-dir", dir})
	if status != misuse || !strings.Contains(out.String(), "pg_dump") || strings.Contains(out.String(), "canary") {
		t.Errorf("tenuto backup with %s = %d and\n%s\nwant %d and pg_dump", databaseVariable, status, &out, misuse)
	}
	if _, err := os.Stat(to); err == nil {
		t.Error("there is a copy")
	}
}

// TestBackupSparesTheServer: by no name does a copy take the place of what a server uses, not even with --force.
func TestBackupSparesTheServer(t *testing.T) {
	t.Parallel()
	dir, ids := settled(t, "alice")
	place := t.TempDir()
	full := filepath.Join(dir, sqlite.DatabaseFile)
	hard, link, linkedDir := filepath.Join(place, "hard"), filepath.Join(place, "link"), filepath.Join(place, "dir")
	for _, err := range []error{os.Link(full, hard), os.Symlink(full, link), os.Symlink(dir, linkedDir)} {
		if err != nil {
			t.Skipf("links: %v", err)
		}
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	relative, err := filepath.Rel(here, full)
	if err != nil {
		t.Fatal(err)
	}
	key := write(t, filepath.Join(place, "key"), readFile(t, filepath.Join(dir, sqlite.KeyFile)))
	targets := []string{hard, link, relative, filepath.Join(linkedDir, sqlite.DatabaseFile), key}
	for _, name := range []string{
		"tenuto.db", "tenuto.db-wal", "tenuto.db-shm", "tenuto.db-journal", "tenuto.db.lock", "tenuto.db.restoring", "tenuto.db.restored",
		"tenuto.db.restoring-wal", "tenuto.db.copying", "tenuto.db.copying.part", "tenuto.db.copying.lock", deletionsDir + "/2026-11", deletionsDir + "/new", "tenuto.key", "Tenuto.Key", "tenuto.rescue", "tenuto.rescue.7", operatorSocket, deletionsDir,
	} {
		targets = append(targets, filepath.Join(dir, name))
	}
	if err := os.Mkdir(filepath.Join(dir, deletionsDir), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, deletionsDir, "2026-11"), "2026-11-21T18:00:00Z app USER\n")
	before, err := os.Stat(full)
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range targets {
		for _, force := range []string{"--force", "--force=false"} {
			wants(t, misuse, "hint: name a file of its own", "backup", to, "--data-dir", dir, "--key-file", key, force)
		}
	}
	if after, err := os.Stat(full); err != nil || !os.SameFile(before, after) {
		t.Errorf("the database is another file now: %v", err)
	}
	foreign, other := write(t, filepath.Join(place, "diary"), "Dear diary"), filepath.Join(place, "elsewhere")
	if err := os.Symlink(foreign, other); err != nil {
		t.Fatal(err)
	}
	for _, to := range []string{foreign, other, place} { // nor of what is no copy
		wants(t, misuse, "hint: name a file of its own", "backup", to, "--data-dir", dir, "--force")
	}
	if readFile(t, other) != "Dear diary" {
		t.Error("a copy has replaced a diary")
	}
	wants(t, done, "1 person", "backup", write(t, filepath.Join(place, "empty"), ""), "--data-dir", dir, "--force")
	wants(t, done, "1 person", "backup", filepath.Join(dir, "tenuto.db.copy"), "--data-dir", dir, "--force")
	wantIDs(t, dir, ids)
}

// TestBackupWithoutKey: whoever makes copies need not have the root key.
func TestBackupWithoutKey(t *testing.T) {
	t.Parallel()
	dir, ids := settled(t, "alice")
	place := t.TempDir()
	copied, key := filepath.Join(place, "copy"), filepath.Join(place, "key")
	if err := os.Rename(filepath.Join(dir, sqlite.KeyFile), key); err != nil {
		t.Fatal(err)
	}
	wants(t, done, "was not tried", "backup", copied, "--data-dir", dir)
	wants(t, failed, "no such file", "backup", copied, "--data-dir", dir, "--key-file", key+"s", "--force")
	to := t.TempDir()
	wants(t, failed, "put the root key there", "restore", copied, "--data-dir", to)
	wants(t, done, "1 person", "restore", copied, "--data-dir", to, "--key-file", key)
	if err := os.Rename(key, filepath.Join(to, sqlite.KeyFile)); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, to, ids)
}

// TestBackupToOutput: the same bytes, and nothing is left of them here.
func TestBackupToOutput(t *testing.T) {
	t.Parallel()
	dir, ids := settled(t, "alice")
	before, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	status, output := runHere(t, "backup", "-", "--data-dir", dir)
	if status != done {
		t.Fatalf("tenuto backup - = %d:\n%s", status, output)
	}
	copied := write(t, filepath.Join(t.TempDir(), "copy"), output)
	if after, err := os.ReadDir(dir); err != nil || len(after) > len(before)+3 { // SQLite's -wal and -shm, and our lock
		t.Errorf("in the data directory are %v, %v, want what was there: %v", after, err, before)
	}
	to := t.TempDir()
	write(t, filepath.Join(to, sqlite.KeyFile), readFile(t, filepath.Join(dir, sqlite.KeyFile)))
	wants(t, done, "Restored  1 person", "restore", copied, "--data-dir", to)
	wantIDs(t, to, ids)
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil { // Linux has a disk that is always full
		defer full.Close()
		p := &program{in: strings.NewReader(""), out: full, err: new(strings.Builder), lookup: lookupIn(nil)}
		if status := p.run(t.Context(), []string{"backup", "-", "--data-dir", dir}); status != failed {
			t.Errorf("tenuto backup - > /dev/full = %d, want %d", status, failed)
		}
	}
}

// TestBackupToOutputKilled: what kill -9 leaves behind is no copy, or is gone after the next one.
func TestBackupToOutputKilled(t *testing.T) {
	t.Parallel()
	dir, _ := settled(t, "alice")
	copies := func() (names []string) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			name := entry.Name()
			info, err := entry.Info()
			if err == nil && info.Size() > 1000 && name != sqlite.DatabaseFile && name != sqlite.DatabaseFile+".reserve" && !strings.HasPrefix(name, sqlite.DatabaseFile+"-") {
				names = append(names, name)
			}
		}
		return names
	}
	cmd := exec.CommandContext(t.Context(), "tenuto", "backup", "-", "--data-dir", dir)
	cmd.Env = home(t)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(out, make([]byte, 1)); err != nil { // the copy is larger than a pipe holds
		t.Fatal(err)
	}
	_ = cmd.Process.Kill()
	if err := cmd.Wait(); err == nil {
		t.Fatal("the copy fits into a pipe: this test shows nothing")
	}
	if left := copies(); len(left) > 0 && runtime.GOOS != "windows" {
		t.Errorf("killed while it prints, a backup leaves %q", left)
	}
	for _, name := range []string{".copying", ".copying.part"} { // killed while it copies
		write(t, filepath.Join(dir, sqlite.DatabaseFile+name), strings.Repeat("half a copy", 1000))
	}
	if status, _ := runHere(t, "backup", "-", "--data-dir", dir); status != done {
		t.Errorf("the next backup = %d, want %d", status, done)
	}
	if left := copies(); len(left) > 0 {
		t.Errorf("after the next backup there are %q", left)
	}
}

func wantIDs(t *testing.T, dir string, ids map[string]string) {
	t.Helper()
	db, err := sqlite.OpenDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for name, want := range ids {
		if got, err := db.SignIn(t.Context(), "app", name, "", vault.Profile{}); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", name, got, err, want)
		}
	}
}

// TestBackupDiskFull: in a process that may not write files as large as the copy.
func TestBackupDiskFull(t *testing.T) {
	t.Parallel()
	dir, ids := settled(t, "alice", "bob")
	place := t.TempDir()
	copied := filepath.Join(place, "copy")
	limited := func(args string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", "ulimit -f 40 && exec tenuto "+args+" --data-dir "+dir)
		cmd.Env = home(t)
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := limited("backup " + copied); err == nil {
		t.Errorf("a backup onto a full disk says that all is well:\n%s", out)
	}
	if files, err := os.ReadDir(place); err != nil || len(files) != 0 {
		t.Errorf("a backup onto a full disk leaves %v, %v, want nothing", files, err)
	}
	wants(t, done, "2 people", "backup", copied, "--data-dir", dir)
	if out, err := limited("restore --force " + copied); err == nil {
		t.Errorf("a restore onto a full disk says that all is well:\n%s", out)
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.restor*")); err != nil || len(left) > 0 {
		t.Errorf("a restore onto a full disk leaves %q, %v, want nothing", left, err)
	}
	wantIDs(t, dir, ids)
}

// TestRestoreRefuses: whatever is wrong with a copy, or with the moment, the server's database is as it was.
func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	dir, ids := settled(t, "alice")
	place := t.TempDir()
	copied := filepath.Join(place, "copy")
	wants(t, done, "1 person", "backup", copied, "--data-dir", dir)
	whole := readFile(t, copied)
	key := write(t, filepath.Join(place, "other.key"), otherKey)
	cut := write(t, filepath.Join(place, "cut"), whole[:len(whole)/2])
	text := write(t, filepath.Join(place, "text"), strings.Repeat("this is no database. ", 1000))

	wants(t, failed, "--force", "restore", copied, "--data-dir", dir)
	wants(t, failed, "nothing was changed", "restore", copied, "--data-dir", dir, "--force", "--key-file", key)
	wants(t, failed, "take another copy", "restore", cut, "--data-dir", dir, "--force")
	wants(t, failed, "take another copy", "restore", text, "--data-dir", dir, "--force")
	wants(t, failed, "no such file", "restore", filepath.Join(place, "none"), "--data-dir", dir, "--force")
	wants(t, failed, sqlite.KeyFile, "restore", copied, "--data-dir", t.TempDir())
	wants(t, misuse, "--deletions", "restore", copied, "--data-dir", dir, "--force", "--deletions", filepath.Join(place, "none"))
	wants(t, misuse, "FILE", "restore", "--data-dir", dir)
	wants(t, misuse, "holds no list", "restore", copied, "--data-dir", dir, "--force", "--deletions", dir)
	wants(t, misuse, "not restored from a file", "restore", copied, "--database", "postgres://127.0.0.1/none")
	db, err := sqlite.OpenDir(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	wants(t, failed, "stop the server first", "restore", copied, "--data-dir", dir, "--force")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantIDs(t, dir, ids)
}

// TestRestoreOfAnyAge: nobody knows who has disconnected since a very old copy.
func TestRestoreOfAnyAge(t *testing.T) {
	t.Parallel()
	dir, _ := settled(t, "alice")
	copied := filepath.Join(t.TempDir(), "copy")
	wants(t, done, "1 person", "backup", copied, "--data-dir", dir)
	for _, tc := range []struct {
		days   int
		status int
		words  string
	}{
		{0, done, "just now"}, {1, done, "hours ago"}, {199, done, "199 days ago"}, {201, misuse, "201 days old"},
	} {
		old := write(t, filepath.Join(t.TempDir(), "old"), aged(t, copied, tc.days))
		to := t.TempDir()
		write(t, filepath.Join(to, sqlite.KeyFile), readFile(t, filepath.Join(dir, sqlite.KeyFile)))
		wants(t, tc.status, tc.words, "restore", old, "--data-dir", to)
		if tc.status != done {
			wants(t, done, fmt.Sprint(tc.days, " days ago"), "restore", old, "--data-dir", to, "--force")
		}
	}
}

// aged is the copy as if it had been made so many days ago.
func aged(t *testing.T, copied string, days int) string {
	t.Helper()
	c, err := sqlite.CheckCopy(t.Context(), copied, nil)
	if err != nil {
		t.Fatal(err)
	}
	made := c.Made.Format(time.RFC3339)
	whole := readFile(t, copied)
	if strings.Count(whole, made) != 1 {
		t.Fatalf("the copy says %d times that it was made at %s, want once", strings.Count(whole, made), made)
	}
	return strings.Replace(whole, made, c.Made.AddDate(0, 0, -days).Format(time.RFC3339), 1)
}

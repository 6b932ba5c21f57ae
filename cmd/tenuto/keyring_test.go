package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// keyringWorld is a server with somebody who has logged in, and an operator who asks about its keys.
type keyringWorld struct {
	t     *testing.T
	world *emulator.Emulator
	env   []string
	where []string // flags that name its database
	said  strings.Builder

	server *process
	base   string
	alice  *person
	id     string
}

func newKeyringWorld(t *testing.T, where []string, more ...string) *keyringWorld {
	w := &keyringWorld{t: t, world: emulator.Start(t), where: where, alice: newPerson(t)}
	w.env = againstWorld(t, w.world, more...)
	w.serve()
	app := w.world.App()
	app.RedirectURIs = []string{w.base + "/callback"}
	w.world.AddApp(app)
	w.id = w.alice.logIn(w.base, "alice").userID(t)
	return w
}

func (w *keyringWorld) serve() {
	w.t.Helper()
	w.server, w.base, _ = startServer(w.t, w.env, w.where...)
}

func (w *keyringWorld) stop() {
	w.t.Helper()
	if status := w.server.stop(); status != done {
		w.t.Errorf("serve ended with %d, want %d", status, done)
	}
	w.said.WriteString(w.server.output())
}

// isThere looks whether alice is known: cookies are of the address, not of the port.
func (w *keyringWorld) isThere() {
	w.t.Helper()
	if got := w.alice.open(w.base).userID(w.t); got != w.id {
		w.t.Errorf("the page shows user ID %s, want %s", got, w.id)
	}
}

// keyring runs tenuto keyring until it ends, and returns what it said.
func (w *keyringWorld) keyring(status int, args ...string) string {
	w.t.Helper()
	cmd := exec.CommandContext(w.t.Context(), "tenuto", slices.Concat([]string{"keyring"}, args, w.where)...)
	cmd.Env = w.env
	out, _ := cmd.CombinedOutput()
	w.said.Write(out)
	if got := cmd.ProcessState.ExitCode(); got != status {
		w.t.Errorf("tenuto keyring %q = %d, want %d:\n%s", args, got, status, out)
	}
	return string(out)
}

func (w *keyringWorld) says(text, pattern string) {
	w.t.Helper()
	if !regexp.MustCompile("(?m)" + pattern).MatchString(text) {
		w.t.Errorf("want %q in\n%s", pattern, text)
	}
}

// neverSaid: nothing that was printed is a part of a key, however written.
func (w *keyringWorld) neverSaid(keys ...string) {
	w.t.Helper()
	for _, key := range keys {
		raw, err := base64.StdEncoding.DecodeString(key)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, canary := range []string{key[:12], hex.EncodeToString(raw)[:12], base64.URLEncoding.EncodeToString(raw)[:12], string(raw[:8])} {
			if strings.Contains(w.said.String(), canary) {
				w.t.Errorf("the output shows a key: %q", canary)
			}
		}
	}
	noSecrets(w.t, w.world, "the output", w.said.String())
}

// TestReq_VS06_Keyring: an operator rotates the keys of a server that runs and of one that does not.
func TestReq_VS06_Keyring(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	w := newKeyringWorld(t, []string{"--data-dir", dir})
	status := w.keyring(done, "status")
	w.says(status, `^1 +[0-9a-f]{8} .* active +1 +1 +1 `)
	w.says(w.keyring(done, "rotate"), `^Made data key 2\. The server seals with it`)
	w.says(w.keyring(done, "rotate", "--wait"), `^Made data key 3\. 0 rows are left`)
	w.isThere()
	status = w.keyring(done, "status")
	w.says(status, `^3 .* active +1 +1 +1 `)
	w.says(status, `^1 .* old +0 +0 +0 `)
	w.says(status, `^Key 1 goes by itself on .*"tenuto keyring remove 1"`)
	w.says(w.keyring(failed, "remove", "1"), `in use: .*try again`)
	w.says(w.keyring(failed, "remove", "7"), `no data key 7`)
	w.says(w.keyring(misuse, "remove", "one"), `not the number`)

	w.server.kill() // its socket stays behind
	if _, err := os.Stat(filepath.Join(dir, operatorSocket)); err != nil {
		t.Errorf("a killed server leaves no socket: %v: this shows nothing", err)
	}
	w.says(w.keyring(done, "rotate"), `Made data key 4\. No server runs here`)
	w.says(w.keyring(done, "status"), `3 rows are left under older keys`)
	var report struct {
		Made int
		Left int `json:"rows_under_older_keys"`
		Data []struct {
			Number int
			Rows   struct{ Grants, People, Sessions int }
		} `json:"data_keys"`
	}
	if err := json.Unmarshal([]byte(w.keyring(done, "rotate", "--wait", "--json")), &report); err != nil || report.Made != 5 || report.Left != 0 || report.Data[0].Rows.Grants != 1 {
		t.Errorf("keyring rotate --wait --json = %+v, %v", report, err)
	}
	w.serve()
	w.isThere()
	w.says(w.keyring(done, "status"), `^5 .* active +1 +1 +1 `)
	info, err := os.Stat(filepath.Join(dir, operatorSocket))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket: %v, %v; want mode 0600", info, err)
	}
	w.stop()
	w.neverSaid(keysIn(t, filepath.Join(dir, sqlite.KeyFile))...)
}

// keysIn are the keys in a key file.
func keysIn(t *testing.T, path string) (keys []string) {
	t.Helper()
	for line := range strings.Lines(readFile(t, path)) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "#") {
			keys = append(keys, line)
		}
	}
	if len(keys) == 0 {
		t.Fatalf("%s has no keys", path)
	}
	return keys
}

// TestRootKeyIsReplaced: as docs/security.md tells it.
func TestRootKeyIsReplaced(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	keyFile := filepath.Join(dir, sqlite.KeyFile)
	w := newKeyringWorld(t, []string{"--data-dir", dir})
	w.says(w.keyring(done, "rotate", "--wait"), `0 rows are left`)
	w.stop()
	old := keysIn(t, keyFile)[0]
	write := func(keys ...string) {
		t.Helper()
		if err := os.WriteFile(keyFile, []byte(strings.Join(keys, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(anotherKey, old)
	w.serve()
	w.isThere()
	limit := time.Now().Add(patience) // it changes in the background
	for !strings.Contains(w.keyring(done, "status"), "may be taken out") {
		if time.Now().After(limit) {
			t.Fatalf("keyring status never says that the old root key may be taken out:\n%s", w.keyring(done, "status"))
		}
	}
	w.stop()
	write(anotherKey)
	w.serve()
	w.isThere()
	w.stop()
	write(old)
	server := start(t, w.env, "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--data-dir", dir)
	if status := server.end(); status != failed || !strings.Contains(server.output(), "nothing was changed") {
		t.Errorf("serve with the old root key = %d, want %d:\n%s", status, failed, server.output())
	}
	w.says(w.keyring(failed, "status"), `nothing was changed`)
	w.neverSaid(old, anotherKey)
}

// TestKeyCommandServes: the root key from a program that gets none of our secrets.
func TestKeyCommandServes(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "print-key")
	text := "#!/bin/sh\ntest -z \"$SPOTIFY_CLIENT_SECRET$TENUTO_KEY\" && test \"$1\" = newest && echo " + databaseKey + "\n"
	if err := os.WriteFile(script, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	where := []string{"--data-dir", filepath.Join(t.TempDir(), "data"), "--key-command", script + " newest"}
	w := newKeyringWorld(t, where)
	w.stop()
	w.says(w.keyring(done, "status"), `^1 .* active +1 +1 +1 `)
	w.where = []string{"--data-dir", where[1], "--key-command", script + " oldest canary-argument"}
	refused := w.keyring(failed, "status")
	w.says(refused, `print-key: exit status 1`)
	if !strings.Contains(refused, "run "+script+" yourself") || strings.Contains(refused, "canary-argument") {
		t.Errorf("keyring status with a key command that fails says\n%s\nwant the program, and none of its arguments", refused)
	}
	w.where = append(w.where, "--key-file", "somewhere")
	w.says(w.keyring(misuse, "status"), `--key-file and --key-command are both set`)
	w.neverSaid(databaseKey)
}

// TestLongDataDir: the address of a socket is short, whatever the directory is called.
func TestLongDataDir(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("this system has no short names for long directories: there the server says so")
	}
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 40))
	w := newKeyringWorld(t, []string{"--data-dir", dir})
	w.says(w.keyring(done, "rotate", "--wait"), `The server|0 rows are left`)
	w.stop()
	if _, err := os.Lstat(filepath.Join(dir, operatorSocket)); err == nil {
		t.Error("the socket stays after a graceful stop")
	}
}

// TestNoOperatorSocket: a server that cannot have one serves, and says so.
func TestNoOperatorSocket(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, operatorSocket), []byte("a letter"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := newKeyringWorld(t, []string{"--data-dir", dir})
	w.says(w.keyring(failed, "status"), `another process`)
	w.stop()
	w.says(w.said.String(), `operator commands find this server only once it is stopped: .* is there and no socket`)
	w.says(w.keyring(done, "status"), `^1 .* active`)
	if text := readFile(t, filepath.Join(dir, operatorSocket)); text != "a letter" {
		t.Errorf("the file in its place is now %q", text)
	}
}

// TestOperatorStandsStill: a server that accepts and never answers is not waited for for ever.
func TestOperatorStandsStill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := listenOperator(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	o, err := dialOperator(t.Context(), dir, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	_, err = o.KeyStatus(t.Context(), true)
	status := (&program{err: &out}).report(err)
	if status != failed || !strings.Contains(out.String(), "hint: it has ended meanwhile, or stands still") || strings.Contains(out.String(), "http://") {
		t.Errorf("KeyStatus = %d and\n%s\nwant %d and what to do", status, &out, failed)
	}
}

// TestKeyringNeedsADatabase: asking makes none.
func TestKeyringNeedsADatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	w := &keyringWorld{t: t, env: home(t), where: []string{"--data-dir", dir}}
	w.says(w.keyring(failed, "status"), `there is no database`)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) > 0 {
		t.Errorf("keyring status made %v, %v", entries, err)
	}
}

// TestKeyringPostgres: one command rotates the keys of all servers that share a database.
func TestKeyringPostgres(t *testing.T) {
	t.Parallel()
	_, url, _ := newDatabase(t)
	w := newKeyringWorld(t, []string{"--database", url, "--data-dir", t.TempDir()}, "TENUTO_KEY="+databaseKey)
	other, elsewhere, _ := startServer(t, w.env, "--database", url, "--data-dir", t.TempDir())
	w.says(w.keyring(done, "status"), `^1 .* active +1 +1 +1 `)
	w.says(w.keyring(done, "rotate"), `^Made data key 2\. In ten seconds`)
	w.says(w.keyring(done, "status"), `^2 .* new +0 +0 +0 `)
	w.says(w.keyring(done, "rotate", "--wait"), `^Made data key 3\. 0 rows are left`)
	w.isThere()
	if got := w.alice.open(elsewhere).userID(t); got != w.id {
		t.Errorf("at the other server: user ID %s, want %s", got, w.id)
	}
	other.stop()
	w.stop()
	w.neverSaid(databaseKey)
}

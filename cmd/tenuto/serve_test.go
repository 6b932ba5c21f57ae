package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// againstWorld is an environment in which a program uses the emulator.
func againstWorld(t *testing.T, world *emulator.Emulator, more ...string) []string {
	app := world.App()
	return append(home(t,
		"SPOTIFY_CLIENT_ID="+app.ClientID, "SPOTIFY_CLIENT_SECRET="+app.ClientSecret,
		"TENUTO_ACCOUNTS_URL="+world.AccountsURL(), "TENUTO_API_URL="+world.APIURL()), more...)
}

func startServer(t *testing.T, env []string, args ...string) (server *process, base, operations string) {
	t.Helper()
	server = start(t, env, append([]string{"serve", "--addr", "127.0.0.1:0", "--operations-addr", "127.0.0.1:0"}, args...)...)
	base = server.until(`^People open +(http://127\.0\.0\.1:\d+)$`)
	operations = server.until(`^Operators +(http://127\.0\.0\.1:\d+)/healthz`)
	return server, base, operations
}

func TestServe(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	env := againstWorld(t, world)
	server, base, operations := startServer(t, env, "--log", "json")
	server.until(`EMULATED, at ` + world.AccountsURL())
	if redirect := server.until(`redirect URI (\S+)$`); redirect != base+"/callback" {
		t.Errorf("serve asks to register %s, want %s/callback", redirect, base)
	}
	app := world.App()
	app.RedirectURIs = []string{base + "/callback"}
	world.AddApp(app)

	alice := newPerson(t)
	if got := alice.open(base).userID(t); got != "None" {
		t.Errorf("before the login: user ID %s, want None", got)
	}
	id := alice.logIn(base, "alice").userID(t)
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		if p := alice.open(operations + path); p.status != 200 {
			t.Errorf("GET %s = %d, want 200", path, p.status)
		}
		if p := alice.open(base + path); p.status == 200 {
			t.Errorf("GET %s on the public address = 200: it is for operators", path)
		}
	}
	if status := server.stop(); status != done {
		t.Errorf("SIGTERM: exit status %d, want %d", status, done)
	}
	noSecrets(t, world, "the output of serve", server.output())

	_, base, _ = startServer(t, env)
	if got := alice.open(base).userID(t); got != id {
		t.Errorf("after a restart: user ID %s, want %s", got, id)
	}
}

// TestServeKeys: a key file is made only for an empty data directory, a key from the environment
// makes none, and the wrong key changes nothing.
func TestServeKeys(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	env := againstWorld(t, world)
	dir := filepath.Join(t.TempDir(), "data")
	server, _, _ := startServer(t, env, "--data-dir", dir)
	server.stop()
	keyFile := filepath.Join(dir, sqlite.KeyFile)
	info, err := os.Stat(keyFile)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("key file: %v, %v; want mode 0600", info, err)
	}

	other := "TENUTO_KEY=q8VfXr1mJ0m3C6m8wq3Yp0mVtq2p1o7z5sT9k4uWcEg="
	server = start(t, append(env, other), "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--data-dir", dir)
	if status := server.end(); status != failed || !strings.Contains(server.output(), "nothing was changed") {
		t.Errorf("serve with another key = %d, want %d and a hint:\n%s", status, failed, server.output())
	}

	aside := filepath.Join(t.TempDir(), "key")
	if err := os.Rename(keyFile, aside); err != nil {
		t.Fatal(err)
	}
	server = start(t, env, "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--data-dir", dir)
	if status := server.end(); status != failed || !strings.Contains(server.output(), sqlite.KeyFile+" is missing") {
		t.Errorf("serve without the key file = %d, want %d and which file is missing:\n%s", status, failed, server.output())
	}
	server, _, _ = startServer(t, env, "--data-dir", dir, "--key-file", aside)
	server.stop()

	fresh := filepath.Join(t.TempDir(), "fresh")
	server, _, _ = startServer(t, append(env, other), "--data-dir", fresh)
	server.stop()
	if _, err := os.Stat(filepath.Join(fresh, sqlite.KeyFile)); !os.IsNotExist(err) {
		t.Errorf("with TENUTO_KEY a key file was made: %v", err)
	}
}

// TestServeBase: behind a proxy the redirect URI says what people open.
func TestServeBase(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=https://music.example.org/callback")
	server := start(t, env, "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none")
	server.until(`^People open +https://music\.example\.org$`)
	server.until(`redirect URI https://music\.example\.org/callback`)
	server.stop()
}

// TestServeAnnounces: what is to be registered is what is sent, however the base URL is written.
func TestServeAnnounces(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	for _, base := range []string{"https://example.com:443", "HTTPS://EXAMPLE.com/"} {
		server := start(t, againstWorld(t, world), "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--base-url", base)
		server.until(`^People open +https://example\.com$`)
		server.until(`redirect URI https://example\.com/callback$`)
		server.stop()
	}
}

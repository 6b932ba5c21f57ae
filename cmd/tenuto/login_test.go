package main

import (
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

const loginURL = `^\s*(http://127\.0\.0\.1:\d+/authorize\?\S+)$`

// TestLoginByPasting is a login where no browser and no listening port can help: the person opens
// the address on another computer, and pastes where it ended.
func TestLoginByPasting(t *testing.T) {
	t.Parallel()
	for _, secret := range []bool{true, false} {
		t.Run(fmt.Sprintf("secret %v", secret), func(t *testing.T) {
			t.Parallel()
			const redirect = "https://elsewhere.example/callback"
			world := emulator.Start(t, emulator.Config{Apps: []emulator.App{{RedirectURIs: []string{redirect}}}})
			env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI="+redirect)
			if !secret {
				env = append(env, "SPOTIFY_CLIENT_SECRET=")
			}
			login := start(t, env, "login", "--no-browser", "--scope", "user-read-private")
			back := world.Approve(login.until(loginURL), "bob")
			io.WriteString(login.stdin, "what is this?\n"+strings.Repeat("x", 200_000)+"\n"+back.String()+"\n")
			login.until("too long for an address")
			login.until("^Logged in as Bob; kept in profile default")
			if strings.Contains(login.output(), "No browser could be opened") {
				t.Error("--no-browser is reported as a failure")
			}
			if status := login.end(); status != done {
				t.Errorf("login = %d, want %d", status, done)
			}
			noSecrets(t, world, "the output of login", login.output())
			noSecrets(t, world, "the output of whoami", output(t, env, "whoami"))
		})
	}
}

func TestLoginRefused(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	login := start(t, againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback"), "login", "--no-browser")
	back := world.Refuse(login.until(loginURL), "alice")
	answer, err := http.Get(back.String())
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if status := login.end(); status != failed || !strings.Contains(login.output(), "refused") {
		t.Errorf("login that the person refuses = %d, want %d and that they did:\n%s", status, failed, login.output())
	}
}

// TestTokenInManyProcesses: fifty processes at the moment of expiry make one refresh.
func TestTokenInManyProcesses(t *testing.T) {
	t.Parallel()
	const processes = 50
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice", Refresh: emulator.Rotated})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	output(t, env, "login")
	expire(t, env)

	tokens := make([]string, processes)
	var group sync.WaitGroup
	for i := range processes {
		group.Go(func() { tokens[i] = output(t, env, "token") })
	}
	group.Wait()
	for i, token := range tokens {
		if token == "" || token != tokens[0] {
			t.Errorf("process %d printed another token than process 0", i)
		}
	}
	if refreshes := world.Ledger().Grant("refresh_token"); len(refreshes) != 1 {
		t.Errorf("%d refreshes for %d processes, want 1:\n%v", len(refreshes), processes, refreshes)
	}
}

// output runs tenuto to its end, which is to be a good one, and returns what it printed.
func output(t *testing.T, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "tenuto", args...)
	cmd.Env = env
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Errorf("tenuto %q: %v\n%s", args, err, complaints.String())
	}
	return string(out)
}

// expire makes the saved login's access token an hour old.
func expire(t *testing.T, env []string) {
	t.Helper()
	values := map[string]string{}
	for _, line := range env {
		name, value, _ := strings.Cut(line, "=")
		values[name] = value
	}
	store, err := auth.NewFileStore(filepath.Join(values["XDG_CONFIG_HOME"], "tenuto", "logins"))
	if err != nil {
		t.Fatal(err)
	}
	key := values["SPOTIFY_CLIENT_ID"] + "/default"
	record, err := store.Load(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	next, token := *record, *record.Token
	token.ExpiresAt = time.Now().Add(-time.Hour)
	next.Token, next.Version = &token, rand.Text()
	if err := store.Swap(t.Context(), key, record.Version, &next); err != nil {
		t.Fatal(err)
	}
}

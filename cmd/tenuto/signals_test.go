package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestStoppedWhileRefreshing: whoever is asked to stop in the middle of a refresh keeps its answer,
// which with single-use refresh tokens is all there is of the login.
func TestStoppedWhileRefreshing(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		for _, where := range []string{"store", "file"} {
			t.Run(signal.String()+" "+where, func(t *testing.T) {
				t.Parallel()
				world := emulator.Start(t, emulator.Config{AutoApprove: "alice", Refresh: emulator.Rotated, TokenLifetime: time.Second})
				env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
				var more []string
				if where == "file" {
					more = []string{"--config", filepath.Join(t.TempDir(), "my.ini")}
				}
				output(t, env, append([]string{"login"}, more...)...)
				before := len(world.Ledger().Grant("refresh_token"))
				stop := world.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 2 * time.Second})
				token := start(t, env, append([]string{"token"}, more...)...)
				waitFor(t, "the refresh is sent", func() bool { return len(world.Ledger().Grant("refresh_token")) > before })
				if err := token.cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
				if status, want := token.end(), 128+int(signal); status != want {
					t.Errorf("token stopped by %v = %d, want %d", signal, status, want)
				}
				stop()
				began := time.Now()
				if out := output(t, env, append([]string{"token"}, more...)...); !strings.HasPrefix(out, "BQ-") {
					t.Error("no token after that: the login is lost")
				}
				if took := time.Since(began); took > 15*time.Second {
					t.Errorf("token after that took %v: it waited for a dead process", took)
				}
			})
		}
	}
}

// waitFor looks again and again until something is so.
func waitFor(t *testing.T, what string, so func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !so(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("not in %v: %s", patience, what)
		}
	}
}

// TestKilledWhileRefreshing: nobody waits for a process that is no more.
func TestKilledWhileRefreshing(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice", TokenLifetime: time.Second})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	output(t, env, "login")
	before := len(world.Ledger().Grant("refresh_token"))
	stop := world.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 5 * time.Second, Times: -1})
	token := start(t, env, "token")
	waitFor(t, "the refresh is sent", func() bool { return len(world.Ledger().Grant("refresh_token")) > before })
	token.kill()
	stop()
	began := time.Now()
	output(t, env, "token")
	if took := time.Since(began); took > 15*time.Second {
		t.Errorf("token after another was killed took %v: it waited for the dead", took)
	}
	for _, variable := range env {
		if dir, found := strings.CutPrefix(variable, "XDG_CONFIG_HOME="); found {
			left, err := filepath.Glob(filepath.Join(dir, "tenuto", "logins", "lease-*"))
			if err != nil || len(left) > 0 {
				t.Errorf("left behind: %q, %v", left, err)
			}
		}
	}
}

// TestWaitingIsSaid: whoever waits for another process's refresh says so.
func TestWaitingIsSaid(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice", TokenLifetime: time.Second})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	output(t, env, "login")
	before := len(world.Ledger().Grant("refresh_token"))
	world.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 3 * time.Second})
	first := start(t, env, "token")
	waitFor(t, "the refresh is sent", func() bool { return len(world.Ledger().Grant("refresh_token")) > before })
	second := start(t, env, "token")
	second.until("waiting for a refresh of this login")
	for _, p := range []*process{first, second} {
		if status := p.end(); status != done {
			t.Errorf("token = %d, want %d", status, done)
		}
	}
}

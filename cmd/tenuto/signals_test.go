package main

import (
	"path/filepath"
	"slices"
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
	output(t, env, "login", "--scope", "user-read-currently-playing")
	before := len(world.Ledger().Grant("refresh_token"))
	world.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 3 * time.Second})
	commands := []*process{start(t, env, "token")}
	waitFor(t, "the refresh is sent", func() bool { return len(world.Ledger().Grant("refresh_token")) > before })
	for _, args := range [][]string{{"token"}, {"api", "GET", "/me"}, {"now"}} {
		commands = append(commands, start(t, env, args...))
	}
	for _, p := range commands[1:] {
		p.until("waiting for a refresh of this login")
	}
	for _, p := range commands {
		if status := p.end(); status != done {
			t.Errorf("%q = %d, want %d", p.cmd.Args, status, done)
		}
	}
}

// TestStoppedWhileCalling: whoever stops a command that waits for Spotify hears no error about it.
func TestStoppedWhileCalling(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice"})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	output(t, env, "login", "--scope", "user-read-currently-playing,user-modify-playback-state,user-read-playback-state,user-library-read")
	for _, c := range []struct {
		operation string
		fault     emulator.Fault
		args      []string
	}{
		{nowOperation, emulator.Fault{Delay: time.Hour}, []string{"now"}},
		{nowOperation, emulator.Fault{Delay: time.Hour}, []string{"now", "--watch"}},
		{nowOperation, emulator.Fault{Status: 503, RetryAfter: 50 * time.Second}, []string{"now"}},
		{"GET /me/player/devices", emulator.Fault{Delay: time.Hour}, []string{"next", "--device", "kitchen"}},
		{"PUT /me/player/pause", emulator.Fault{Delay: time.Hour}, []string{"pause"}},
		{"GET /search", emulator.Fault{Delay: time.Hour}, []string{"search", "moon"}},
		{"GET /search", emulator.Fault{Delay: time.Hour}, []string{"play", "moon"}},
		{"GET /me", emulator.Fault{Delay: time.Hour}, []string{"whoami"}},
		{"GET /me", emulator.Fault{Delay: time.Hour}, []string{"api", "GET", "/me"}},
		{"GET /me/tracks", emulator.Fault{After: 1, Delay: time.Hour}, []string{"api", "get-users-saved-tracks", "limit=10", "--all", "--columns", "added_at"}},
	} {
		c.fault.Operation, c.fault.Times = c.operation, -1
		stop := world.Fail(c.fault)
		before := len(world.Ledger().Of(c.operation))
		p := start(t, env, c.args...)
		waitFor(t, "the call is sent", func() bool { return len(world.Ledger().Of(c.operation)) > before+c.fault.After })
		if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		want := 130
		if slices.Contains(c.args, "--watch") { // this is how it is meant to end
			want = done
		}
		if status, said := p.end(), p.output(); status != want || strings.Contains(said, "tenuto:") || strings.Contains(said, "hint:") {
			t.Errorf("%q, stopped = %d and %q, want %d and no error", c.args, status, said, want)
		}
		stop()
	}
}

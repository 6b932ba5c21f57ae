package main

import (
	"os"
	"os/exec"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestFullDisk: whoever cannot say what was asked for has failed.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("no /dev/full here")
	}
	defer full.Close()
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice"})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	output(t, env, "login", "--scope", "user-read-currently-playing")
	for _, args := range [][]string{
		{"login"}, {"whoami"}, {"whoami", "--json"}, {"token"}, {"config"}, {"config", "get", "client-id"}, {"config", "path"},
		{"version"}, {"help"}, {"--help"}, {"help", "scopes"}, {"completion", "bash"}, {"now"}, {"api", "GET", "/me"}, {"logout"},
	} {
		cmd := exec.CommandContext(t.Context(), "tenuto", args...)
		cmd.Env, cmd.Stdout = env, full
		if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != failed {
			t.Errorf("tenuto %q with a full disk: %v, want exit status %d", args, err, failed)
		}
	}
}

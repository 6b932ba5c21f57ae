package main

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// fileWorld is a login of alice in an INI file, with single-use refresh tokens.
func fileWorld(t *testing.T, refresh emulator.RefreshTokens) (world *emulator.Emulator, env []string, path string) {
	t.Helper()
	world = emulator.Start(t, emulator.Config{AutoApprove: "alice", Refresh: refresh})
	path = filepath.Join(t.TempDir(), "my.ini")
	env = againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback", "TENUTO_CONFIG="+path)
	output(t, env, "login")
	return world, env, path
}

// copied are the login's refresh token alone, as in a file that came from elsewhere.
func copied(t *testing.T, env []string) []string {
	t.Helper()
	return append(env, "XDG_CONFIG_HOME="+t.TempDir())
}

// TestFileLoginInManyProcesses: whoever shares a login through --config makes one refresh.
func TestFileLoginInManyProcesses(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]emulator.RefreshTokens{"rotated": emulator.Rotated, "family": emulator.RotatedFamily} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world, env, path := fileWorld(t, mode)
			env = copied(t, env)
			before := refreshTokenIn(t, path)
			tokens := make([]string, 20)
			var group sync.WaitGroup
			for i := range tokens {
				group.Go(func() { tokens[i] = output(t, env, "token") })
			}
			group.Wait()
			for i, token := range tokens {
				if token == "" || token != tokens[0] {
					t.Errorf("process %d printed another token than process 0", i)
				}
			}
			if refreshes := world.Ledger().Grant("refresh_token"); len(refreshes) != 1 {
				t.Errorf("%d refreshes for %d processes, want 1:\n%v", len(refreshes), len(tokens), refreshes)
			}
			if refreshTokenIn(t, path) == before {
				t.Error("the file still has the refresh token that was used up")
			}
		})
	}
}

func refreshTokenIn(t *testing.T, path string) string {
	t.Helper()
	conf, err := auth.ConfigFromFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return conf.RefreshToken
}

// TestFileLoginChangedByHand: a refresh token that the person puts into the file is a new login.
func TestFileLoginChangedByHand(t *testing.T) {
	t.Parallel()
	world, env, path := fileWorld(t, emulator.SameReturned)
	output(t, env, "token")
	world.Configure(func(c *emulator.Config) { c.AutoApprove = "bob" })
	elsewhere := filepath.Join(t.TempDir(), "bob.ini")
	output(t, env, "login", "--config", elsewhere)
	if err := auth.ConfigToFile(path, &auth.Config{RefreshToken: refreshTokenIn(t, elsewhere)}); err != nil {
		t.Fatal(err)
	}
	if who := output(t, env, "whoami"); !strings.HasPrefix(who, "Bob") {
		t.Errorf("whoami with bob's token in the file = %s", who)
	}
}

// TestFileLoginOutdatedFile: if the file could not be written the login goes on, and the file
// follows as soon as it can.
func TestFileLoginOutdatedFile(t *testing.T) {
	t.Parallel()
	world, env, path := fileWorld(t, emulator.Rotated)
	world.Configure(func(c *emulator.Config) { c.TokenLifetime = time.Second })
	env = copied(t, env)
	old := refreshTokenIn(t, path)
	output(t, env, "token")
	if now := refreshTokenIn(t, path); now == old {
		t.Fatal("the file did not follow")
	}
	// As if the file could not have been written: it has the token before.
	if err := auth.ConfigToFile(path, &auth.Config{RefreshToken: old}); err != nil {
		t.Fatal(err)
	}
	output(t, env, "token")
	output(t, env, "token")
	if now := refreshTokenIn(t, path); now == old {
		t.Error("the file did not follow when it could be written again")
	}
}

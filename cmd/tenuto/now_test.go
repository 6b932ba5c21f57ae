package main

import (
	"os"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestNowWatch: a line for each change, and none without; Ctrl-C is a good end, trouble at Spotify
// none.
func TestNowWatch(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice"})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	if status := start(t, env, "login", "--scope", "user-read-currently-playing").end(); status != done {
		t.Fatalf("login = %d", status)
	}
	world.Play("alice", "spotify:track:6Gn6eY55wM7vWT2PWucIY6")
	watch := start(t, env, "now", "--watch", "--every", "1s")
	watch.until(`^Playing: Blue Highway – `)
	world.Fail(emulator.Fault{Operation: nowOperation, Status: 502, Times: 4}) // one look and its repetitions
	watch.until(`^tenuto: for now, Spotify does not say: `)
	world.Play("alice", "spotify:track:1oZ8y3QigsQzcXkWLMyhZM")
	watch.until(`^Playing: The Parade and the Signal – `)
	if err := watch.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if status := watch.end(); status != done {
		t.Errorf("now --watch ended with %d after Ctrl-C, want %d", status, done)
	}
	noSecrets(t, world, "the output of now --watch", watch.output())
}

// TestNowWatchEnds where waiting is of no use.
func TestNowWatchEnds(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice"})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	if status := start(t, env, "login").end(); status != done {
		t.Fatalf("login = %d", status)
	}
	watch := start(t, env, "now", "--watch")
	watch.until(`^hint: log in again with "tenuto login --scope user-read-currently-playing"`)
	if status := watch.end(); status != failed {
		t.Errorf("now --watch without the scope = %d, want %d", status, failed)
	}
}

// TestAllStops: Ctrl-C ends a walk at once, quietly.
func TestAllStops(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t, emulator.Config{AutoApprove: "alice", RateLimit: 10})
	env := againstWorld(t, world, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	if status := start(t, env, "login", "--scope", "user-library-read").end(); status != done {
		t.Fatalf("login = %d", status)
	}
	all := start(t, env, "api", "get-users-saved-tracks", "limit=1", "--all", "--columns", "uri")
	all.until(`^spotify:track:`) // and soon it waits for the rate limit
	if err := all.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if status := all.end(); status == done || strings.Contains(all.output(), "tenuto:") {
		t.Errorf("a walk that was stopped = %d, want another status and nothing said:\n%s", status, all.output())
	}
	if lines := len(world.Ledger().Of("GET /me/tracks")); lines > 12 {
		t.Errorf("%d requests, want no more than the limit and one that hits it", lines)
	}
}

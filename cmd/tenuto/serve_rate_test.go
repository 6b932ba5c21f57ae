package main

import (
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestServeRateLimit: what is over the number is not sent, nor after a restart; and the page says so.
func TestServeRateLimit(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	env := againstWorld(t, world)
	server, base, _ := startServer(t, env, "--rate-limit", "2")
	app := world.App()
	app.RedirectURIs = []string{base + "/callback"}
	world.AddApp(app)
	alice, began := newPerson(t), time.Now()
	alice.logIn(base, "alice") // asks who it is, and what plays
	asked := func() int {
		return len(world.Ledger().Where(func(e emulator.Entry) bool { return strings.HasPrefix(e.Operation, "GET /me") }))
	}
	if n := asked(); n != 2 {
		t.Fatalf("a login and its page asked the Web API %d times, want 2", n)
	}
	waits := func(when, base string) {
		t.Helper()
		waited := false
		for range 3 {
			waited = waited || strings.Contains(alice.open(base).text, "Spotify is asking this app to wait. It is tried again at ")
		}
		if windows := 1 + int(time.Since(began)/(32*time.Second)); !waited || asked() > 2*windows {
			t.Errorf("%s: %d calls in %d windows, want 2 in each; a page said to wait: %v", when, asked(), windows, waited)
		}
	}
	waits("at once", base)
	server.stop()
	_, base, _ = startServer(t, env, "--rate-limit", "2")
	waits("after a restart", base)

	server = start(t, env, "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--data-dir", t.TempDir(), "--rate-limit", "-1")
	if status := server.end(); status != misuse || !strings.Contains(server.output(), "use 0 where it is not known") {
		t.Errorf("serve --rate-limit -1 = %d, want %d and what to write:\n%s", status, misuse, server.output())
	}
}

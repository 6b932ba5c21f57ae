package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestDemo is the whole story: log in, come back after a kill -9 still logged in, log out.
func TestDemo(t *testing.T) {
	t.Parallel()
	env := home(t)
	demo, base, spotify := startDemo(t, env, "127.0.0.1:0", "127.0.0.1:0")
	alice := newPerson(t)
	if got := alice.open(base).userID(t); got != "None" {
		t.Fatalf("before the login the page shows user ID %s, want None", got)
	}
	first := alice.logIn(base, "alice")
	id := first.userID(t)
	if id == "None" || !strings.Contains(tags.ReplaceAllString(first.text, ""), "Now playing:") {
		t.Fatalf("after the login the page shows user ID %s, want one, and what is playing:\n%s", id, first.text)
	}

	demo.kill()
	demo, base, _ = startDemo(t, env, strings.TrimPrefix(base, "http://"), strings.TrimPrefix(spotify, "http://"))
	again := alice.open(base)
	if got := again.userID(t); got != id {
		t.Errorf("after a kill -9 the page shows user ID %s, want %s", got, id)
	}
	if text := tags.ReplaceAllString(again.text, ""); !strings.Contains(text, "Now playing:") || strings.Contains(text, "Error in retrieving") {
		t.Errorf("after a kill -9 the page does not show what is playing:\n%s", again.text)
	}

	if status := demo.stop(); status != done {
		t.Errorf("SIGTERM: exit status %d, want %d", status, done)
	}
	demo, base, _ = startDemo(t, env, strings.TrimPrefix(base, "http://"), strings.TrimPrefix(spotify, "http://"))
	if got := alice.open(base).userID(t); got != id {
		t.Errorf("after a restart the page shows user ID %s, want %s", got, id)
	}
	out := alice.press(alice.open(base+"/logout"), "unused", "")
	if got := alice.open(base).userID(t); got != "None" {
		t.Errorf("after the logout (%d) the page shows user ID %s, want None", out.status, got)
	}
	if text := demo.output(); strings.Contains(text, "-emulated-") {
		t.Errorf("the output holds a token:\n%s", text)
	}
}

// startDemo waits until the demo has said where it is.
func startDemo(t *testing.T, env []string, addr, emulatorAddr string) (demo *process, base, spotify string) {
	t.Helper()
	demo = start(t, env, "demo", "--no-browser", "--addr", addr, "--emulator-addr", emulatorAddr)
	base = demo.until(`(http://127\.0\.0\.1:\d+) `)
	return demo, base, demo.until(`(http://localhost:\d+) `)
}

// TestDemoOpensBrowser: at the server, once that is there.
func TestDemoOpensBrowser(t *testing.T) {
	t.Parallel()
	opened := make(chan string, 1)
	told := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { opened <- r.FormValue("opened") }))
	defer told.Close()
	demo := start(t, home(t, "TENUTO_TEST_ONLY_TELL="+told.URL, "SPOTIFY_CLIENT_SECRET=canary"), "demo", "--addr", "127.0.0.1:0", "--emulator-addr", "127.0.0.1:0")
	base := demo.until(`(http://127\.0\.0\.1:\d+) `)
	select {
	case got := <-opened:
		if got != base {
			t.Errorf("the demo opened %s, want %s", got, base)
		}
	case <-time.After(patience):
		t.Errorf("the demo opened no browser")
	}
}

// TestDemoTwice: the second one says what is in its way.
func TestDemoTwice(t *testing.T) {
	t.Parallel()
	env := home(t)
	_, base, spotify := startDemo(t, env, "127.0.0.1:0", "127.0.0.1:0")
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--addr", strings.TrimPrefix(base, "http://"), "--emulator-addr", "127.0.0.1:0"}, "choose another address with --addr"},
		{[]string{"--addr", "127.0.0.1:0", "--emulator-addr", strings.TrimPrefix(spotify, "http://")}, "choose another address with --emulator-addr"},
		{[]string{"--addr", "127.0.0.1:0", "--emulator-addr", "127.0.0.1:0"}, "choose another with --data-dir"},
		{[]string{"--addr", "0.0.0.0:0"}, "no address and port of this machine"},
	} {
		second := start(t, env, append([]string{"demo", "--no-browser"}, c.args...)...)
		if status := second.end(); status == done || !strings.Contains(second.output(), c.want) {
			t.Errorf("demo %q = %d, want a failure that says %q:\n%s", c.args, status, c.want, second.output())
		}
	}
}

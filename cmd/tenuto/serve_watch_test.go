package main

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestServeWatched: what an operator asked for on the command line is what happens.
func TestServeWatched(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	const delay = 3 * time.Second
	server, base, operations := startServer(t, againstWorld(t, world), "--log", "json", "--log-requests",
		"--consent-months", "2", "--drain-delay", delay.String())
	app := world.App()
	app.RedirectURIs = []string{base + "/callback"}
	world.AddApp(app)
	alice := newPerson(t)
	alice.logIn(base, "alice")
	until := time.Now().UTC().AddDate(0, 2, 0)
	if page := alice.open(base); !strings.Contains(page.text, "Your consent lasts until "+until.Format("2 January 2006")) &&
		!strings.Contains(page.text, "Your consent lasts until "+until.Add(-time.Minute).Format("2 January 2006")) && until.Day() == time.Now().UTC().Day() {
		t.Errorf("with --consent-months 2 the page does not say until %v:\n%s", until, page.text)
	}
	server.until(`"msg":"request","route":"GET /session"|"msg":"request","route":"GET /{\$}"`)

	stopped := time.Now()
	if err := server.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	server.until(`"msg":"stopping"`)
	if p := alice.open(operations + "/readyz"); p.status != 503 || !strings.HasPrefix(p.text, "stopping") {
		t.Errorf("GET /readyz after SIGTERM = %d %q, want 503 stopping", p.status, p.text)
	}
	if p := alice.open(base + "/"); p.status != 200 {
		t.Errorf("GET / after SIGTERM = %d, want 200 for as long as --drain-delay says", p.status)
	}
	if status := server.end(); status != done {
		t.Errorf("SIGTERM: exit status %d, want %d", status, done)
	}
	if took := time.Since(stopped); took < delay {
		t.Errorf("the server was gone after %v, want at least %v", took, delay)
	}
}

// TestConsentMonths: a number that no calendar has is refused, and does not keep the server counting.
func TestConsentMonths(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	for _, months := range []string{"-1", "-5", "1201", "9223372036854775807"} {
		p := start(t, againstWorld(t, world), "serve", "--addr", "127.0.0.1:0", "--operations-addr", "none", "--consent-months", months)
		if status := p.end(); status != misuse || !strings.Contains(p.output(), "--consent-months: "+months) {
			t.Errorf("serve --consent-months %s = %d and\n%s\nwant %d", months, status, p.output(), misuse)
		}
	}
	for _, months := range []int{0, 1, 6, mostMonths} {
		if err := (&watchFlags{consentMonths: months}).check(); err != nil {
			t.Errorf("--consent-months %d: %v, want nil", months, err)
		}
	}
}

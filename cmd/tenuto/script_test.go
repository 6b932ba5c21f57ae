package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestMain makes this test binary tenuto for the scripts, and the browser that tenuto opens.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tenuto":   main,
		"xdg-open": browse, // Linux and the BSDs
		"open":     browse, // macOS
	})
}

// TestScripts runs testdata/script: what a person could type, through the real main.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setUpScript,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"spotify": spotifyCommand,
			"ledger":  ledgerCommand,
			"revoke":  revokeCommand,
			"status":  statusCommand,
			"refresh": refreshCommand,
			"fail":    failCommand,
		},
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
	})
}

// setUpScript gives a script a home of its own.
func setUpScript(env *testscript.Env) error {
	env.Setenv("HOME", env.WorkDir+"/home")
	env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/config")
	env.Setenv("XDG_STATE_HOME", env.WorkDir+"/state")
	env.Setenv("TENUTO_TIMEOUT", "30s")                                        // for logins: a browser of ours does not think for long
	env.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+env.WorkDir+"/no-bus") // no keyring, wherever this runs
	env.Setenv("GORACE", os.Getenv("GORACE"))
	return os.Mkdir(env.WorkDir+"/home", 0o700)
}

// statusCommand runs a command that is to end with a status: status 2 tenuto nonsense
func statusCommand(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	got := "0"
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = fmt.Sprint(exit.ExitCode())
	} else if err != nil {
		ts.Fatalf("%q: %v", args[1:], err)
	}
	if got != args[0] {
		ts.Fatalf("%q ended with %s, want %s", args[1:], got, args[0])
	}
}

// spotifyCommand starts an emulated Spotify and points the script's environment at it:
//
//	spotify [public] [rotate] [person]
//
// The person agrees to whatever the browser is opened with; without one nobody does. public
// leaves the client secret out of the environment; with rotate every refresh token works once.
func spotifyCommand(ts *testscript.TestScript, neg bool, args []string) {
	conf := emulator.Config{}
	secret := true
	for _, arg := range args {
		switch arg {
		case "public":
			secret = false
		case "rotate":
			conf.Refresh = emulator.Rotated
		default:
			conf.AutoApprove = arg
		}
	}
	world, stop := startWorld(conf)
	ts.Defer(stop)
	app := world.App()
	ts.Setenv("SPOTIFY_CLIENT_ID", app.ClientID)
	ts.Setenv("SPOTIFY_CLIENT_SECRET", "")
	if secret {
		ts.Setenv("SPOTIFY_CLIENT_SECRET", app.ClientSecret)
	}
	ts.Setenv("SPOTIFY_REDIRECT_URI", "http://127.0.0.1/callback")
	ts.Setenv("TENUTO_ACCOUNTS_URL", world.AccountsURL())
	ts.Setenv("TENUTO_API_URL", world.APIURL())
	worlds.Store(ts.Getenv("WORK"), world)
}

// ledgerCommand counts requests: ledger 'POST /api/token' refresh_token 1
func ledgerCommand(ts *testscript.TestScript, neg bool, args []string) {
	entries := worldOf(ts).Ledger().Of(args[0])
	if len(args) == 3 {
		entries = entries.Grant(args[1])
	}
	if want := args[len(args)-1]; fmt.Sprint(len(entries)) != want {
		ts.Fatalf("%d requests of %q, want %s:\n%v", len(entries), args[:len(args)-1], want, worldOf(ts).Ledger())
	}
}

// refreshCommand puts the refresh token in an INI file into SPOTIFY_USER_REFRESH: refresh my.ini
func refreshCommand(ts *testscript.TestScript, neg bool, args []string) {
	conf, err := auth.ConfigFromFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if conf.RefreshToken == "" {
		ts.Fatalf("%s holds no refresh token", args[0])
	}
	ts.Setenv("SPOTIFY_USER_REFRESH", conf.RefreshToken)
}

// revokeCommand takes back what a person granted: revoke alice
func revokeCommand(ts *testscript.TestScript, neg bool, args []string) { worldOf(ts).Revoke(args[0]) }

// browse is the browser that tenuto opens: it goes where it is sent, redirects included. What the
// person does on the consent page is up to the emulator (see spotifyCommand). A test that wants to
// know names an address to tell. A browser that inherited a secret stays where it is.
func browse() {
	for _, name := range []string{"SPOTIFY_CLIENT_SECRET", "SPOTIFY_USER_REFRESH", "TENUTO_KEY"} {
		if os.Getenv(name) != "" {
			os.Exit(1)
		}
	}
	visit(os.Args[1])
	if tell := os.Getenv("TENUTO_TEST_ONLY_TELL"); tell != "" {
		visit(tell + "?opened=" + url.QueryEscape(os.Args[1]))
	}
}

func visit(address string) {
	answer, err := http.Get(address)
	if err != nil {
		fmt.Fprintln(os.Stderr, "browse:", err)
		os.Exit(1)
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, answer.Body)
}

// noSecrets fails if text holds a token or the secret of an app of the emulator.
func noSecrets(t testing.TB, world *emulator.Emulator, what, text string) {
	t.Helper()
	for _, secret := range []string{world.App().ClientSecret, "AQ-emulated-", "BQ-emulated-"} {
		if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
			t.Errorf("%s holds a secret (%.12s…):\n%s", what, secret, text)
		}
	}
}

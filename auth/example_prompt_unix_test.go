//go:build unix

package auth_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

func ExamplePromptForUserToken() {
	conf, leave := atAlices() // where the system's browser is alice's
	defer leave()

	token := must(auth.PromptForUserToken(ctx, conf, auth.Scopes(auth.ScopeUserReadEmail)))
	fmt.Println(must(token.Token(ctx)).Scope)
	// Output:
	// user-read-email
}

func ExamplePromptForPKCEToken() {
	conf, leave := atAlices()
	defer leave()
	conf.ClientSecret = ""

	token := must(auth.PromptForPKCEToken(ctx, conf, auth.Scopes(auth.ScopeUserReadEmail)))
	fmt.Println(must(token.Token(ctx)).Scope, must(token.Token(ctx)).UsesPKCE)
	// Output:
	// user-read-email true
}

// TestTheBrowserDoesNotClutter: what the browser says reaches neither stdout nor stderr. In a
// process of its own, for they are taken hold of when a program begins.
func TestTheBrowserDoesNotClutter(t *testing.T) {
	t.Parallel()
	program := exec.CommandContext(t.Context(), must(os.Executable()), "-test.v", "-test.run=^ExamplePromptForUserToken$")
	output, err := program.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "PASS: ExamplePromptForUserToken") || strings.Contains(string(output), "noise") {
		t.Errorf("the prompt's program: %v, and says:\n%s", err, output)
	}
}

// atAlices is a computer whose browser, a noisy one, is run by alice, who always agrees.
func atAlices() (conf *auth.Config, leave func()) {
	world := emulator.New(emulator.Config{AutoApprove: "alice"})
	accounts := httptest.NewServer(world)
	app := world.App()

	dir := must(os.MkdirTemp("", ""))
	script := fmt.Sprintf("#!/bin/sh\necho noise\necho noise >&2\n%s=1 exec '%s' -test.run='^TestActAsBrowser$' \"$1\"\n", actAsBrowser, must(os.Executable()))
	for _, name := range []string{"xdg-open", "open"} { // Linux and the BSDs, macOS
		check(os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700))
	}
	path, stderr := os.Getenv("PATH"), os.Stderr
	check(os.Setenv("PATH", dir+string(os.PathListSeparator)+path))
	os.Stderr = must(os.Create(filepath.Join(dir, "stderr")))
	return &auth.Config{
			ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: "http://127.0.0.1/callback", AccountsURL: accounts.URL,
		}, func() {
			os.Stderr = stderr
			check(os.Setenv("PATH", path))
			check(os.RemoveAll(dir))
			accounts.Close()
		}
}

const actAsBrowser = "TENUTO_TEST_ACT_AS_BROWSER"

// TestActAsBrowser is the browser process of atAlices, and nothing in an ordinary run.
func TestActAsBrowser(t *testing.T) {
	if os.Getenv(actAsBrowser) == "" {
		return
	}
	res, err := http.Get(flag.Arg(0))
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

package examples_test

import (
	"encoding/json"
	"net/http"
	"os/exec"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// aliceIn is alice's login with every scope.
func aliceIn(t *testing.T, world *emulator.Emulator) *auth.Token {
	t.Helper()
	app := world.App()
	cred, err := auth.NewCredentials(&auth.Config{ClientID: app.ClientID, ClientSecret: app.ClientSecret,
		RedirectURI: app.RedirectURIs[0], AccountsURL: world.AccountsURL()})
	if err != nil {
		t.Fatal(err)
	}
	attempt := cred.UserAuth(auth.EveryScope())
	token, err := attempt.RequestToken(t.Context(), cred, auth.ParseCallback(world.Approve(attempt.URL(), "alice")))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func token(t *testing.T, world *emulator.Emulator) string {
	t.Helper()
	return aliceIn(t, world).AccessToken
}

func refreshToken(t *testing.T, world *emulator.Emulator) string {
	t.Helper()
	return aliceIn(t, world).RefreshToken
}

// call asks the Web API without any of our code, and returns its answer.
func call(t *testing.T, world *emulator.Emulator, token, method, path, payload string) string {
	t.Helper()
	r, err := http.NewRequest(method, world.APIURL()+path, strings.NewReader(payload))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	return body(t, resp, err)
}

func decode(t *testing.T, text string, out any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), out); err != nil {
		t.Fatalf("decode %q: %v", text, err)
	}
}

// command is a program that is not started yet.
func command(path, dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.Command(path, args...)
	cmd.Dir, cmd.Env = dir, env
	return cmd
}

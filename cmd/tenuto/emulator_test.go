package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEmulator: what it prints is what another program needs, and all of it works.
func TestEmulator(t *testing.T) {
	t.Parallel()
	world := start(t, home(t), "emulator", "--addr", "127.0.0.1:0", "--auto-approve", "bob",
		"--client-id", "myapp", "--client-secret", "mysecret", "--redirect-uri", "http://127.0.0.1:9999/callback",
		"--token-lifetime", "90s", "--mode", "extended")
	exports := map[string]string{}
	for _, name := range []string{"SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "SPOTIFY_REDIRECT_URI", "TENUTO_ACCOUNTS_URL", "TENUTO_API_URL"} {
		exports[name] = world.until("^export " + name + "=(.*)$")
	}
	if exports["SPOTIFY_CLIENT_ID"] != "myapp" || exports["SPOTIFY_CLIENT_SECRET"] != "mysecret" || exports["SPOTIFY_REDIRECT_URI"] != "http://127.0.0.1:9999/callback" {
		t.Errorf("exports = %v, want what the flags said", exports)
	}

	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	accounts := exports["TENUTO_ACCOUNTS_URL"]
	answer, err := client.Get(accounts + "/authorize?response_type=code&client_id=myapp&state=s&redirect_uri=http://127.0.0.1:9999/callback")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if back := answer.Header.Get("Location"); !strings.HasPrefix(back, "http://127.0.0.1:9999/callback?") || !strings.Contains(back, "code=") {
		t.Errorf("GET /authorize with --auto-approve = %d to %q, want the redirect URI with a code", answer.StatusCode, back)
	}

	token := postToken(t, accounts)
	if token.ExpiresIn != 90 {
		t.Errorf("expires_in = %d with --token-lifetime 90s", token.ExpiresIn)
	}
	for _, address := range []string{exports["TENUTO_API_URL"], strings.Replace(exports["TENUTO_API_URL"], "localhost", "127.0.0.1", 1)} {
		r, _ := http.NewRequest(http.MethodGet, address+"/search?q=a&type=artist", nil)
		r.Header.Set("Authorization", "Bearer "+token.AccessToken)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("GET %s/search = %d, want 200", address, answer.StatusCode)
		}
	}
	if status := world.stop(); status != done {
		t.Errorf("SIGTERM: exit status %d, want %d", status, done)
	}
}

type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int    `json:"expires_in"`
}

func postToken(t *testing.T, accounts string) (token tokenAnswer) {
	t.Helper()
	r, _ := http.NewRequest(http.MethodPost, accounts+"/api/token", strings.NewReader("grant_type=client_credentials"))
	r.SetBasicAuth("myapp", "mysecret")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&token); err != nil || token.AccessToken == "" {
		t.Fatalf("POST /api/token = %d, %v", answer.StatusCode, err)
	}
	return token
}

// TestEmulatorFlags: each wrong one is refused with what to write instead.
func TestEmulatorFlags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		flag, value, want string
	}{
		{"addr", "5010", "write it like 127.0.0.1:5010"},
		{"addr", "0.0.0.0:0", "--allow-remote"},
		{"refresh-tokens", "sometimes", "rotate-family"},
		{"mode", "production", "development or extended"},
		{"auto-approve", "mallory", "mallory"},
		{"token-lifetime", "0s", "too short"},
		{"consent-months", "-1", "for ever"},
		{"quirk", "nonsense", "null-images"},
		{"client-id", "no spaces", "client id"},
		{"redirect-uri", "/callback", "absolute"},
		{"rate-limit", "-1", "no limit"},
		{"quota", "-1", "no limit"},
		{"scenario", "no-such.json", "no-such.json"},
	} {
		status, output := runHere(t, "emulator", "--"+c.flag, c.value)
		if status != misuse || !strings.Contains(output, c.want) {
			t.Errorf("emulator --%s %q = %d, want %d and %q:\n%s", c.flag, c.value, status, misuse, c.want, output)
		}
	}
}

// TestEmulatorScenario: the file says who is there and what goes wrong; a flag goes before it.
func TestEmulatorScenario(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "scenario.json")
	text := `{
		"apps": [{"client_id": "myapp", "client_secret": "mysecret"}], // the rest is filled in
		"people": [{"name": "dora", "free": true}],
		"refresh_tokens": "rotate", "token_lifetime": "10m",
		"faults": [{"operation": "GET /search", "status": 503, "times": -1}],
	}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	world := start(t, home(t), "emulator", "--addr", "127.0.0.1:0", "--scenario", file, "--token-lifetime", "2m", "--rate-limit", "1")
	if got := world.until("^  people +(.*)$"); got != "dora (free)" {
		t.Errorf("the emulator says that %s are there, want dora (free)", got)
	}
	accounts := world.until("^export TENUTO_ACCOUNTS_URL=(.*)$")
	token := postToken(t, accounts)
	if token.ExpiresIn != 120 {
		t.Errorf("expires_in = %d with --token-lifetime 2m, want 120", token.ExpiresIn)
	}
	for i, want := range []int{http.StatusServiceUnavailable, http.StatusTooManyRequests} {
		r, _ := http.NewRequest(http.MethodGet, accounts+"/v1/search?q=a&type=artist", nil)
		r.Header.Set("Authorization", "Bearer "+token.AccessToken)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode != want {
			t.Errorf("GET /search number %d = %d, want %d", i+1, answer.StatusCode, want)
		}
	}
	if err := os.WriteFile(file, []byte(`{"people": [{"nam": "dora"}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, output := runHere(t, "emulator", "--scenario", file); status != misuse || !strings.Contains(output, "nam") || !strings.Contains(output, "line 1") {
		t.Errorf("a scenario with a mistake = %d, want %d and where it is:\n%s", status, misuse, output)
	}
}

// TestRefreshModes: the words of --refresh-tokens are in the order of the emulator's constants.
func TestRefreshModes(t *testing.T) {
	t.Parallel()
	for i, word := range refreshModes {
		f := emulatorFlags{addr: "127.0.0.1:0", refreshTokens: word, mode: "development", tokenLifetime: 1e12}
		conf, err := f.config(func(string) bool { return false })
		if err != nil || conf.Refresh != refreshConstants[i] {
			t.Errorf("--refresh-tokens %s gives %v, %v; want %v", word, conf.Refresh, err, refreshConstants[i])
		}
	}
}

// TestEmulatorKeepsState: with --state a refresh token outlives a kill -9.
func TestEmulatorKeepsState(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "spotify.state")
	args := []string{"emulator", "--addr", "127.0.0.1:0", "--auto-approve", "alice", "--state", file, "--allow-remote"}
	first := start(t, home(t), args...)
	first.until("^WARNING: --allow-remote: this is an EMULATOR")
	env := home(t, "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback")
	at := func(p *process) []string {
		return append(env[:len(env):len(env)],
			"SPOTIFY_CLIENT_ID="+p.until("^export SPOTIFY_CLIENT_ID=(.*)$"),
			"SPOTIFY_CLIENT_SECRET="+p.until("^export SPOTIFY_CLIENT_SECRET=(.*)$"),
			"TENUTO_ACCOUNTS_URL="+p.until("^export TENUTO_ACCOUNTS_URL=(.*)$"),
			"TENUTO_API_URL="+p.until("^export TENUTO_API_URL=(.*)$"))
	}
	before := at(first)
	output(t, before, "login")
	first.kill()
	after := at(start(t, home(t), args...))
	expire(t, after)
	if got := output(t, after, "whoami"); !strings.Contains(got, "Alice") {
		t.Errorf("whoami after a kill -9 of the emulator and a refresh: %q, want Alice", got)
	}
}

func TestEmulatorState(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "spotify.state")
	if err := os.WriteFile(file, []byte("something else entirely\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	status, output := runHere(t, "emulator", "--addr", "127.0.0.1:0", "--state", file)
	if status != failed || !strings.Contains(output, file) {
		t.Errorf("emulator --state with a foreign file = %d, want %d and the file's name:\n%s", status, failed, output)
	}
}

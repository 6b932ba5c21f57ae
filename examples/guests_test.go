package examples_test

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

func TestOverride(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	var saved struct {
		Items []struct{ Track struct{ URI, Name string } }
	}
	decode(t, call(t, world, token(t, world), "GET", "/me/tracks?limit=1", ""), &saved)
	track := saved.Items[0].Track
	env := append(environment(world), "SPOTIFY_USER_REFRESH="+refreshToken(t, world))
	stdout, stderr, err := run(t, "override", t.TempDir(), env, track.URI)
	if err != nil || !strings.Contains(stdout, "could listen to "+track.Name+"\nbut it is ") {
		t.Errorf("override: %v\n%s%s", err, stdout, stderr)
	}
	for operation, person := range map[string]string{"GET /tracks/{id}": "", "GET /me": "alice", "GET /me/player/currently-playing": "alice"} {
		sent := world.Ledger().Of(operation)
		if last := sent[len(sent)-1]; last.Person != person {
			t.Errorf("%s was asked for %q, want %q", operation, last.Person, person)
		}
	}
}

// token.json is as zmb3's users keep it; afterwards x/oauth2 still reads it.
func TestOAuth2(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "token.json")
	old, err := json.Marshal(map[string]any{"access_token": "over", "token_type": "Bearer", "refresh_token": refreshToken(t, world),
		"expiry": time.Now().Add(-time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, old, 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := run(t, "oauth2", dir, environment(world))
	if err != nil || !strings.Contains(stdout, "with our login: 200 OK\n") || !strings.Contains(stdout, "source: Alice") {
		t.Fatalf("oauth2: %v\n%s%s", err, stdout, stderr)
	}
	var kept struct {
		AccessToken  string    `json:"access_token"`
		RefreshToken string    `json:"refresh_token"`
		Expiry       time.Time `json:"expiry"`
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	decode(t, string(data), &kept)
	if kept.AccessToken == "over" || kept.AccessToken == "" || kept.RefreshToken == "" || !kept.Expiry.After(time.Now()) {
		t.Error("the file was not brought up to date")
	}
}

// The first consent is for nothing; what Spotify then refuses says what to ask for.
func TestErrors(t *testing.T) {
	t.Parallel()
	addr := freeAddress(t)
	redirect := "http://" + addr + "/callback"
	world := emulator.Start(t, emulator.Config{Apps: []emulator.App{{RedirectURIs: []string{redirect}}}})
	home := start(t, "errors", t.TempDir(), append(environment(world), "SPOTIFY_REDIRECT_URI="+redirect)).says(t, `open (http://[^/]+)/login`)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	play := func() (*http.Response, string) {
		resp, err := client.Post(home+"/play", "", nil)
		return resp, body(t, resp, err)
	}
	agree := func(resp *http.Response, wantScope string) {
		login := resp.Header.Get("Location")
		if got := parse(t, login).Query().Get("scope"); got != wantScope {
			t.Errorf("asks for %q, want %q", got, wantScope)
		}
		resp, err := client.Get(world.Approve(login, "alice").String())
		if text := body(t, resp, err); resp.StatusCode != http.StatusOK {
			t.Fatalf("callback: %s\n%s", resp.Status, text)
		}
	}

	if resp, text := play(); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("nobody is logged in: %s\n%s", resp.Status, text)
	}
	resp, err := client.Get(home + "/login")
	body(t, resp, err)
	agree(resp, "")
	resp, _ = play()
	agree(resp, "user-modify-playback-state")

	for _, step := range []struct {
		what   string
		prefer func()
		status int
	}{
		{"it plays already", func() {}, http.StatusConflict},
		{"it is paused", func() { pause(t, world) }, http.StatusOK},
		{"no device", func() { world.Play("alice", "") }, http.StatusConflict},
		{"quota", func() {
			world.Fail(emulator.Fault{Operation: "PUT /me/player/play", Quota: true, RetryAfter: time.Hour})
		}, http.StatusServiceUnavailable},
		{"still", func() {}, http.StatusServiceUnavailable},
	} {
		step.prefer()
		if resp, text := play(); resp.StatusCode != step.status {
			t.Errorf("%s: %s, want %d\n%s", step.what, resp.Status, step.status, text)
		}
	}
}

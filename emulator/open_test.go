package emulator_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// With this variable the test binary is an emulator that keeps its state in the file it names.
const childVariable = "TENUTO_EMULATOR_TEST_STATE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childVariable); path != "" {
		serveFrom(path)
		return
	}
	os.Exit(m.Run())
}

func serveFrom(path string) {
	world, err := emulator.Open(path, emulator.Config{})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println("http://" + listener.Addr().String())
	http.Serve(listener, world)
}

func open(t *testing.T, path string, c emulator.Config) program {
	t.Helper()
	world, err := emulator.Open(path, c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { world.Close() })
	return program{t, world, world.App()}
}

func (p program) close() {
	p.t.Helper()
	if err := p.world.Close(); err != nil {
		p.t.Fatal(err)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "spotify.json")
	p := open(t, path, emulator.Config{})
	login := p.logIn("alice", "scope", "user-read-email")
	code := p.code("bob")
	p.world.AddPerson(emulator.Person{Name: "carol", SavedTracks: -1, Playlists: -1})
	p.world.AddApp(emulator.App{ClientID: "another"})
	p.world.Advance(time.Minute)
	ahead := p.world.Now()
	if _, err := emulator.Open(path, emulator.Config{}); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened twice: %v, want an error", err)
	}
	p.close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("file: %v %v, want it readable by its owner only", info, err)
	}

	p = open(t, path, emulator.Config{Apps: []emulator.App{{ClientID: "newest"}}, People: []emulator.Person{{Name: "alice", Free: true}}})
	if p.app.ClientID != "newest" {
		t.Errorf("App() = %s, want the one of the configuration", p.app.ClientID)
	}
	p.app.ClientID, p.app.ClientSecret = appOf(emulator.New(emulator.Config{}))
	if got := p.refresh(*login.RefreshToken); got.Status != 200 || *got.Scope != "user-read-email" {
		t.Errorf("refresh: %s, want a token for the same scope", got.Body)
	}
	if got := p.exchange(code); got.Status != 200 {
		t.Errorf("code: %s, want tokens", got.Body)
	}
	if got := p.call(login.AccessToken, "/me").status; got != 200 {
		t.Errorf("GET /me with the old access token = %d, want 200", got)
	}
	if got := p.world.Now(); got.Before(ahead) {
		t.Errorf("Now() = %v, want the clock still ahead: %v", got, ahead)
	}
	p.world.Revoke("carol") // who is still there
	p.world.Revoke("alice")
	p.close()

	p = open(t, path, emulator.Config{})
	p.app.ClientID, p.app.ClientSecret = appOf(emulator.New(emulator.Config{}))
	if got := p.refresh(*login.RefreshToken); got.Description != "Refresh token revoked" {
		t.Errorf("revoked before the restart: %s, want it to stay so", got.Body)
	}
	p.close()
	if got := panicOf(func() { p.world.AddPerson(emulator.Person{Name: "\x00"}) }); got == "" {
		t.Error("AddPerson with control characters: want a panic")
	}
}

func appOf(world *emulator.Emulator) (id, secret string) {
	app := world.App()
	return app.ClientID, app.ClientSecret
}

// A file that is not ours is left as it is.
func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "good")
	open(t, good, emulator.Config{}).close()
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"foreign":     "[DEFAULT]\nSPOTIFY_CLIENT_ID = x\n",
		"other JSON":  `{"access_token": "x"}`,
		"later":       strings.Replace(string(whole), `"tenuto_emulator":1`, `"tenuto_emulator":2`, 1),
		"cut":         string(whole[:len(whole)/2]),
		"damaged":     string(whole) + "rubbish\n" + `[{"table":"clock","key":"","row":1}]` + "\n",
		"nobody":      string(whole) + `[{"table":"people","key":"x","row":null}]` + "\n",
		"other table": string(whole) + `[{"table":"moon","key":"","row":1}]` + "\n",
	} {
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := emulator.Open(path, emulator.Config{}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: Open = %v, want an error that names the file", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != content {
			t.Errorf("%s: the file was changed (%v)", name, err)
		}
	}
	if _, err := emulator.Open(good, emulator.Config{Seed: 7}); err == nil || !strings.Contains(err.Error(), "seed 0") {
		t.Errorf("other seed: Open = %v, want an error", err)
	}
	if _, err := emulator.Open(good, emulator.Config{ConsentLifetime: -3}); err == nil {
		t.Error("bad configuration: want an error")
	}
}

// A line that a crash cut off was never acknowledged, and does no harm.
func TestOpenAfterACut(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	p := open(t, path, emulator.Config{})
	first := p.logIn("alice")
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p.logIn("bob")
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	p.close()
	for cut := len(before); cut < len(after); cut += 97 {
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, after[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		p := open(t, path, emulator.Config{})
		if got := p.refresh(*first.RefreshToken); got.Status != 200 {
			t.Errorf("cut at %d: %s, want a token", cut, got.Body)
		}
		p.close()
	}
}

// The journal does not grow for ever.
func TestJournalIsRewritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	rotating := emulator.Config{Refresh: emulator.Rotated}
	p := open(t, path, rotating)
	token := *p.logIn("alice").RefreshToken
	largest, now := int64(0), int64(0)
	for range 3000 {
		token = *p.refresh(token).RefreshToken
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if now = info.Size(); now < largest {
			break
		}
		largest = now
	}
	if now >= largest {
		t.Fatalf("after 3000 refreshes the file has %d bytes, and never had more", now)
	}
	p.close()
	if got := open(t, path, rotating).refresh(token); got.Status != 200 {
		t.Errorf("afterwards: %s, want a token", got.Body)
	}
}

// acknowledged is what programs were told before the emulator died.
type acknowledged struct {
	mu                      sync.Mutex
	codes, spent, refreshes []string
}

// Whatever was acknowledged outlives a kill -9.
func TestKilled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "state")
	var told acknowledged
	app := emulator.New(emulator.Config{}).App()
	for round := range 5 {
		child, address := startChild(t, path)
		var programs sync.WaitGroup
		for range 4 {
			programs.Go(func() { told.logInUntilItDies(address, app) })
		}
		time.AfterFunc(time.Duration(50+20*round)*time.Millisecond, func() { child.Process.Kill() })
		programs.Wait()
		child.Wait()
	}
	p := open(t, path, emulator.Config{})
	if len(told.codes) == 0 || len(told.refreshes) == 0 {
		t.Fatalf("%d codes and %d logins in five rounds, want some", len(told.codes), len(told.refreshes))
	}
	for _, code := range told.codes {
		if got := p.exchange(code); got.Status != 200 {
			t.Errorf("a code that was given: %s, want tokens", got.Body)
		}
	}
	for _, code := range told.spent {
		if got := p.exchange(code); got.Description != "Invalid authorization code" {
			t.Errorf("a code that was spent: %s, want it refused", got.Body)
		}
	}
	for _, token := range told.refreshes {
		if got := p.refresh(token); got.Status != 200 {
			t.Errorf("a refresh token that was given: %s, want a token", got.Body)
		}
	}
}

// logInUntilItDies approves logins, exchanges every second one, and notes what it was told.
func (a *acknowledged) logInUntilItDies(address string, app emulator.App) {
	login := address + "/authorize?response_type=code&client_id=" + app.ClientID + "&redirect_uri=" + url.QueryEscape(app.RedirectURIs[0])
	for n := 0; ; n++ {
		var approved struct{ Query url.Values }
		body := fmt.Sprintf(`{"url": %q, "person": "alice"}`, login)
		if !post(address+"/_emulator/approve", "application/json", body, &approved) {
			return
		}
		code := approved.Query.Get("code")
		if n%2 == 0 {
			a.mu.Lock()
			a.codes = append(a.codes, code)
			a.mu.Unlock()
			continue
		}
		var granted tokens
		form := url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {app.RedirectURIs[0]},
			"client_id": {app.ClientID}, "client_secret": {app.ClientSecret},
		}
		if !post(address+"/api/token", "application/x-www-form-urlencoded", form.Encode(), &granted) {
			return
		}
		a.mu.Lock()
		a.spent = append(a.spent, code)
		a.refreshes = append(a.refreshes, *granted.RefreshToken)
		a.mu.Unlock()
	}
}

// post is true if the whole of an answer arrived.
func post(address, kind, body string, into any) bool {
	resp, err := http.Post(address, kind, strings.NewReader(body))
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK && json.NewDecoder(resp.Body).Decode(into) == nil
}

func startChild(t *testing.T, path string) (*exec.Cmd, string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+path)
	var problems bytes.Buffer
	child.Stderr = &problems
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { child.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "http") {
		t.Fatalf("child: %q %v %s", line, err, &problems)
	}
	return child, strings.TrimSpace(line)
}

package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestCrash ends `tenuto serve` by kill -9 at random moments while people log in, look at their
// page (each look refreshes: tokens live for a second) and log out. What the server has answered
// must hold when it is back: who is signed in, who is not, who is who; and nobody may have to
// sign in again, for this Spotify does not rotate refresh tokens. TENUTO_CRASH_ROUNDS changes
// the number of rounds; `make torture` runs many.
func TestCrash(t *testing.T) {
	t.Parallel()
	rounds := 200
	if text := os.Getenv("TENUTO_CRASH_ROUNDS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("TENUTO_CRASH_ROUNDS: %v", err)
		}
		rounds = n
	}
	w := newCrashWorld(t)
	for round := range rounds {
		s := w.start()
		w.all(func(v *visitor) { v.check(round) })
		if t.Failed() {
			t.Fatalf("round %d: the server said\n%s", round, s.said())
		}
		w.killWhileBusy(s)
	}
	w.start()
	w.all(func(v *visitor) { v.check(rounds) })
	w.all((*visitor).comeBack)
	refused := w.spotify.Ledger().Of("POST /api/token").Where(func(e emulator.Entry) bool { return e.Status != http.StatusOK })
	if len(refused) > 0 {
		t.Errorf("the server sent what Spotify refused:\n%v", refused)
	}
	t.Logf("%d kills; acknowledged and held: %d logins, %d pages, %d logouts; %d refreshes", rounds,
		w.logins.Load(), w.pages.Load(), w.logouts.Load(), len(w.spotify.Ledger().Grant("refresh_token")))
	if w.logins.Load() == 0 || w.pages.Load() == 0 || w.logouts.Load() == 0 {
		t.Error("nothing was going on when the server was killed: the test proves nothing")
	}
}

// crashWorld is a Spotify, a program to kill, and the people who use it.
type crashWorld struct {
	t        *testing.T
	spotify  *emulator.Emulator
	program  string
	addr     string
	env      []string
	visitors []*visitor

	logins, pages, logouts atomic.Int64 // acknowledged
}

func newCrashWorld(t *testing.T) *crashWorld {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close() // the server's own, from now on
	app := emulator.App{
		ClientID: strings.Repeat("c", 32), ClientSecret: strings.Repeat("5", 32),
		RedirectURIs: []string{"http://" + addr + "/callback"},
	}
	spotify, stop := startWorld(emulator.Config{Apps: []emulator.App{app}, TokenLifetime: time.Second})
	t.Cleanup(stop)
	w := &crashWorld{t: t, spotify: spotify, addr: addr, program: filepath.Join(t.TempDir(), "tenuto")}
	w.env = home(t, "SPOTIFY_CLIENT_ID="+app.ClientID, "SPOTIFY_CLIENT_SECRET="+app.ClientSecret)
	for i := range 24 {
		name := fmt.Sprint("visitor", i)
		spotify.AddPerson(emulator.Person{Name: name})
		w.visitors = append(w.visitors, &visitor{w: w, name: name})
	}
	// Without the race detector: SQLite is ten times slower under it, and it is the files that count.
	if out, err := exec.Command("go", "build", "-o", w.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return w
}

// crashing is one life of the server.
type crashing struct {
	cmd *exec.Cmd
	log *os.File
}

func (w *crashWorld) start() *crashing {
	w.t.Helper()
	log, err := os.CreateTemp(w.t.TempDir(), "log")
	if err != nil {
		w.t.Fatal(err)
	}
	s := &crashing{exec.Command(w.program, "serve", "--addr", w.addr, "--operations-addr", "none",
		"--accounts-url", w.spotify.URL, "--api-url", w.spotify.URL+"/v1"), log}
	s.cmd.Env, s.cmd.Stdout, s.cmd.Stderr = w.env, log, log
	if err := s.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { s.cmd.Process.Kill(); s.cmd.Wait(); log.Close() })
	for limit := time.Now().Add(patience); ; time.Sleep(2 * time.Millisecond) {
		conn, err := net.Dial("tcp", w.addr)
		if err == nil {
			conn.Close()
			return s
		}
		if time.Now().After(limit) || s.cmd.ProcessState != nil {
			w.t.Fatalf("the server did not come back: %v\n%s", err, s.said())
		}
	}
}

func (s *crashing) said() string {
	text, _ := os.ReadFile(s.log.Name())
	return string(text)
}

// killWhileBusy lets everybody do things, and kills the server in the middle of them.
func (w *crashWorld) killWhileBusy(s *crashing) {
	timer := time.AfterFunc(time.Duration(1+rand.IntN(120))*time.Millisecond, func() { s.cmd.Process.Kill() })
	defer timer.Stop()
	w.all(func(v *visitor) {
		for v.act() {
		}
	})
	s.cmd.Wait()
}

// all lets the visitors do something, several at a time.
func (w *crashWorld) all(do func(*visitor)) {
	var wg sync.WaitGroup
	turn := make(chan struct{}, 8)
	for _, v := range w.visitors {
		wg.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			do(v)
		})
	}
	wg.Wait()
}

// visitor is a person with one browser, and a diary of what the server has answered.
type visitor struct {
	w      *crashWorld
	name   string
	userID string       // once known it never changes
	in     *http.Cookie // of the login that was acknowledged last; nil when signed out
	out    *http.Cookie // of the logout that was acknowledged last
}

// act does one thing and writes it down; false once the server is gone.
func (v *visitor) act() bool {
	switch {
	case v.in == nil:
		return v.logIn()
	case rand.IntN(6) == 0:
		return v.logOut()
	}
	return v.look()
}

func (v *visitor) logIn() bool {
	begun, _, err := v.send(http.MethodGet, "/login", nil)
	if err != nil {
		return false
	}
	back := v.w.spotify.Approve(begun.Header.Get("Location"), v.name)
	done, text, err := v.send(http.MethodGet, back.RequestURI(), begun.Cookies())
	if err != nil {
		return false
	}
	for _, c := range done.Cookies() {
		if c.Name == "tenuto" && c.Value != "" {
			v.in = c
		}
	}
	if done.StatusCode != http.StatusSeeOther || v.in == nil {
		v.w.t.Errorf("%s: the callback answered %d:\n%s", v.name, done.StatusCode, text)
		return false
	}
	v.w.logins.Add(1)
	return true
}

func (v *visitor) logOut() bool {
	cookie := v.in
	v.in = nil // whatever comes back: one that was not acknowledged may have happened
	answer, text, err := v.send(http.MethodPost, "/logout", []*http.Cookie{cookie})
	if err != nil {
		return false
	}
	if answer.StatusCode != http.StatusSeeOther {
		v.w.t.Errorf("%s: the logout answered %d:\n%s", v.name, answer.StatusCode, text)
		return false
	}
	v.out = cookie
	v.w.logouts.Add(1)
	return true
}

// look opens the page, which refreshes the token.
func (v *visitor) look() bool {
	answer, text, err := v.send(http.MethodGet, "/", []*http.Cookie{v.in})
	if err != nil {
		return false
	}
	seen := page{answer.StatusCode, text, answer.Request.URL}
	id := seen.userID(v.w.t)
	if v.userID == "" {
		v.userID = id
	}
	words := strings.Join(strings.Fields(tags.ReplaceAllString(text, " ")), " ")
	if id == "None" || id != v.userID || !strings.Contains(words, "Now playing:") {
		v.w.t.Errorf("%s: the page shows user ID %s, want %s, and what is playing: %s", v.name, id, v.userID, words)
		return false
	}
	v.w.pages.Add(1)
	return true
}

// check holds what the server says now against the diary.
func (v *visitor) check(round int) {
	for _, c := range []struct {
		cookie *http.Cookie
		want   int
	}{{v.in, http.StatusOK}, {v.out, http.StatusUnauthorized}} {
		if c.cookie == nil {
			continue
		}
		answer, text, err := v.send(http.MethodGet, "/session", []*http.Cookie{c.cookie})
		if err != nil {
			v.w.t.Errorf("round %d: %s: %v", round, v.name, err)
			return
		}
		if answer.StatusCode != c.want || c.want == http.StatusOK && !strings.Contains(text, v.userID) {
			v.w.t.Errorf("round %d: %s: GET /session = %d %s, want %d and user %s", round, v.name, answer.StatusCode, text, c.want, v.userID)
		}
	}
}

// comeBack looks at the page at the end: nobody who is signed in has to sign in again.
func (v *visitor) comeBack() {
	if v.in != nil && !v.look() {
		v.w.t.Errorf("%s cannot see the page any more", v.name)
	}
}

// send makes one request with the visitor's cookies and follows nothing. An error is a server that is gone.
func (v *visitor) send(method, path string, cookies []*http.Cookie) (*http.Response, string, error) {
	r, err := http.NewRequest(method, "http://"+v.w.addr+path, nil)
	if err != nil {
		return nil, "", err
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return nil, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode >= 500 {
		err = errors.New(answer.Status)
		v.w.t.Errorf("%s: %s %s = %v:\n%s", v.name, method, r.URL.Path, err, text)
	}
	return answer, string(text), err
}

package examples_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

func TestAppServer(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	address := start(t, "appserver", t.TempDir(), environment(world), "-addr", "127.0.0.1:0").says(t, `open (http://[^/]+)`)
	ask := func(query string) (int, string, http.Header) {
		resp, err := http.Get(address + "/search" + query)
		text := body(t, resp, err)
		return resp.StatusCode, text, resp.Header
	}
	var songs []struct{ Name, Artists, Link string }
	status, text, _ := ask("?q=a")
	if err := json.Unmarshal([]byte(text), &songs); err != nil || status != http.StatusOK || len(songs) != 10 {
		t.Fatalf("GET /search?q=a: %d, %v\n%s", status, err, text)
	}
	for _, song := range songs {
		if song.Name == "" || song.Artists == "" || !strings.HasPrefix(song.Link, "https://open.spotify.com/track/") {
			t.Errorf("found %+v", song)
		}
	}
	if status, _, _ := ask(""); status != http.StatusBadRequest {
		t.Errorf("GET /search: %d, want 400", status)
	}
	world.Advance(2 * time.Hour) // refreshes itself
	if status, text, _ := ask("?q=b"); status != http.StatusOK {
		t.Errorf("two hours later: %d\n%s", status, text)
	}
	world.Fail(emulator.Fault{Operation: "GET /search", Status: 429, RetryAfter: time.Hour})
	if status, _, header := ask("?q=c"); status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" {
		t.Errorf("a long wait: %d, Retry-After %q, want 503 and a time", status, header.Get("Retry-After"))
	}
}

// approve is the person in front of a prompt: they open the address it shows, and agree.
func approve(t *testing.T, world *emulator.Emulator, p *process) {
	t.Helper()
	back := world.Approve(p.says(t, `^\s*(http://\S+/authorize\S+)`), "alice")
	resp, err := http.Get(back.String())
	if text := body(t, resp, err); resp.StatusCode != http.StatusOK {
		t.Fatalf("the prompt's page: %s\n%s", resp.Status, text)
	}
}

// The two programs that log in once and then run from what they saved.
func TestLogInOnceThenRunAgain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		file, ini string // where it keeps its login, what is in there at first
		want      string
		again     string // what the second run says
	}{
		"script": {"spotify.ini", "SPOTIFY_CLIENT_ID = %ID\nSPOTIFY_CLIENT_SECRET = %SECRET\nSPOTIFY_REDIRECT_URI = http://127.0.0.1/callback\n", "Hello ", "Hello "},
		"pkce":   {"play/spotify.ini", "", "Playing.", "Playing."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			world := emulator.Start(t, emulator.Config{Apps: []emulator.App{{
				ClientID: "0123456789abcdef0123456789abcdef", RedirectURIs: []string{"http://127.0.0.1/callback"},
			}}})
			app, dir := world.App(), t.TempDir()
			file := filepath.Join(dir, c.file)
			if c.ini != "" {
				ini := strings.NewReplacer("%ID", app.ClientID, "%SECRET", app.ClientSecret).Replace(c.ini)
				if err := os.WriteFile(file, []byte(ini), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			env := append(environment(world), "XDG_CONFIG_HOME="+dir)
			pause(t, world)

			p := start(t, name, dir, env)
			approve(t, world, p)
			stdout, stderr, err := p.end(t)
			if err != nil || !strings.HasPrefix(stdout, c.want) {
				t.Fatalf("first run: %v\n%s%s", err, stdout, stderr)
			}
			pause(t, world)
			stdout, stderr, err = run(t, name, dir, env)
			if err != nil || !strings.HasPrefix(stdout, c.again) || strings.Contains(stderr, "/authorize") {
				t.Errorf("second run: %v\n%s%s", err, stdout, stderr)
			}
			if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v, %v, want 0600", c.file, info, err)
			}

			world.Revoke("alice")
			pause(t, world)
			p = start(t, name, dir, env)
			approve(t, world, p) // asked again
			if stdout, stderr, err := p.end(t); err != nil || !strings.HasPrefix(stdout, c.want) {
				t.Errorf("after a revocation: %v\n%s%s", err, stdout, stderr)
			}
		})
	}
}

// pause makes alice's player ready to be started.
func pause(t *testing.T, world *emulator.Emulator) {
	t.Helper()
	call(t, world, token(t, world), "PUT", "/me/player/pause", "")
}

func TestSaved(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	env := append(environment(world), "SPOTIFY_USER_REFRESH="+refreshToken(t, world))
	stdout, stderr, err := run(t, "savedtracks", t.TempDir(), env, "-since", "2000-01-01")
	if n := strings.Count(stdout, "\n"); err != nil || n != 130 {
		t.Errorf("savedtracks: %v, %d lines, want 130\n%s", err, n, stderr)
	}
	before := len(world.Ledger().Of("GET /me/tracks"))
	tomorrow := time.Now().AddDate(0, 0, 2).Format(time.DateOnly)
	if stdout, _, err := run(t, "savedtracks", t.TempDir(), env, "-since", tomorrow); err != nil || stdout != "" {
		t.Errorf("savedtracks of the future: %v\n%s", err, stdout)
	}
	if n := len(world.Ledger().Of("GET /me/tracks")) - before; n != 1 {
		t.Errorf("%d pages fetched for nothing, want 1", n)
	}
}

func TestAddTracks(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	access := token(t, world)
	var made struct{ ID string }
	decode(t, call(t, world, access, "POST", "/me/playlists", `{"name":"350"}`), &made)
	var saved struct {
		Items []struct{ Track struct{ URI string } }
	}
	decode(t, call(t, world, access, "GET", "/me/tracks?limit=50", ""), &saved)
	var tracks []string
	for i := range 350 {
		tracks = append(tracks, saved.Items[i%50].Track.URI)
	}
	add := func(tracks []string) (string, string, error) {
		p := program(t, "addtracks")
		cmd := command(p, t.TempDir(), append(environment(world), "SPOTIFY_USER_REFRESH="+refreshToken(t, world)),
			"https://open.spotify.com/playlist/"+made.ID+"?si=x")
		cmd.Stdin = strings.NewReader(strings.Join(tracks, "\n") + "\n")
		var stdout, stderr strings.Builder
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		err := cmd.Run()
		return stdout.String(), stderr.String(), err
	}
	world.Fail(emulator.Fault{Operation: "POST /playlists/{id}/items", After: 2, Status: 403})
	rest, said, err := add(tracks)
	if _, failed := errors.AsType[*exec.ExitError](err); !failed || !strings.Contains(said, "200 of 350 added") {
		t.Fatalf("a refusal half-way: %v\n%s", err, said)
	}
	if _, said, err := add(strings.Fields(rest)); err != nil {
		t.Fatalf("the rest: %v\n%s", err, said)
	}
	var playlist struct{ Items struct{ Total int } }
	decode(t, call(t, world, access, "GET", "/playlists/"+made.ID, ""), &playlist)
	if playlist.Items.Total != 350 {
		t.Errorf("%d tracks are in, want 350", playlist.Items.Total)
	}
}

func TestNowPlaying(t *testing.T) {
	t.Parallel()
	world := emulator.Start(t)
	dir := t.TempDir()
	env := append(environment(world), "SPOTIFY_REDIRECT_URI="+world.App().RedirectURIs[0])
	stdout, stderr, err := run(t, "nowplaying", dir, append(env, "SPOTIFY_USER_REFRESH="+refreshToken(t, world)), "-add", "alice")
	if err != nil {
		t.Fatalf("nowplaying -add: %v\n%s%s", err, stdout, stderr)
	}
	stdout, stderr, err = run(t, "nowplaying", dir, env, "alice", "stranger")
	if err != nil || !regexp.MustCompile(`(?m)^alice: .+ – .+$`).MatchString(stdout) || !strings.Contains(stderr, "stranger: ") {
		t.Errorf("nowplaying: %v\n%s%s", err, stdout, stderr)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	stdout, stderr, err := run(t, "scopes", t.TempDir(), nil)
	if err != nil || !strings.Contains(stdout, "missing: playlist-modify-private playlist-modify-public user-read-currently-playing\n") ||
		!strings.Contains(stdout, "GET /me/player/currently-playing would fail without user-read-currently-playing\n") {
		t.Errorf("scopes: %v\n%s%s", err, stdout, stderr)
	}
}

package emulator_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// The client in memory serves every name, and answers with the address it was asked by.
func TestClientServesEveryName(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	login := p.logIn("alice")
	for _, base := range []string{"https://api.spotify.com", "http://127.0.0.1:5010", "https://spotify.example:444"} {
		r, _ := http.NewRequest(http.MethodGet, base+"/v1/me", nil)
		r.Header.Set("Authorization", "Bearer "+login.AccessToken)
		got := get(p.world.Client(), r)
		if want := `"href":"` + base + `/v1/users/alice"`; got.status != 200 || !strings.Contains(got.body, want) {
			t.Errorf("GET %s/v1/me = %d %s, want 200 and %s", base, got.status, got.body, want)
		}
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	if world.AccountsURL() != "https://accounts.spotify.com" || world.APIURL() != "https://api.spotify.com/v1" {
		t.Errorf("New: %s, %s, want Spotify's own", world.AccountsURL(), world.APIURL())
	}
	world = emulator.Start(t)
	if !strings.HasPrefix(world.URL, "http://127.0.0.1:") || world.AccountsURL() != world.URL || world.APIURL() != world.URL+"/v1" {
		t.Errorf("Start: %s, %s, want %s and /v1 below it", world.AccountsURL(), world.APIURL(), world.URL)
	}
}

// Answers nobody reads, requests nobody waits for and errors leave no goroutine behind: the
// bubble would not end.
func TestClientInABubble(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, emulator.Config{})
		login := p.logIn("alice")
		resp, err := p.world.Client().Get("https://api.spotify.com/v1/me")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body // neither read nor closed
		p.world.Fail(emulator.Fault{Operation: "GET /me", Delay: time.Hour, Times: -1})
		client := p.world.Client()
		client.Timeout = time.Second
		start := time.Now()
		if got := p.callWith(client, login.AccessToken, "/me"); !errors.Is(got.err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("timeout: %v after %v, want DeadlineExceeded after a second", got.err, time.Since(start))
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("changed my mind")
		time.AfterFunc(time.Minute, func() { cancel(why) })
		r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "https://api.spotify.com/v1/me", nil)
		if got := get(p.world.Client(), r); !errors.Is(got.err, why) {
			t.Errorf("cancelled: %v, want the cause", got.err)
		}
	})
}

func TestClientWithoutBody(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	r, _ := http.NewRequest(http.MethodHead, p.loginURL(), nil)
	resp, err := p.world.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || len(body) != 0 || err != nil {
		t.Errorf("HEAD = %d %q %v, want 200 without a body", resp.StatusCode, body, err)
	}
}

func TestLargeRequest(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	resp, err := p.world.Client().Post("https://api.spotify.com/v1/me/playlists", "application/json", strings.NewReader(strings.Repeat(" ", 2<<20)))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("two megabytes: %d, want 413", resp.StatusCode)
	}
}

package spotify_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

func TestHalfAYearOfAlice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // sleeping costs nothing and turns every clock
		world := emulator.New(emulator.Config{})
		client := spotify.New(logIn(t, world, "alice"), spotify.WithHTTPClient(world.Client()))
		playing := func() error {
			_, err := client.Player.CurrentlyPlaying(t.Context(), nil)
			return err
		}
		refreshes := func() int { return len(world.Ledger().By("alice").Of("POST /api/token").Grant("refresh_token")) }

		// Spotify is busy: a short wait is waited for, a long one is an error at once.
		world.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 429, RetryAfter: 2 * time.Second})
		if err := playing(); err != nil {
			t.Errorf("after a short wait: %v", err)
		}
		world.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 429, RetryAfter: 14 * time.Hour})
		if err := playing(); !errors.Is(err, spotify.ErrRateLimited) {
			t.Errorf("long wait: got %v, want ErrRateLimited", err)
		}

		// A day later the hour of access is over: one refresh, however many calls.
		time.Sleep(24 * time.Hour)
		for range 3 {
			if err := playing(); err != nil {
				t.Error(err)
			}
		}
		if n := refreshes(); n != 1 {
			t.Errorf("refreshed %d times, want once:\n%v", n, world.Ledger())
		}

		// Half a year later she has to log in again; Spotify is asked once, not thrice.
		time.Sleep(184 * 24 * time.Hour)
		for range 3 {
			if gone, ok := errors.AsType[*auth.ReauthorizeError](playing()); !ok || gone.Reason != auth.ReasonExpired {
				t.Errorf("after half a year: got %v, want to log in again", gone)
			}
		}
		if n := refreshes(); n != 2 {
			t.Errorf("refreshed %d times, want one more that was refused", n)
		}
	})
}

func TestRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		world := emulator.New(emulator.Config{})
		login := logIn(t, world, "bob")
		world.Revoke("bob")
		time.Sleep(time.Hour)
		if _, err := login.Token(t.Context()); !errors.Is(err, auth.ErrReauthorize) {
			t.Errorf("got %v, want ErrReauthorize", err)
		}
	})
}

package spotify_test

import (
	"errors"
	"testing"

	"github.com/tenuto-dev/tenuto/spotify"
)

// An answer that is well-formed and of another kind altogether is no success without data.
func TestAnswersOfAnotherKind(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`null`, `[1,2]`, `7`, `"x"`, `true`, ` [] `} {
		c := answering(200, body).With(spotify.WithRetries(0))
		for name, call := range map[string]func() error{
			"Users.Me":       func() error { return failing(c.Users.Me(t.Context())) },
			"Albums.Get":     func() error { return failing(c.Albums.Get(t.Context(), "a", nil)) },
			"Library.Tracks": func() error { return failing(c.Library.Tracks(t.Context(), nil)) },
			"Player.Devices": func() error { return failing(c.Player.Devices(t.Context())) },
			"Search.Find":    func() error { return failing(c.Search.Find(t.Context(), "a", nil)) },
		} {
			if err := call(); !errors.Is(err, spotify.ErrServer) {
				t.Errorf("%s, answered %s: %v, want ErrServer", name, body, err)
			}
		}
	}
	for _, body := range []string{`{}`, `null`, `7`} {
		c := answering(200, body).With(spotify.WithRetries(0))
		if _, err := c.Library.Contains(t.Context(), "spotify:track:a"); !errors.Is(err, spotify.ErrServer) {
			t.Errorf("Library.Contains, answered %s: %v, want ErrServer", body, err)
		}
	}
	// Where nothing is an answer, null is one; and null in a place of its own is nothing there.
	c := answering(200, `null`)
	if playing, err := c.Player.CurrentlyPlaying(t.Context(), nil); err != nil || playing.Item != nil {
		t.Errorf("CurrentlyPlaying, answered null = %+v, %v, want nothing", playing, err)
	}
	var own struct{ Track *spotify.Track }
	if err := answering(200, `{"track":[]}`).Do(t.Context(), "GET /me", nil, &own); err != nil {
		t.Errorf("a model in a type of the caller's, answered an array: %v", err)
	}
}

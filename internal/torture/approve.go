package torture

import (
	"errors"
	"fmt"
	"net/url"
)

// approve is the person at Spotify.
func (w *World) approve(login, person string) (back *url.URL, err error) {
	defer func() {
		if cause := recover(); cause != nil { // how the emulator says that its page shows an error
			err = fmt.Errorf("at Spotify: %v", cause)
		}
	}()
	back = w.spotify.Approve(login, person)
	code := back.Query().Get("code")
	if code == "" {
		return nil, errors.New("Spotify gave no code")
	}
	w.witness.gave(code, person)
	return back, nil
}

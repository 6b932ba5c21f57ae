package torture

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

func (v *visitor) logIn(r *replica) bool {
	begun, err := v.send(r, http.MethodGet, "/login", "", nil)
	if err != nil {
		return false
	}
	if begun.status != http.StatusSeeOther {
		v.failed(r, begun, "GET /login")
		return false
	}
	code, err := v.w.approve(begun.location, v.name)
	if err != nil {
		return false // Spotify is down
	}
	var attempt []string
	for name, value := range begun.cookies {
		attempt = append(attempt, name+"="+value)
	}
	done, err := v.send(r, http.MethodGet, code.RequestURI(), strings.Join(attempt, "; "), nil)
	if err != nil {
		return false
	}
	session := done.cookies[sessionCookie]
	if done.status != http.StatusSeeOther || session == "" {
		v.failed(r, done, "the callback")
		return false
	}
	v.did(didLogin, session, "")
	return true
}

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

// leave logs out, or disconnects.
func (v *visitor) leave(r *replica, try, done, path string, form url.Values) bool {
	session, user := v.page.in, v.page.user
	v.did(try, session, user)
	answer, err := v.send(r, http.MethodPost, path, session, form)
	if err != nil {
		return false
	}
	if answer.status != http.StatusSeeOther {
		v.failed(r, answer, "POST "+path)
		return false
	}
	v.did(done, session, user)
	return true
}

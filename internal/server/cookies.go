package server

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// jar knows the names and flags of our cookies. Over https they are __Host- cookies: a sibling
// domain or a plain-http page can neither read nor plant them. Loopback http has no such prefix.
type jar struct {
	secure  bool
	session string
	notice  string // the one-time message of the next page
	done    string // proves that this browser finished a certain login attempt
	attempt string // prefix; the rest is the hash of the state
}

func newJar(secure bool) jar {
	prefix := ""
	if secure {
		prefix = "__Host-"
	}
	return jar{
		secure:  secure,
		session: prefix + "tenuto",
		notice:  prefix + "tenuto-notice",
		done:    prefix + "tenuto-done",
		attempt: prefix + "tenuto-login-",
	}
}

// attemptName is the name of the cookie that keeps the login attempt with that state: one each, so
// that two tabs do not disturb one another.
func (j jar) attemptName(state string) string {
	hash := sha256.Sum256([]byte("login attempt\x00" + state))
	return j.attempt + base64.RawURLEncoding.EncodeToString(hash[:12])
}

// read returns the cookie of that name. One that occurs twice is none: somebody else may have
// planted one of them, and nothing tells which.
func (j jar) read(r *http.Request, name string) (value string, ok bool) {
	found := r.CookiesNamed(name)
	if len(found) != 1 {
		return "", false
	}
	return found[0].Value, true
}

// has reports whether the request carries a cookie of that name, however often.
func (j jar) has(r *http.Request, name string) bool { return len(r.CookiesNamed(name)) > 0 }

func (j jar) set(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: max(1, int(life.Seconds())),
		Secure: j.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

func (j jar) clear(w http.ResponseWriter, name string) {
	http.SetCookie(w, &http.Cookie{
		Name: name, Path: "/", MaxAge: -1,
		Secure: j.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// attempts lists the names of the login attempts the request carries, each once.
func (j jar) attempts(r *http.Request) (names []string) {
	seen := map[string]bool{}
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, j.attempt) && !seen[c.Name] {
			seen[c.Name] = true
			names = append(names, c.Name)
		}
	}
	return names
}

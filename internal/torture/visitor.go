package torture

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"
)

// visitor is a person with a browser, who does things at random and holds the servers to what they have said.
type visitor struct {
	w    *World
	name string

	mu     sync.Mutex // held while the visitor does something
	random *rand.Rand
	page   page
}

// live does one thing after another until the world ends.
func (v *visitor) live() {
	for v.w.going() {
		r := v.w.anyReplica()
		if r == nil {
			pause(v.w.over, 2*time.Millisecond)
			continue
		}
		if !v.act(r) {
			pause(v.w.over, 5*time.Millisecond)
		}
		pause(v.w.over, v.w.rest)
	}
}

// act does one thing; false if no answer came.
func (v *visitor) act(r *replica) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch n := v.random.IntN(100); {
	case v.page.in == "":
		return v.logIn(r)
	case n < 4:
		return v.leave(r, tryLogout, didLogout, "/logout", nil)
	case n < 6:
		return v.leave(r, tryDisconnect, didDisconnect, "/account/disconnect", url.Values{"sure": {"yes"}})
	case n < 12:
		return v.check(r)
	default:
		return v.look(r)
	}
}

func (v *visitor) did(did, session, user string) {
	e := entry{At: time.Now(), Who: v.name, Did: did, Session: session, User: user}
	v.page.add(e)
	if err := v.w.diary.write(e); err != nil {
		v.w.broken("the diary of %s: %v", v.name, err)
	}
	v.w.count(did)
}

var userIDWords = regexp.MustCompile(`User ID: (\S+)`)

// look opens the page, which refreshes the token when it is time.
func (v *visitor) look(r *replica) bool {
	answer, err := v.send(r, http.MethodGet, "/", v.page.in, nil)
	if err != nil {
		return false
	}
	text := words(answer.text)
	found := userIDWords.FindStringSubmatch(text)
	switch {
	case answer.status != http.StatusOK || found == nil:
		v.failed(r, answer, "GET /")
		return false
	case found[1] == "None" || v.page.user != "" && found[1] != v.page.user:
		v.w.broken("%s: %s shows user ID %s, want %q", v.name, r.name, found[1], v.page.user)
		return false
	case strings.Contains(text, "This consent has ended."):
		return v.mustLogInAgain(r)
	case !strings.Contains(text, "Now playing:"):
		v.w.failed(failure{asked: answer.asked, replica: r.name, person: v.name, kind: noMusic, text: text})
		return false
	}
	for _, old := range v.page.old {
		if found[1] == old {
			v.w.broken("%s was disconnected, and the user ID %s is back", v.name, old)
		}
	}
	v.did(didSee, "", found[1])
	return true
}

// check holds what one server says against the diary.
func (v *visitor) check(r *replica) bool {
	if v.page.in != "" {
		answer, err := v.send(r, http.MethodGet, "/session", v.page.in, nil)
		switch {
		case err != nil:
			return false
		case answer.status >= 500:
			v.failed(r, answer, "GET /session")
			return false
		case answer.status != http.StatusOK || !strings.Contains(answer.text, v.page.user):
			v.w.broken("%s: GET /session at %s = %d %s, want 200 and user %q: an acknowledged login is lost",
				v.name, r.name, answer.status, words(answer.text), v.page.user)
			return false
		case strings.Contains(answer.text, `"reauthorize":true`):
			return v.mustLogInAgain(r)
		}
	}
	for _, session := range v.page.out {
		answer, err := v.send(r, http.MethodGet, "/session", session, nil)
		switch {
		case err != nil:
			return false
		case answer.status >= 500:
			v.failed(r, answer, "GET /session")
			return false
		case answer.status != http.StatusUnauthorized:
			v.w.broken("%s: GET /session at %s = %d %s, want 401: an acknowledged logout is lost", v.name, r.name, answer.status, words(answer.text))
			return false
		}
	}
	return true
}

// failed notes an answer that is none.
func (v *visitor) failed(r *replica, a *answer, what string) {
	v.w.failed(failure{asked: a.asked, replica: r.name, person: v.name, text: fmt.Sprintf("%s = %d: %s", what, a.status, words(a.text))})
}

// mustLogInAgain notes what the judge will want explained.
func (v *visitor) mustLogInAgain(r *replica) bool {
	if v.w.doubtful() {
		return false // it is to be undone: see lie
	}
	v.w.forced(forcedLogin{At: time.Now(), Person: v.name, Own: v.page.dead})
	v.did(mustLoginAgain, "", "")
	return true
}

const sessionCookie = "tenuto"

// answer is what a browser gets.
type answer struct {
	asked    time.Time
	status   int
	text     string
	location string
	cookies  map[string]string
}

// send makes one request to one server and follows nothing. cookie is a session, or what stands in a cookie header.
// An error is a server that is gone, or that does not answer: the judge wants to know why.
func (v *visitor) send(r *replica, method, path, cookie string, form url.Values) (*answer, error) {
	asked := time.Now()
	a, err := v.ask(r, method, path, cookie, form)
	at, _, _ := strings.Cut(path, "?")
	switch {
	case err != nil && r == v.w.front:
		v.w.broken("%s %s failed: %v", method, at, err)
	case err != nil:
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // without the address, and what stands in it
		}
		v.w.failed(failure{asked: asked, replica: r.name, person: v.name, kind: nobody, text: fmt.Sprintf("%s %s: %v", method, at, err)})
	case r == v.w.front && a.status >= 500:
		v.w.broken("%s %s failed: %d: %.300s", method, at, a.status, words(a.text))
	}
	return a, err
}

func (v *visitor) ask(r *replica, method, path, cookie string, form url.Values) (*answer, error) {
	req, err := http.NewRequest(method, "http://"+r.addr+path, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Host = v.w.host
	if cookie != "" && !strings.Contains(cookie, "=") {
		cookie = sessionCookie + "=" + cookie
	}
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	client := r.client
	if strings.HasPrefix(path, "/callback") {
		client = r.once
	}
	asked := time.Now()
	got, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		return nil, fmt.Errorf("the answer was cut off: %w", err)
	}
	a := &answer{asked: asked, status: got.StatusCode, text: string(text), location: got.Header.Get("Location"), cookies: map[string]string{}}
	for _, c := range got.Cookies() {
		if c.MaxAge >= 0 && c.Value != "" {
			a.cookies[c.Name] = c.Value
		}
	}
	return a, nil
}

// words are what a page says. By hand: a regular expression would cost the visitors more than the page costs its server.
func words(page string) string {
	var said strings.Builder
	for page != "" {
		text, tag, _ := strings.Cut(page, "<")
		said.WriteString(text + " ")
		for _, silent := range []string{"script", "style"} {
			if strings.HasPrefix(tag, silent) {
				_, tag, _ = strings.Cut(tag, "</"+silent)
			}
		}
		_, page, _ = strings.Cut(tag, ">")
	}
	return strings.Join(strings.Fields(said.String()), " ")
}

package emulator

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// The person's side, by name. An unknown name panics.

// Approve does what a browser does with a login URL when the person agrees, and returns where
// it was sent back to. The host of the URL does not matter. A URL that Spotify would not
// accept, or a fault in between, panics with what the page says.
func (e *Emulator) Approve(loginURL, person string) *url.URL {
	return must(e.decide(loginURL, &visit{person: person}))
}

// Refuse is the same with Cancel. Who agreed before is asked again.
func (e *Emulator) Refuse(loginURL, person string) *url.URL {
	return must(e.decide(loginURL, &visit{person: person, refuse: true}))
}

// must is for mistakes in a test's own text, and for a state file that fails.
func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

// decide is the browser: it opens the page and, if it is asked, presses a button.
func (e *Emulator) decide(loginURL string, v *visit) (*url.URL, error) {
	if err := e.known(v.person); err != nil {
		return nil, err
	}
	u, err := url.Parse(loginURL)
	if err != nil {
		return nil, fmt.Errorf("emulator: the login URL is not one: %w", err)
	}
	if !authorizePath.MatchString(u.Path) {
		return nil, fmt.Errorf("emulator: %s is not a login URL: want %s/authorize?…", withoutQuery(u), e.AccountsURL())
	}
	open, err := http.NewRequestWithContext(v.context(), http.MethodGet, e.AccountsURL()+u.RequestURI(), nil)
	if err != nil {
		return nil, fmt.Errorf("emulator: the login URL is not one: %w", err)
	}
	page, err := e.browse(open)
	if err != nil || page.location != nil {
		return page.location, err
	}
	return e.press(open, page, v)
}

// press sends the form of the page that open answered with.
func (e *Emulator) press(open *http.Request, page browsed, v *visit) (*url.URL, error) {
	form := url.Values{"person": {v.person}, "action": {"agree"}}
	if v.refuse {
		form.Set("action", "cancel")
	}
	press := open.Clone(v.context())
	for _, c := range page.cookies {
		press.AddCookie(c)
		form.Set("proof", e.proof(c.Value, open.URL.RawQuery))
	}
	press.Method = http.MethodPost
	press.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	press.Body = io.NopCloser(strings.NewReader(form.Encode()))
	pressed, err := e.browse(press)
	return pressed.location, err
}

// browsed is a page, or where the browser was sent instead.
type browsed struct {
	cookies  []*http.Cookie
	location *url.URL // nil: nowhere
}

// browse sends a request and reads the page, but follows no redirect.
func (e *Emulator) browse(r *http.Request) (browsed, error) {
	resp, err := memory{e}.RoundTrip(r)
	if err != nil {
		return browsed{}, fmt.Errorf("emulator: %s %s: %w", r.Method, r.URL.Path, err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		return browsed{}, fmt.Errorf("emulator: %s %s: %w", r.Method, r.URL.Path, err)
	}
	if resp.StatusCode >= http.StatusBadRequest {
		return browsed{}, fmt.Errorf("emulator: %s %s answered %s: %s", r.Method, r.URL.Path, resp.Status, pageText(string(page)))
	}
	if resp.StatusCode == http.StatusOK {
		return browsed{cookies: resp.Cookies()}, nil
	}
	location, err := resp.Location()
	return browsed{location: location}, err
}

// known is nil for the name of a person.
func (e *Emulator) known(person string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.personNamed(person) == nil {
		return noPerson(person)
	}
	return nil
}

func noPerson(name string) error { return fmt.Errorf("emulator: nobody is called %q", name) }

func withoutQuery(u *url.URL) string {
	bare := *u
	bare.RawQuery, bare.User = "", nil
	return bare.String()
}

// Revoke takes away what person granted, as at spotify.com/account/apps: from every app, at once.
func (e *Emulator) Revoke(person string) {
	if err := e.revoke(person, ""); err != nil {
		panic(err)
	}
}

func (e *Emulator) revoke(person, clientID string) error {
	if err := e.known(person); err != nil {
		return err
	}
	e.mu.Lock()
	e.st.revoke(clientID, person)
	e.mu.Unlock()
	return e.keep()
}

// Play makes person listen to uri; "" stops, and leaves no active device. A URI that is not in
// the catalogue panics.
func (e *Emulator) Play(person, uri string) {
	if err := e.play(person, uri); err != nil {
		panic(err)
	}
}

func (e *Emulator) play(person, uri string) error {
	if err := e.known(person); err != nil {
		return err
	}
	e.mu.Lock()
	p := e.personNamed(person)
	err := p.Music.play(e.cat, uri, e.now())
	if err == nil {
		e.st.putPerson(p)
	}
	e.mu.Unlock()
	if err != nil {
		return err
	}
	return e.keep()
}

package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// person is someone with a browser: cookies, redirects, forms.
type person struct {
	t      testing.TB
	client *http.Client
}

// page is what the person sees.
type page struct {
	status int
	text   string
	at     *url.URL
}

func newPerson(t testing.TB) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t, &http.Client{Jar: jar}}
}

func (p *person) open(address string) page {
	p.t.Helper()
	return p.do(http.MethodGet, address, nil)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)"`)

// press sends the form on a page with its hidden fields and those of the button.
func (p *person) press(on page, fields ...string) page {
	p.t.Helper()
	form := url.Values{}
	for _, field := range hidden.FindAllStringSubmatch(on.text, -1) {
		form.Set(field[1], field[2])
	}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return p.do(http.MethodPost, on.at.String(), form)
}

func (p *person) do(method, address string, form url.Values) page {
	p.t.Helper()
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return page{answer.StatusCode, string(text), answer.Request.URL}
}

// logIn goes to the server at base and, at the emulated Spotify, agrees as name.
func (p *person) logIn(base, name string) page {
	p.t.Helper()
	choose := p.open(base + "/login")
	consent := p.press(choose, "action", "choose", "person", name)
	home := p.press(consent, "action", "agree")
	if home.status != http.StatusOK || !strings.HasPrefix(home.at.String(), base) {
		p.t.Fatalf("logging in as %s ended at %v with %d:\n%s", name, home.at, home.status, home.text)
	}
	return home
}

var (
	tags   = regexp.MustCompile(`(?s)<(?:script|style).*?</(?:script|style)>|<[^>]*>`)
	userID = regexp.MustCompile(`User ID:\s*(\S+)`)
)

// userID is the user ID that the page shows, "None" when signed out.
func (p page) userID(t testing.TB) string {
	t.Helper()
	m := userID.FindStringSubmatch(tags.ReplaceAllString(p.text, " "))
	if m == nil {
		t.Fatalf("the page at %v (%d) shows no user ID:\n%s", p.at, p.status, p.text)
	}
	return m[1]
}

package emulator

import (
	"bytes"
	"embed"
	"html"
	"html/template"
	"net/http"
	"regexp"
	"strings"
)

//go:embed pages
var pageFiles embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{"initial": initial}).ParseFS(pageFiles, "pages/*.html"))

// mostPeople are shown as buttons; who else there is can be typed.
const mostPeople = 30

// asked is one scope on the consent page.
type asked struct {
	Scope, Words string
}

// consentData is what the consent page shows.
type consentData struct {
	Action        string // where the form goes: this very request
	Proof         string
	ClientID      string
	Development   bool
	Person        *person // nil: first choose one
	People        []*person
	More          int // people who are not shown
	Reads, Writes []asked
	Back          string // where the answer goes
}

// consentPage asks the person, or who is there if nobody is signed in.
func (e *Emulator) consentPage(w http.ResponseWriter, x *exchange, a authorization, p *person) {
	data := consentData{
		Action: x.r.URL.RequestURI(), Proof: e.proof(browser(w, x.r), x.r.URL.RawQuery),
		ClientID: a.app.ClientID, Development: !a.app.Extended,
		Person: p, People: e.st.People, Back: a.redirectURI,
	}
	if more := len(data.People) - mostPeople; more > 0 {
		data.People, data.More = data.People[:mostPeople], more
	}
	for _, scope := range a.scopes {
		words := asked{scope, scopeWords[scope]}
		if changesThings[scope] {
			data.Writes = append(data.Writes, words)
		} else {
			data.Reads = append(data.Reads, words)
		}
	}
	page := "consent.html"
	if p == nil {
		page = "people.html"
	}
	writePage(w, http.StatusOK, page, data)
}

// errorPage tells a person, in Spotify's words, why there is nothing to agree to.
func errorPage(w http.ResponseWriter, status int, text string) {
	writePage(w, status, "error.html", struct {
		Status     int
		Text, Hint string
	}{status, text, hints[text]})
}

// hints are what Spotify does not say.
var hints = map[string]string{
	"INVALID_CLIENT: Invalid client":             "No app with this client id is registered here.",
	"INVALID_CLIENT: Insecure redirect URI":      "Use https, or http with 127.0.0.1 or [::1]; localhost does not count.",
	"redirect_uri: Not matching configuration":   "The redirect URI is not registered for this app: every letter, the port and the last slash count.",
	"Illegal scope":                              "One of the scopes does not exist, or is not for apps. They are separated by spaces.",
	"Page not found":                             "The Web API is below /v1, all else about this emulator at /_emulator/.",
	"code_challenge_method must be S256":         "The challenge is the SHA-256 of the verifier, in base64url without padding.",
	"Missing required parameter: code_challenge": "There is a code_challenge_method without its code_challenge.",
}

func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return "?"
}

// contentPolicy forbids all that the pages do not need. form-action is left open: browsers
// apply it to the redirect to the app as well.
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data: 'self'; base-uri 'none'; frame-ancestors 'none'"

func writePage(w http.ResponseWriter, status int, name string, data any) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(page.Bytes())
}

var (
	headPattern = regexp.MustCompile(`(?s)<(head|style)\b.*?</(head|style)>`)
	tagPattern  = regexp.MustCompile(`<[^>]*>`)
)

// pageText is what a page says, without its mark-up.
func pageText(page string) string {
	text := tagPattern.ReplaceAllString(headPattern.ReplaceAllString(page, ""), " ")
	return strings.Join(strings.Fields(html.UnescapeString(text)), " ")
}

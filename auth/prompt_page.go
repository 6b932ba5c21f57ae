package auth

import (
	"bytes"
	"crypto/rand"
	_ "embed" // for the page
	"html/template"
	"net/http"
)

//go:embed prompt_page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is what the browser shows at the end of a prompt, in words only: nothing of the request
// is repeated in it.
type page struct{ Mark, Title, Text string }

var (
	pageStray = page{"?", "Not the login that is waiting",
		"This page belongs to another login, or to none. The program is still waiting: go on in the window that it opened."}
	pageElsewhere = page{"?", "There is nothing here", "A program on this computer is waiting for a Spotify login, but not at this address."}

	outcomePages = map[outcome]page{
		outcomeSuccess: {"✓", "You are logged in", "You can close this window and go back to the program."},
		outcomeDenied:  {"✕", "You did not agree", "The program got no access to your Spotify account. If that was a slip, start it again."},
		outcomeFailed:  {"!", "The login did not work", "Spotify sent you back, but the program got no token. It says why: go back to it, and try again."},
	}
)

// writePage sends a page that loads nothing, is kept nowhere, and takes the code out of the
// address bar: RFC 9700 section 4.3.
func writePage(w http.ResponseWriter, status int, p page) {
	nonce := rand.Text()
	var body bytes.Buffer
	if err := pageTemplate.Execute(&body, struct {
		page
		Nonce string
	}{p, nonce}); err != nil {
		http.Error(w, p.Title, http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src data:; style-src 'nonce-"+nonce+"'; script-src 'nonce-"+nonce+"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Connection", "close")
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
}

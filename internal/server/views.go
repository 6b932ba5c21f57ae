package server

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:embed web/*.html web/style.css web/live.js
var webFiles embed.FS

// views are the pages, parsed once. Style and script are embedded in each page and allowed by their
// hashes: a page is one answer, and nothing else on it may run.
type views struct {
	pages                 map[string]*template.Template
	frame                 frame
	script                string
	styleHash, scriptHash string
	buffers, markups      sync.Pool
}

// chrome is what every page has around it.
type chrome struct {
	Signed bool
	Name   string
	UserID string
	Image  string
	Notice string
}

type welcomePage struct {
	chrome
	Had    bool // this browser was signed in
	Scopes []scopeView
}

type accountPage struct {
	chrome
	Consent  consentWords
	Scopes   []scopeView
	Sessions []sessionView
}

type sessionView struct {
	Handle, Device string
	Since, Seen    time.Time
	Current        bool
}

type problemPage struct {
	chrome
	*problem
	Request string // its id, for whoever asks the operator about it
}

type actionPage struct {
	chrome
	Action string
}

var pageNames = []string{"welcome", "account", "problem", "confirm", "logout"}

var pageWords = template.FuncMap{
	"moment": func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
	"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}

func newViews() (*views, error) {
	v := &views{pages: map[string]*template.Template{}}
	v.buffers.New = func() any { return new(bytes.Buffer) }
	v.markups.New = func() any { return new(markup) }
	style, err := embedded("style.css")
	if err != nil {
		return nil, err
	}
	script, err := embedded("live.js")
	if err != nil {
		return nil, err
	}
	for _, name := range pageNames {
		page := template.New(name).Funcs(pageWords)
		for _, file := range []string{"layout.html", name + ".html"} {
			text, err := embedded(file)
			if err != nil {
				return nil, err
			}
			if _, err = page.Parse(strings.Replace(text, "/*style*/", style, 1)); err != nil {
				return nil, fmt.Errorf("server: page %s: %w", name, err)
			}
		}
		v.pages[name] = page.Lookup("page")
	}
	return v, v.measure(script)
}

func embedded(name string) (string, error) {
	text, err := webFiles.ReadFile("web/" + name)
	return strings.TrimSpace(string(text)), err
}

// frame is what stands around a page's title and content for somebody signed in: the home page is
// written without the template engine, see homepage.go.
type frame struct{ head, middle, foot string }

// measure takes the frame and the hashes from a page as it is sent: the template engine may rewrite
// what it embeds.
func (v *views) measure(script string) error {
	var out bytes.Buffer
	page, err := v.pages["problem"].Clone()
	if err == nil {
		_, err = page.Parse(`{{define "title"}}TITLE{{end}}{{define "main"}}CONTENT{{end}}`)
	}
	if err == nil {
		err = page.Execute(&out, problemPage{chrome: chrome{Signed: true}, problem: problemInternal})
	}
	if err != nil {
		return err
	}
	text := out.String()
	v.styleHash = hashOf(between(text, "<style>", "</style>"))
	v.script = script
	v.scriptHash = hashOf(script)
	head, rest, _ := strings.Cut(text, "TITLE")
	middle, foot, found := strings.Cut(rest, "CONTENT")
	if !found {
		return errors.New("server: the layout has no place for title and content")
	}
	v.frame = frame{head: head, middle: middle, foot: foot}
	return nil
}

func between(text, begin, end string) string {
	_, rest, _ := strings.Cut(text, begin)
	inner, _, _ := strings.Cut(rest, end)
	return inner
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// chrome takes the one-time notice along.
func (s *Server) chrome(w http.ResponseWriter, r *http.Request, v *visitor) chrome {
	c := chrome{}
	if notice, ok := s.jar.read(r, s.jar.notice); ok {
		c.Notice = noticeWords[notice]
		s.jar.clear(w, s.jar.notice)
	}
	if v == nil {
		return c
	}
	c.Signed, c.UserID, c.Name = true, v.UserID, v.Profile.Name
	if s.mayLoad(v.Profile.ImageURL) {
		c.Image = v.Profile.ImageURL
	}
	return c
}

var noticeWords = map[string]string{
	noticeLogin:   "Login successful",
	noticeSwitch:  "Login successful. You are now somebody else: another Spotify account than before.",
	noticeLogout:  "You are logged out.",
	noticeEnded:   "You are logged out everywhere.",
	noticeForgot:  "Disconnected. Everything this server knew about you is gone.",
	noticeOneGone: "That session has ended.",
}

func (v *views) welcome(w http.ResponseWriter, p welcomePage) {
	v.render(w, http.StatusOK, "welcome", p)
}

func (v *views) account(w http.ResponseWriter, p accountPage) {
	v.render(w, http.StatusOK, "account", p)
}
func (v *views) logout(w http.ResponseWriter, c chrome) { v.render(w, http.StatusOK, "logout", c) }

func (v *views) confirmLogin(w http.ResponseWriter, ask loginAsk) {
	v.render(w, http.StatusOK, "confirm", actionPage{Action: ask.url()})
}

func (v *views) problem(w http.ResponseWriter, p *problem, request string) {
	v.render(w, p.Status, "problem", problemPage{problem: p, Request: request})
}

var htmlType = []string{"text/html; charset=utf-8"}

// render writes a page whole or not at all.
func (v *views) render(w http.ResponseWriter, status int, name string, data any) {
	out := v.buffers.Get().(*bytes.Buffer)
	defer v.buffers.Put(out)
	out.Reset()
	if err := v.pages[name].Execute(out, data); err != nil {
		panic(err) // a mistake in our own page: the guard answers 500
	}
	writeHTML(w, status, out.Bytes())
}

func writeHTML(w http.ResponseWriter, status int, page []byte) {
	w.Header()["Content-Type"] = htmlType
	w.Header()["Content-Length"] = []string{strconv.Itoa(len(page))}
	w.WriteHeader(status)
	_, _ = w.Write(page)
}

package server

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
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
	styleHash, scriptHash string
	buffers               sync.Pool
}

// chrome is what every page has around it.
type chrome struct {
	Signed  bool
	Name    string
	UserID  string
	Image   string
	Notice  string
	Consent consentWords
}

type homePage struct {
	chrome
	Playing playing
	Scopes  []scopeView
	Missing []scopeView
	Fix     string // where to allow what is missing
}

type accountPage struct {
	chrome
	Scopes   []scopeView
	Sessions []sessionView
}

type sessionView struct {
	Handle, Device string
	Since, Seen    time.Time
	Current        bool
}

type consentWords struct {
	Ended, Ending bool
	Until         time.Time
	Days          int
}

func consentView(c consent) consentWords {
	return consentWords{Ended: c.ended(), Ending: c.ending(), Until: c.until, Days: c.days()}
}

type problemPage struct {
	chrome
	*problem
}

type actionPage struct {
	chrome
	Action string
}

var pageNames = []string{"home", "account", "problem", "confirm", "logout"}

var pageWords = template.FuncMap{
	"date":   func(t time.Time) string { return t.UTC().Format("2 January 2006") },
	"moment": func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
	"iso":    func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	"clock":  clock,
}

func clock(d time.Duration) string {
	seconds := int(d / time.Second)
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

func newViews(_ *settings) (*views, error) {
	v := &views{pages: map[string]*template.Template{}}
	v.buffers.New = func() any { return new(bytes.Buffer) }
	style, err := embedded("style.css")
	if err != nil {
		return nil, err
	}
	script, err := embedded("live.js")
	if err != nil {
		return nil, err
	}
	embed := strings.NewReplacer("/*style*/", style, "/*script*/", script)
	for _, name := range pageNames {
		page := template.New(name).Funcs(pageWords)
		for _, file := range []string{"layout.html", "home.html", name + ".html"} {
			text, err := embedded(file)
			if err != nil {
				return nil, err
			}
			if _, err := page.Parse(embed.Replace(text)); err != nil {
				return nil, fmt.Errorf("server: page %s: %w", name, err)
			}
		}
		v.pages[name] = page.Lookup("page")
	}
	return v, v.measure()
}

func embedded(name string) (string, error) {
	text, err := webFiles.ReadFile("web/" + name)
	return strings.TrimSpace(string(text)), err
}

// measure takes the hashes from a page as it is sent: the template engine may rewrite what it
// embeds.
func (v *views) measure() error {
	var out bytes.Buffer
	if err := v.pages["home"].Execute(&out, homePage{chrome: chrome{Signed: true}}); err != nil {
		return err
	}
	page := out.String()
	v.styleHash = hashBetween(page, "<style>", "</style>")
	v.scriptHash = hashBetween(page, "<script>", "</script>")
	return nil
}

func hashBetween(page, begin, end string) string {
	_, rest, _ := strings.Cut(page, begin)
	text, _, _ := strings.Cut(rest, end)
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

func (v *views) home(w http.ResponseWriter, p homePage) { v.render(w, http.StatusOK, "home", p) }
func (v *views) account(w http.ResponseWriter, p accountPage) {
	v.render(w, http.StatusOK, "account", p)
}
func (v *views) logout(w http.ResponseWriter, c chrome) { v.render(w, http.StatusOK, "logout", c) }

func (v *views) confirmLogin(w http.ResponseWriter, ask loginAsk) {
	v.render(w, http.StatusOK, "confirm", actionPage{Action: ask.url()})
}

func (v *views) problem(w http.ResponseWriter, p *problem) {
	v.render(w, p.Status, "problem", problemPage{problem: p})
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
	w.Header()["Content-Type"] = htmlType
	w.Header()["Content-Length"] = []string{strconv.Itoa(out.Len())}
	w.WriteHeader(status)
	_, _ = w.Write(out.Bytes())
}

package server_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// browserTime is far above what a tab takes for all its pages on a busy machine.
const browserTime = 4 * time.Minute

// browserWorld is a world as people meet it: Spotify at localhost, the server at 127.0.0.1. Both at
// 127.0.0.1 would share cookies, and Spotify would look like the same site.
func browserWorld(t *testing.T, change ...func(*emulator.Config, *server.Config)) *world {
	t.Helper()
	return newWorldWith(t, "localhost", change...)
}

// tab is one tab of a Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string
}

// newTab opens a tab: in a browser of its own if fresh, else beside the first one.
func newTab(t *testing.T, parent context.Context, fresh bool) *tab {
	t.Helper()
	var opts []chromedp.ContextOption
	if fresh {
		opts = append(opts, chromedp.WithNewBrowserContext())
	}
	ctx, cancel := chromedp.NewContext(parent, opts...)
	t.Cleanup(cancel)
	ctx, cancelTime := context.WithTimeout(ctx, browserTime)
	t.Cleanup(cancelTime)
	p := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.hear); err != nil {
		t.Fatalf("listening to the tab: %v", err)
	}
	return p
}

// hear collects what the browser complains about: exceptions, violated policies.
func (p *tab) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.problems = append(p.problems, fmt.Sprintf("exception: %v", e.ExceptionDetails))
	case *log.EventEntryAdded:
		if text := e.Entry.Text; e.Entry.Source == "security" || strings.Contains(text, "Content Security Policy") {
			p.problems = append(p.problems, fmt.Sprintf("%s: %s", e.Entry.Source, text))
		}
	}
}

// clean fails the test if the browser complained.
func (p *tab) clean() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.t.Errorf("the browser complains: %s", problem)
	}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("browser: %v\n%s", err, p.text())
	}
}

func (p *tab) open(url string) {
	p.t.Helper()
	p.do(chromedp.Navigate(url), chromedp.WaitReady(chromedp.CSS("body")))
}

// click presses something that leads to another page, and waits for it.
func (p *tab) click(selector string) {
	p.t.Helper()
	if _, err := chromedp.RunResponse(p.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		p.t.Fatalf("clicking %s: %v\n%s", selector, err, p.text())
	}
}

func (p *tab) text() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return "(no text: " + err.Error() + ")"
	}
	return text
}

// shows is whether a person can read text on the page now.
func (p *tab) shows(text string) bool {
	return strings.Contains(strings.ToLower(p.text()), strings.ToLower(text))
}

func (p *tab) location() string {
	at, err := chromedp.Run(p.ctx, chromedp.Location())
	if err != nil {
		p.t.Fatalf("location: %v", err)
	}
	return at
}

// sees waits until the page shows text: what is live arrives a little later.
func (p *tab) sees(text string) {
	p.t.Helper()
	if p.shows(text) {
		return
	}
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool](
		fmt.Sprintf("document.body.innerText.toLowerCase().includes(%q)", strings.ToLower(text)),
		chromedp.WithPollingTimeout(30*time.Second)))
	if err != nil {
		p.t.Fatalf("the page at %s does not show %q (%v):\n%s", p.location(), text, err, p.text())
	}
}

func (p *tab) lacks(text string) {
	p.t.Helper()
	if p.shows(text) {
		p.t.Errorf("the page at %s shows %q:\n%s", p.location(), text, p.text())
	}
}

// login is what a person does from our page to our page.
func (p *tab) login(person string) {
	p.t.Helper()
	p.click(`a[href="/login"]`)
	p.agree(person)
}

// agree is what a person does on Spotify's pages.
func (p *tab) agree(person string) {
	p.t.Helper()
	if p.has(fmt.Sprintf("button[value=%q]", person)) { // who are you?
		p.click(fmt.Sprintf("button[value=%q]", person))
	}
	if p.has("button[value=agree]") { // not for somebody who agreed before
		p.click("button[value=agree]")
	}
}

func (p *tab) has(selector string) bool {
	p.t.Helper()
	return p.eval(fmt.Sprintf("String(!!document.querySelector(%q))", selector)) == "true"
}

// eval is a text that the page computes.
func (p *tab) eval(expression string) string {
	p.t.Helper()
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		p.t.Fatalf("evaluating %s: %v", expression, err)
	}
	return text
}

func (p *tab) cookiesOfScripts() string { return p.eval("document.cookie") }

// loaded waits for the pictures.
func (p *tab) loaded() {
	p.t.Helper()
	_, err := chromedp.Run(p.ctx, chromedp.Poll[bool]("[...document.images].every(i => i.hidden || i.complete && i.naturalWidth > 0)",
		chromedp.WithPollingTimeout(30*time.Second)))
	if err != nil {
		p.t.Errorf("the pictures at %s do not load: %v", p.location(), err)
	}
}

// newSite is another site with one page.
func newSite(t *testing.T, page string) string {
	t.Helper()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, page)
	}))
	t.Cleanup(site.Close)
	return strings.Replace(site.URL, "127.0.0.1", "localhost", 1)
}

func escape(text string) string { return url.QueryEscape(text) }

type serverConfig = server.Config

func (p *tab) dark() {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *tab) noScript() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		p.t.Fatal(err)
	}
}

// shoot keeps a picture of the page if TENUTO_SCREENSHOTS names a directory.
func (p *tab) shoot(name string) {
	dir := os.Getenv("TENUTO_SCREENSHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(p.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644)
	}
	if err != nil {
		p.t.Errorf("screenshot %s: %v", name, err)
	}
}

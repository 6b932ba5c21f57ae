package main

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/tenuto-dev/tenuto/internal/chromium"
)

// TestDemoInBrowser is TestDemo as people meet it: in a Chromium, where the policies of both
// hosts count.
func TestDemoInBrowser(t *testing.T) {
	t.Parallel()
	env := home(t)
	demo, base, spotify := startDemo(t, env, "127.0.0.1:0", "127.0.0.1:0")
	tab := openTab(t)

	tab.do(chromedp.Navigate(base))
	tab.sees("User ID: None")
	tab.click(`a[href="/login"]`)
	tab.click(`button[value="alice"]`)
	tab.click(`button[value="agree"]`)
	tab.sees("Login successful")
	tab.sees("Now playing:")
	id := tab.userID()

	demo.kill()
	demo, _, _ = startDemo(t, env, strings.TrimPrefix(base, "http://"), strings.TrimPrefix(spotify, "http://"))
	tab.do(chromedp.Navigate(base))
	tab.sees("Now playing:")
	if got := tab.userID(); got != id {
		t.Errorf("after a kill -9 the page shows user ID %s, want %s", got, id)
	}
	tab.click(`form[action="/logout"] button`)
	tab.sees("User ID: None")
	demo.stop()
}

// tab is one tab of a Chromium.
type tab struct {
	t   *testing.T
	ctx context.Context
}

func openTab(t *testing.T) *tab {
	t.Helper()
	ctx, cancel := context.WithTimeout(chromium.Start(t, ""), 2*patience)
	t.Cleanup(cancel)
	return &tab{t, ctx}
}

func (p *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatalf("browser: %v", err)
	}
}

// click presses something that leads to another page, and waits for that.
func (p *tab) click(selector string) {
	p.t.Helper()
	if _, err := chromedp.RunResponse(p.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		p.t.Fatalf("clicking %s: %v\n%s", selector, err, p.text())
	}
}

func (p *tab) text() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		p.t.Fatalf("reading the page: %v", err)
	}
	return text
}

// sees waits until the page shows text: what is live arrives a little later. A page that is left
// meanwhile ends the wait, and the next one is looked at.
func (p *tab) sees(text string) {
	p.t.Helper()
	shown := fmt.Sprintf("document.body.innerText.toLowerCase().includes(%q)", strings.ToLower(text))
	for range 3 {
		if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](shown, chromedp.WithPollingTimeout(patience/3))); err == nil {
			return
		}
	}
	p.t.Fatalf("the page does not show %q:\n%s", text, p.text())
}

func (p *tab) userID() string {
	p.t.Helper()
	return page{text: p.text()}.userID(p.t)
}

package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/chromium"
)

// The page in a real Chromium. One browser serves all of these, each in a profile of its own.

func TestBrowser(t *testing.T) {
	t.Parallel()
	browser := chromium.Start(t, "")
	for name, test := range map[string]func(*testing.T, context.Context){
		"story":           storyInBrowser,
		"two tabs":        twoTabsInBrowser,
		"no JavaScript":   noScriptInBrowser,
		"localhost":       localhostInBrowser,
		"another site":    otherSiteInBrowser,
		"names as markup": markupInBrowser,
		"return paths":    returnPathsInBrowser,
		"account":         accountInBrowser,
		"accessible":      accessibleInBrowser,
		"looks":           looksInBrowser,
		"refused stream":  refusedStreamInBrowser,
		"second trip":     secondTripInBrowser,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, browser)
		})
	}
}

// storyInBrowser: None, login, consent, user ID and track, reload, live update, back button, logout.
func storyInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	p := newTab(t, browser, true)
	p.open(w.base)
	p.sees("User ID: None")
	p.login("alice")
	p.sees("Login successful")
	p.sees("Now playing: ")
	p.lacks("User ID: None")
	if got := p.location(); got != w.base+"/" {
		t.Errorf("after the login at %s, want %s/", got, w.base)
	}
	if scripts := p.cookiesOfScripts(); scripts != "" {
		t.Errorf("scripts can read the cookies %q", scripts)
	}

	p.open(w.base + "/")
	p.lacks("Login successful")
	before := p.eval("document.getElementById('line').textContent")
	w.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 200, Times: 2, Body: `{"is_playing":true,"progress_ms":198500,"currently_playing_type":"track",
		"item":{"type":"track","name":"Nearly over","duration_ms":200000,"uri":"spotify:local:a:b:c:200","artists":[{"name":"The Test"}]}}`})
	p.open(w.base + "/")
	p.sees("Now playing: Nearly over")
	p.sees("3:18")
	w.emu.Play("alice", "")
	p.sees("3:20")              // progress is computed here
	p.sees("Now playing: None") // and the end of the track is noticed
	if title := p.eval("document.title"); !strings.HasPrefix(title, "Now playing: None") {
		t.Errorf("title = %q after the live update, before %q", title, before)
	}

	p.click("header form button")
	p.sees("User ID: None")
	p.sees("You are logged out.")
	if err := chromedp.Do(p.ctx, chromedp.NavigateBack()); err != nil {
		t.Fatal(err)
	}
	p.sees("User ID: None") // the page before is not shown from a cache
	p.clean()
	w.scan(w.log.String(), "log")
}

// twoTabsInBrowser: both finish their logins, the second consent is silent, and a logout in one is
// seen in the other.
func twoTabsInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	one := newTab(t, browser, true)
	one.open(w.base)
	two := newTab(t, one.ctx, false)
	two.open(w.base)
	one.click(`a[href="/login"]`)
	two.click(`a[href="/login"]`)
	one.agree("alice")
	one.sees("Login successful")
	two.agree("alice")
	two.sees("Now playing: ")
	one.open(w.base)
	one.sees("Now playing: ")
	two.click("header form button")
	two.sees("User ID: None")
	one.do(chromedp.Evaluate[chromedp.Void]("undefined"))
	one.sees("User ID: None") // without being touched
	one.clean()
	two.clean()
}

func noScriptInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	p := newTab(t, browser, true)
	p.open(w.base)
	p.noScript()
	p.open(w.base)
	p.sees("User ID: None")
	p.login("alice")
	p.sees("Login successful")
	p.sees("Now playing: ")
	p.sees("Refresh")
	w.emu.Play("alice", "")
	p.click("noscript a")
	p.sees("Now playing: None")
	p.click(`header a[href="/account"]`)
	p.sees("Where you are logged in")
	p.click("header form button")
	p.sees("User ID: None")
	p.clean()
}

func localhostInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	p := newTab(t, browser, true)
	p.open(strings.Replace(w.base, "127.0.0.1", "localhost", 1) + "/login")
	p.sees("Please use 127.0.0.1")
	p.shoot("problem-localhost")
	p.click("main a.button")
	p.sees("User ID: None")
	p.login("alice")
	p.sees("Login successful")
	p.clean()
}

// otherSiteInBrowser: a page elsewhere can neither log in nor out, however it tries.
func otherSiteInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	evil := newSite(t, fmt.Sprintf(`<!doctype html><title>evil</title>
<img src="%[1]s/login?switch=1"><img src="%[1]s/logout"><iframe src="%[1]s/login?switch=1"></iframe><iframe src="%[1]s/"></iframe>
<link rel="prefetch" href="%[1]s/login?switch=1">
<script>fetch("%[1]s/logout",{method:"POST",credentials:"include",mode:"no-cors"});fetch("%[1]s/session",{credentials:"include"}).then(r=>r.text()).then(x=>document.title="read:"+x)</script>
<form method="post" action="%[1]s/logout"><button id="post">x</button></form><a id="link" href="%[1]s/login?switch=1&return_to=/account">x</a>`, w.base))
	p := newTab(t, browser, true)
	p.open(w.base)
	p.login("alice")
	p.sees("Login successful")
	id := p.eval("document.querySelector('.who').textContent")
	asked := len(w.emu.Ledger().Of("GET /authorize"))

	p.open(evil)
	p.do(chromedp.WaitReady(chromedp.CSS("#post")))
	if title := p.eval("document.title"); strings.HasPrefix(title, "read:") {
		t.Errorf("another site read %s", title)
	}
	p.click("#post")
	p.sees("Sent by another site")
	p.open(evil)
	p.click("#link")
	p.sees("Log in with Spotify?")
	p.shoot("confirm")
	if got := len(w.emu.Ledger().Of("GET /authorize")); got != asked {
		t.Errorf("another site started %d logins", got-asked)
	}
	p.click("main a.button") // now somebody wants it
	p.click("button[value=agree]")
	p.sees("Where you are logged in")
	if got := p.eval("document.querySelector('.who').textContent"); got != id {
		t.Errorf("%s became %s", id, got)
	}
}

func markupInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	const nasty = `</h1><script>document.title='owned'</script><img src=x onerror=document.title='owned'>`
	w.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Times: -1, Status: 200, Body: `{"is_playing":true,"progress_ms":1,"currently_playing_type":"track",
		"item":{"type":"track","name":` + quoted(nasty) + `,"duration_ms":900,"uri":"spotify:local:a:b:c:1","artists":[{"name":` + quoted(nasty) + `}],"album":{"name":` + quoted(nasty) + `}}}`})
	p := newTab(t, browser, true)
	p.open(w.base)
	p.login("alice")
	p.sees("Now playing: " + nasty)
	p.do(chromedp.Evaluate[chromedp.Void]("new Promise(r => { var n = 0; var o = new MutationObserver(function () { if (++n > 3) { o.disconnect(); r(); } }); o.observe(document.body, {subtree: true, childList: true, characterData: true}); })", chromedp.EvalAwaitPromise))
	p.sees("Now playing: " + nasty) // also after live updates
	if title := p.eval("document.title"); title == "owned" {
		t.Error("a track's name ran as a script")
	}
	p.clean()
}

// returnPathsInBrowser is the corpus with the one judge that counts.
func returnPathsInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	p := newTab(t, browser, true)
	p.open(w.base)
	b := w.browser()
	var paths []string
	for _, text := range []string{"/account", "/a?b=//evil.example", "/@evil.example", "/%252f%252fevil.example", `/\evil.example`, "//evil.example",
		"/\t/evil.example", "/\n/evil.example", "/%09/evil.example", "/.//evil.example", "/..//evil.example", "https:evil.example", "/%5cevil.example",
		"/\u2028/evil.example", "/\uff0fevil.example", "/:80", "/;@evil.example", "javascript:alert(1)", "/a#//evil.example"} {
		for _, c := range []string{text, text + "?" + text, "/x/.." + text} {
			back := b.get(w.emu.Approve(b.start("/login?switch=1&return_to="+escape(c)), "alice").String())
			paths = append(paths, back.Header.Get("Location"))
		}
	}
	list, err := json.Marshal(paths)
	if err != nil {
		t.Fatal(err)
	}
	strangers := p.eval(fmt.Sprintf("%s.filter(x => new URL(x, location.href).origin !== location.origin).join(' ')", list))
	if strangers != "" {
		t.Errorf("these return paths leave the site: %s", strangers)
	}
}

func accountInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	p := newTab(t, browser, true)
	p.open(w.base + "/account")
	p.sees("You are signed out")
	p.click("main a.button")
	p.agree("alice")
	p.open(w.base + "/account")
	p.sees("Chrome on Linux")
	p.do(chromedp.Click(chromedp.CSS("button.bad"))) // not sure yet: the browser asks for the tick
	p.sees("Disconnect and delete")
	p.do(chromedp.Click(chromedp.CSS("input[name=sure]")))
	p.click("button.bad")
	p.sees("Everything this server knew about you is gone.")
	p.clean()
}

// accessibleInBrowser checks what can be checked by machine: landmarks, one heading, names of all
// controls, order of the keyboard.
func accessibleInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	p := newTab(t, browser, true)
	check := func(name string) {
		t.Helper()
		for what, expression := range map[string]string{
			"one main":             "document.querySelectorAll('main').length === 1",
			"one h1":               "document.querySelectorAll('h1').length === 1",
			"a language":           "document.documentElement.lang === 'en'",
			"a title":              "document.title.length > 5",
			"pictures have alt":    "[...document.images].every(i => i.hasAttribute('alt'))",
			"controls have names":  "[...document.querySelectorAll('a,button,input:not([type=hidden])')].filter(e => !e.hidden).every(e => (e.getAttribute('aria-label') || e.textContent || (e.labels && e.labels[0] && e.labels[0].textContent) || '').trim())",
			"sections have names":  "[...document.querySelectorAll('section')].every(s => s.getAttribute('aria-label') || document.getElementById(s.getAttribute('aria-labelledby')))",
			"progress has a name":  "[...document.querySelectorAll('progress')].every(e => e.getAttribute('aria-label'))",
			"no sideways scroll":   "document.documentElement.scrollWidth <= innerWidth",
			"ids are unique":       "(l => new Set(l).size === l.length)([...document.querySelectorAll('[id]')].map(e => e.id))",
			"text is not too pale": contrastScript,
		} {
			if got := p.eval("String(" + expression + ")"); got != "true" {
				t.Errorf("%s: %s: %s", name, what, got)
			}
		}
	}
	p.open(w.base)
	check("signed out")
	p.login("alice")
	p.sees("Now playing: ")
	check("signed in")
	p.dark()
	check("signed in, dark")
	p.do(chromedp.EmulateViewport(320, 640))
	check("signed in, narrow")
	p.do(chromedp.KeyEvent("\t"))
	if got := p.eval("document.activeElement.textContent"); got != "Skip to the content" {
		t.Errorf("the first tab stop is %q, want the way to the content", got)
	}
	p.open(w.base + "/account")
	check("account")
	p.open(w.base + "/nothing")
	check("problem")
	p.clean()
}

// contrastScript measures WCAG contrast of every text against the first background behind it.
const contrastScript = `(function () {
	function rgb(c) { var m = c.match(/[\d.]+/g).map(Number); return {r: m[0], g: m[1], b: m[2], a: m.length > 3 ? m[3] : 1}; }
	function light(c) { return [c.r, c.g, c.b].map(function (v) { v /= 255; return v <= .03928 ? v / 12.92 : Math.pow((v + .055) / 1.055, 2.4); }).reduce(function (s, v, i) { return s + v * [.2126, .7152, .0722][i]; }, 0); }
	function behind(e) { for (; e; e = e.parentElement) { var c = rgb(getComputedStyle(e).backgroundColor); if (c.a > .99) { return c; } } return {r: 255, g: 255, b: 255}; }
	var walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), bad = [];
	while (walker.nextNode()) {
		var e = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
		if (!text || !e.getClientRects().length || /STYLE|SCRIPT|PROGRESS/.test(e.tagName)) { continue; }
		var a = light(rgb(getComputedStyle(e).color)), b = light(behind(e));
		var ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
		if (ratio < 4.5) { bad.push(text.slice(0, 30) + ' ' + ratio.toFixed(2)); }
	}
	return bad.length ? bad.join('; ') : true;
})()`

// looksInBrowser goes through the looks of the pages; with TENUTO_SCREENSHOTS it keeps pictures.
func looksInBrowser(t *testing.T, browser context.Context) {
	for _, look := range []struct {
		name          string
		width, height int64
		dark          bool
	}{{"desktop-light", 1280, 860, false}, {"desktop-dark", 1280, 860, true}, {"phone-light", 390, 844, false}, {"phone-dark", 390, 844, true}} {
		w := browserWorld(t, patient)
		p := newTab(t, browser, true)
		p.do(chromedp.EmulateViewport(look.width, look.height))
		if look.dark {
			p.dark()
		}
		shot := func(name string) {
			t.Helper()
			if got := p.eval("String(document.documentElement.scrollWidth <= innerWidth)"); got != "true" {
				t.Errorf("%s %s scrolls sideways", look.name, name)
			}
			p.shoot(look.name + "-" + name)
		}
		p.open(w.base + "/")
		shot("1-out")
		p.login("alice")
		p.sees("Now playing")
		p.loaded()
		shot("2-in")
		p.open(w.base + "/account")
		p.loaded()
		shot("3-account")
		p.open(w.base + "/callback?code=x&state=y")
		shot("4-state")
		w.emu.Play("alice", "")
		p.open(w.base + "/")
		shot("5-none")
		w.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 503, Times: 4})
		p.open(w.base + "/")
		p.sees("Error in retrieving now playing!")
		shot("6-failed")
		end := w.now.Now().AddDate(0, 6, 0)
		for _, urgency := range []struct {
			name, says string
			left       time.Duration
		}{{"7-month", "You can renew it any time before", 25 * day}, {"8-week", "Your consent ends in 5 days", 5*day - time.Hour}, {"9-last-day", "Renew it now", 9 * time.Hour}} {
			forward := end.Add(-urgency.left).Sub(w.now.Now())
			w.now.advance(forward)
			w.emu.Advance(forward)
			p.open(w.base + "/")
			p.sees(urgency.says)
			shot(urgency.name)
		}
		w.now.advance(day)
		w.emu.Advance(day)
		p.open(w.base + "/")
		p.sees("your consent at Spotify has ended")
		shot("10-over")
		p.login("alice")
		p.sees("Now playing: ")
		w.emu.Revoke("alice")
		w.now.advance(2 * time.Hour)
		w.emu.Advance(2 * time.Hour)
		p.open(w.base + "/")
		p.sees("Sign in again")
		shot("11-revoked")
		p.clean()
	}
}

// TestBrowserCookiesOff: a browser that keeps no cookies is told so.
func TestBrowserCookiesOff(t *testing.T) {
	t.Parallel()
	profile := t.TempDir()
	if err := os.MkdirAll(filepath.Join(profile, "Default"), 0o700); err != nil {
		t.Fatal(err)
	}
	// The setting "block all cookies" of the browser's own pages.
	settings := `{"profile":{"default_content_setting_values":{"cookies":2}}}`
	if err := os.WriteFile(filepath.Join(profile, "Default", "Preferences"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	w := browserWorld(t, func(e *emulator.Config, _ *serverConfig) { e.AutoApprove = "alice" })
	p := newTab(t, chromium.Start(t, profile), false)
	p.open(w.base)
	p.click(`a[href="/login"]`)
	p.sees("Invalid state!")
	p.sees("Allow cookies")
	p.shoot("problem-cookies")
	p.clean()
}

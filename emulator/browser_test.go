package emulator_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/chromium"
)

// browserTime is far above what a login takes on a busy machine.
const browserTime = 90 * time.Second

// phone is a tab of a real browser, as wide as a phone, with dark pages.
type phone struct {
	t   *testing.T
	ctx context.Context
}

func newPhone(t *testing.T) phone {
	t.Helper()
	ctx, cancel := context.WithTimeout(chromium.Start(t, ""), browserTime)
	t.Cleanup(cancel)
	c := phone{t, ctx}
	c.do(chromedp.EmulateViewport(360, 740))
	if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c phone) do(step chromedp.Action[chromedp.Void]) {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, step); err != nil {
		c.t.Fatal(err)
	}
}

func (c phone) press(selector string) {
	c.t.Helper()
	if _, err := chromedp.RunResponse(c.ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		c.t.Fatalf("pressing %s: %v", selector, err)
	}
}

// shows checks the page, and that nothing of it is cut off on a phone. With
// TENUTO_SCREENSHOTS, a directory, it keeps a picture.
func (c phone) shows(name string, texts ...string) {
	c.t.Helper()
	page, err := chromedp.Run(c.ctx, chromedp.TextContent(chromedp.CSS("body")))
	if err != nil {
		c.t.Fatal(err)
	}
	for _, text := range texts {
		if !strings.Contains(page, text) {
			c.t.Fatalf("%s: the page lacks %q:\n%s", name, text, page)
		}
	}
	width, err := chromedp.Run(c.ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth"))
	if err != nil || width > 360 {
		c.t.Errorf("%s: the page is %d wide (%v), want 360", name, width, err)
	}
	if dir := os.Getenv("TENUTO_SCREENSHOTS"); dir != "" {
		picture, err := chromedp.Run(c.ctx, chromedp.FullScreenshot(100))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, "emulator-"+name+".png"), picture, 0o644)
		}
		if err != nil {
			c.t.Errorf("%s: %v", name, err)
		}
	}
}

// A person clicks through a login, changes their mind about who they are, and comes back to
// another site: cookies, the origin of forms and the content policy have to allow for it.
func TestLoginInARealBrowser(t *testing.T) {
	t.Parallel()
	c := newPhone(t)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "back with a code: %v, error: %q", r.FormValue("code") != "", r.FormValue("error"))
	}))
	t.Cleanup(app.Close)
	world := emulator.Start(t, emulator.Config{Apps: []emulator.App{{RedirectURIs: []string{app.URL + "/callback"}}}})
	_, port, err := net.SplitHostPort(strings.TrimPrefix(world.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	p := program{t, world, world.App()}
	login := func(scope string) {
		address := p.loginURL("scope", scope)
		c.do(chromedp.Navigate(strings.Replace(address, world.URL, "http://localhost:"+port, 1)))
	}

	login("user-read-currently-playing playlist-modify-public")
	c.shows("people", "not Spotify", "Who are you?", "alice", "bob")
	c.press(`button[value="alice"]`)
	c.shows("consent", "not Spotify", "See what you are listening to right now", "Create and change your public playlists", "alice")
	c.press(`button[value="switch"]`)
	c.press(`button[value="bob"]`)
	c.shows("consent-bob", "bob", "Free")
	c.press(`button[value="cancel"]`)
	c.shows("cancelled", `back with a code: false, error: "access_denied"`)
	login("user-read-currently-playing")
	c.press(`button[value="agree"]`)
	c.shows("agreed", `back with a code: true, error: ""`)
	login("user-read-currently-playing")
	c.shows("agreed before", `back with a code: true, error: ""`)
	login("nonsense")
	c.shows("error", "Illegal scope")
	c.do(chromedp.Navigate(world.URL))
	c.shows("index", "A Spotify on this machine", p.app.ClientID)
}

package server_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// refusedStreamInBrowser: a proxy answers in place of a server that restarts. The page says that it
// is not live, does not hammer, and is live again by itself.
func refusedStreamInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	p := newTab(t, browser, true)
	p.open(w.base)
	p.login("alice")
	p.sees("Now playing: ")
	p.lacks("Not live")
	p.do(chromedp.Evaluate[chromedp.Void]("window.untouched = true"))

	var refuses atomic.Bool
	var refused atomic.Int32
	refuses.Store(true)
	_ = w.http.Close() // ends the stream
	w.http = &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if refuses.Load() {
			refused.Add(1)
			http.Error(rw, "Bad Gateway", http.StatusBadGateway)
			return
		}
		w.srv.Handler().ServeHTTP(rw, r)
	})}
	go func(s *http.Server) { _ = s.Serve(mustListen(t, w.base)) }(w.http)
	p.sees("Not live just now")
	if n := refused.Load(); n < 1 || n > 20 {
		t.Errorf("%d requests until the page said that it is not live, want a few", n)
	}
	w.emu.Play("alice", "")
	refuses.Store(false)
	p.sees("Now playing: None")
	p.lacks("Not live")
	if p.eval("String(window.untouched)") != "true" {
		t.Error("the page was loaded again")
	}
	p.clean()
}

// secondTripInBrowser: whoever allowed more in another browser passes Spotify twice, and notices
// nothing of it.
func secondTripInBrowser(t *testing.T, browser context.Context) {
	w := browserWorld(t)
	elsewhere := w.browser()
	elsewhere.trips("/login?scope="+escape(extra), elsewhere.approves("alice"))
	had := elsewhere.scopes()
	p := newTab(t, browser, true)
	p.open(w.base)
	p.login("alice")
	p.sees("Login successful")
	p.sees("user-top-read")
	if got := elsewhere.scopes(); got.String() != had.String() {
		t.Errorf("the stored grant has %q, want %q", got, had)
	}
	p.clean()
}

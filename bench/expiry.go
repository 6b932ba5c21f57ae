package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// bornExpiring is the life of the first access tokens: some seconds beyond the minute in which one counts as run out.
const bornExpiring = 75 * time.Second

// expiryFigure lets 1,000 requests for one person arrive at once after the access token has run out, for
// one person after the other, spread over all replicas. Spotify's ledger counts the refreshes.
func expiryFigure(ctx context.Context, s settings) ([]row, error) {
	people, requests := 200, 1000
	if s.quick {
		people, requests = 10, 100
	}
	stores, done, err := stores(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	var rows []row
	for _, store := range stores {
		counts, took, err := expireAll(ctx, store, people, requests)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", store.name, err)
		}
		rows = append(rows, row{
			what: fmt.Sprintf("refreshes per expiry: %d people in turn, %d requests at once for each, %s, %s",
				people, requests, count(store.replicas, "replica"), store.name),
			ratio: fmt.Sprintf("%d–%d", slices.Min(counts), slices.Max(counts)), target: "exactly 1",
			detail: fmt.Sprintf("%.0f requests a second; counted by the emulator's ledger", float64(people*requests)/took.Seconds()),
		})
	}
	return rows, nil
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// expireAll returns how many refreshes Spotify saw for each person.
func expireAll(ctx context.Context, store store, people, requests int) (counts []int, took time.Duration, err error) {
	spotify := emulator.New(emulator.Config{TokenLifetime: bornExpiring, Refresh: emulator.RotatedFamily})
	defer spotify.Close()
	door := httptest.NewServer(spotify)
	defer door.Close()
	var replicas []string
	for range store.replicas {
		p, err := start(ctx, "tenuto", store.server(door.URL)...)
		if err != nil {
			return nil, 0, err
		}
		defer p.stop()
		replicas = append(replicas, p.addr)
	}
	spotify.AddApp(emulator.App{ClientID: clientID, ClientSecret: "bench", RedirectURIs: []string{replicas[0] + "/callback"}, Extended: true})
	browsers := make([]*http.Client, people)
	for i := range browsers {
		name := fmt.Sprint("person", i)
		spotify.AddPerson(emulator.Person{Name: name})
		if browsers[i], err = signInAs(spotify, replicas[0], name); err != nil {
			return nil, 0, err
		}
	}
	spotify.Configure(func(c *emulator.Config) { c.TokenLifetime = time.Hour })
	time.Sleep(bornExpiring - time.Minute + time.Second)
	began := time.Now()
	for i, browser := range browsers {
		if err := burst(browser, replicas, requests); err != nil {
			return nil, 0, err
		}
		counts = append(counts, len(spotify.Ledger().By(fmt.Sprint("person", i)).Grant("refresh_token")))
	}
	return counts, time.Since(began), nil
}

// burst opens the page so many times at once and wants to see that it works.
func burst(browser *http.Client, replicas []string, requests int) error {
	begin := make(chan struct{})
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	for i := range requests {
		wg.Go(func() {
			<-begin
			page, err := fetch(browser, replicas[i%len(replicas)]+"/")
			if err == nil && !strings.Contains(string(page), "Now playing: ") {
				err = fmt.Errorf("the page does not say what plays:\n%s", page)
			}
			if err != nil {
				failed.Store(&err)
			}
		})
	}
	close(begin)
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// wires are shared by all browsers, so that there are not more of them than a process may have.
var wires = &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}

// signInAs goes through the login as one person, and has not looked at the page yet.
func signInAs(spotify *emulator.Emulator, base, person string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar, Timeout: time.Minute,
		Transport:     wires,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	login, err := location(browser, base+"/login")
	if err != nil {
		return nil, err
	}
	if _, err := location(browser, spotify.Approve(login, person).String()); err != nil {
		return nil, err
	}
	at, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	if len(jar.Cookies(at)) == 0 {
		return nil, fmt.Errorf("%s is not signed in", person)
	}
	return browser, nil
}

// location is where an address sends a browser on to.
func location(browser *http.Client, address string) (string, error) {
	answer, err := browser.Get(address)
	if err != nil {
		return "", err
	}
	answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		return "", fmt.Errorf("%s: %s", answer.Request.URL.Path, answer.Status)
	}
	return to.String(), nil
}

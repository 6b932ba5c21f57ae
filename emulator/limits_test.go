package emulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// A request counts for thirty seconds from its arrival; what was refused does not count.
func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, emulator.Config{Apps: []emulator.App{{ClientID: "one"}, {ClientID: "two"}}, RateLimit: 3})
		alice := p.logIn("alice").AccessToken // counts at the token endpoint only
		bob := p.logIn("bob").AccessToken
		other := p
		other.app = p.world.AddApp(emulator.App{ClientID: "two"})
		stranger := other.logIn("alice").AccessToken

		want := func(name, token string, status int, retryAfter string) {
			t.Helper()
			got := p.call(token, "/me")
			if got.status != status || got.header.Get("Retry-After") != retryAfter {
				t.Errorf("%s: %d Retry-After %q, want %d %q", name, got.status, got.header.Get("Retry-After"), status, retryAfter)
			}
		}
		want("first", alice, 200, "")
		time.Sleep(10 * time.Second)
		want("second", bob, 200, "")
		want("third", alice, 200, "")
		want("one too many", bob, 429, "20")
		want("another app", stranger, 200, "")
		time.Sleep(19500 * time.Millisecond)
		want("still", alice, 429, "1")
		time.Sleep(500 * time.Millisecond)
		want("the first has passed", alice, 200, "")
		want("the others have not", alice, 429, "10")

		got := p.call(alice, "/me")
		if got.body != `{"error":{"status":429,"message":"API rate limit exceeded"}}` || got.header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("429 = %q with %v", got.body, got.header)
		}
		l := p.world.Ledger().Of("GET /me")
		if last := l[len(l)-1]; last.Status != 429 || last.Faulted {
			t.Errorf("ledger: %+v, want 429, not faulted", last)
		}
	})
}

func TestTokenEndpointCountsForItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, emulator.Config{RateLimit: 2})
		login := p.logIn("alice")
		if got := p.refresh(*login.RefreshToken); got.Status != 200 {
			t.Fatalf("refresh = %d %s", got.Status, got.Body)
		}
		r := request(t, http.MethodPost, p.world.AccountsURL()+"/api/token")
		r.SetBasicAuth(p.app.ClientID, "")
		got := get(p.world.Client(), r)
		if got.status != 429 || got.body != "Too many requests" || got.header.Get("Retry-After") != "30" {
			t.Errorf("third token request = %d %q Retry-After %q, want 429 in plain text, 30", got.status, got.body, got.header.Get("Retry-After"))
		}
		if got := p.call(login.AccessToken, "/me"); got.status != 200 {
			t.Errorf("GET /me = %d, want 200", got.status)
		}
		time.Sleep(30 * time.Second)
		if got := p.refresh(*login.RefreshToken); got.Status != 200 {
			t.Errorf("refresh later = %d %s", got.Status, got.Body)
		}
	})
}

// The quota is of a developer: of all their apps in development mode together.
func TestQuota(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newProgram(t, emulator.Config{Quota: 3, TokenLifetime: 48 * time.Hour})
		tokenOf := func(a emulator.App) string {
			other := p
			other.app = p.world.AddApp(a)
			return other.logIn("alice").AccessToken
		}
		first, second := p.logIn("bob").AccessToken, tokenOf(emulator.App{ClientID: "second"})
		for i, token := range []string{first, second, first} {
			if got := p.call(token, "/me"); got.status != 200 {
				t.Errorf("request %d = %d", i, got.status)
			}
			time.Sleep(time.Hour)
		}
		got := p.call(second, "/me")
		if got.status != 429 || got.header.Get("Retry-After") != "75600" ||
			got.body != `{"error":{"status":429,"message":"Too many requests","reason":"QUOTA_EXCEEDED"}}` {
			t.Errorf("fourth = %d %q Retry-After %q, want 429 QUOTA_EXCEEDED, 21 hours", got.status, got.body, got.header.Get("Retry-After"))
		}
		for name, a := range map[string]emulator.App{
			"of somebody else": {ClientID: "others", Owner: "somebody else"},
			"extended":         {ClientID: "large", Extended: true},
		} {
			token := tokenOf(a)
			for range 3 {
				if got := p.call(token, "/me"); got.status != 200 {
					t.Errorf("an app %s: %d, want 200", name, got.status)
				}
			}
		}
		time.Sleep(21 * time.Hour)
		if got := p.call(second, "/me"); got.status != 200 {
			t.Errorf("a day after the first = %d, want 200", got.status)
		}
		if got := p.call(second, "/me"); got.status != 429 || got.header.Get("Retry-After") != "3600" {
			t.Errorf("once more = %d Retry-After %q, want 429, an hour", got.status, got.header.Get("Retry-After"))
		}
	})
}

// Limits can be set, lifted and forgotten while the emulator runs.
func TestLimitsChange(t *testing.T) {
	t.Parallel()
	p := newProgram(t, emulator.Config{})
	token := p.logIn("alice").AccessToken
	statuses := func(n int) (all []int) {
		for range n {
			all = append(all, p.call(token, "/me").status)
		}
		return all
	}
	check := func(name string, got []int, want ...int) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
	check("none", statuses(4), 200, 200, 200, 200)
	p.world.Configure(func(c *emulator.Config) { c.RateLimit = 2 })
	check("two", statuses(3), 200, 200, 429)
	p.world.Configure(func(c *emulator.Config) { c.RateLimit = 1 })
	check("one", statuses(1), 429)
	p.world.Configure(func(c *emulator.Config) { c.RateLimit = 3 })
	check("three", statuses(2), 200, 429)
	p.world.Advance(-time.Hour)
	check("the clock turned back", statuses(1), 200)
	snapshot := p.world.Snapshot()
	check("until full", statuses(3), 200, 200, 429)
	if err := p.world.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	check("restored", statuses(4), 200, 200, 200, 429)
	if got := panicOf(func() { p.world.Configure(func(c *emulator.Config) { c.RateLimit = -1 }) }); !strings.Contains(got, "Config.RateLimit") {
		t.Errorf("Configure panics with %q", got)
	}
	check("still three", statuses(1), 429)
}

package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

// TestLoginDuringACoolDown: nobody is sent to consent for a login that is known to fail.
func TestLoginDuringACoolDown(t *testing.T) {
	t.Parallel()
	for _, operation := range []string{"GET /me", "POST /api/token", "GET /me/player/currently-playing"} {
		inBubble(t, func(b *bubble) {
			session := b.login("bob")
			b.emu.Fail(emulator.Fault{Operation: operation, Status: 429, RetryAfter: 10 * time.Minute})
			there := b.get("/login", "")
			if there.Code != http.StatusSeeOther {
				t.Fatalf("GET /login before anything is known = %d, want 303", there.Code)
			}
			back := b.emu.Approve(there.Header().Get("Location"), "alice")
			if operation == "GET /me/player/currently-playing" {
				b.get("/", session)
			} else if done := b.do(http.MethodGet, back.RequestURI(), "", there.Result().Cookies()...); done.Code != http.StatusServiceUnavailable {
				t.Errorf("%s: callback = %d, want 503", operation, done.Code)
			}
			pass(5 * time.Minute)
			refused := b.get("/login", "")
			want := time.Now().Add(5 * time.Minute).UTC().Format("15:04 UTC")
			if refused.Code != http.StatusServiceUnavailable || !strings.Contains(refused.Body.String(), want) || len(refused.Result().Cookies()) != 0 {
				t.Errorf("%s: GET /login = %d, want 503 until %s\n%s", operation, refused.Code, want, refused.Body)
			}
			var wait int
			if _, err := fmt.Sscan(refused.Header().Get("Retry-After"), &wait); err != nil || wait < 299 || wait > 302 {
				t.Errorf("%s: Retry-After = %d, want 300 or so", operation, wait)
			}
			if a := b.get("/login", session); a.Code != http.StatusSeeOther || a.Header().Get("Location") != "/" {
				t.Errorf("%s: GET /login of somebody logged in = %d, want 303 home", operation, a.Code)
			}
			pass(5*time.Minute + 5*time.Second)
			b.login("alice")
		})
	}
}

// TestLoginWaitsForItsTurn: a pause that the callback can wait out does not cost a login.
func TestLoginWaitsForItsTurn(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		b.emu.Fail(emulator.Fault{Operation: "GET /me", Status: 429, RetryAfter: 6 * time.Second})
		b.login("alice")
	})
	inBubble(t, func(b *bubble) { // the window of the app is full
		session := b.login("bob")
		for range 20 {
			b.get("/", session)
		}
		pass(20 * time.Second)
		b.login("alice")
	}, func(e *emulator.Config, _ *server.Config) { e.RateLimit = 8 })
}

// TestTokenEndpointAsksToWait: a 429 of the accounts service is shown as what it is, with its time,
// and does not fill the log.
func TestTokenEndpointAsksToWait(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		pass(2 * time.Hour)
		b.emu.Fail(emulator.Fault{Operation: "POST /api/token", Status: 429, RetryAfter: 10 * time.Minute})
		until := time.Now().Add(10 * time.Minute).UTC().Format("15:04 UTC")
		for range 30 {
			page := b.get("/", session).Body.String()
			if want := "Spotify is asking this app to wait. It is tried again at " + until; !strings.Contains(page, want) {
				t.Fatalf("the page does not say %q:\n%s", want, page[strings.Index(page, `id="note"`):])
			}
			pass(5 * time.Second)
		}
		if n := strings.Count(b.log.String(), "now playing failed"); n < 2 || n > 3 {
			t.Errorf("%d lines in two and a half minutes, want one a minute:\n%s", n, b.log)
		}
		pass(8 * time.Minute)
		if page := b.get("/", session).Body.String(); strings.Contains(page, "asking this app to wait") {
			t.Error("after that time the page still says so")
		}
	})
}

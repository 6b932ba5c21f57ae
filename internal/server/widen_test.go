package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

const extra = "user-top-read user-library-read"

// trips follows a browser from our /login to a page of ours, and counts its ways to Spotify.
func (b *browser) trips(target string, there func(location string) string) (trips int, end answer) {
	b.w.t.Helper()
	end = b.get(target)
	for strings.HasPrefix(end.Header.Get("Location"), b.w.config.App.AccountsURL) {
		if trips++; trips > 5 {
			b.w.t.Fatal("the browser goes round in circles")
		}
		end = b.get(there(end.Header.Get("Location")))
	}
	if end.StatusCode == http.StatusSeeOther {
		end = b.get(end.Header.Get("Location"))
	}
	return trips, end
}

func (b *browser) approves(person string) func(string) string {
	return func(location string) string { return b.w.emu.Approve(location, person).String() }
}

// scopes is what the stored grant allows.
func (b *browser) scopes() auth.ScopeSet {
	b.w.t.Helper()
	_, rest, _ := strings.Cut(b.get("/session").body, `"scopes":[`)
	list, _, _ := strings.Cut(rest, "]")
	return auth.ParseScopes(strings.NewReplacer(`"`, "", ",", " ").Replace(list))
}

// TestLoginElsewhereKeepsScopes: a plain login in another browser takes nothing away from the one
// that allowed more: the browser is sent to Spotify once more, for all of it.
func TestLoginElsewhereKeepsScopes(t *testing.T) {
	t.Parallel()
	for _, login := range []string{"/login?return_to=/account", "/login?switch=1&return_to=/account"} {
		w := newWorld(t)
		one, two := w.browser(), w.browser()
		if n, _ := one.trips("/login?scope="+escape(extra), one.approves("alice")); n != 1 {
			t.Errorf("the first login took %d trips, want 1", n)
		}
		id, had := one.userID(), one.scopes()
		if !had.Contains(auth.ParseScopes(extra)) {
			t.Fatalf("the first browser has %q, want %q among them", had, extra)
		}
		n, end := two.trips(login, two.approves("alice"))
		end.wants(t, http.StatusOK, "Login successful", "Where you are logged in")
		if n != 2 {
			t.Errorf("%s took %d trips, want 2", login, n)
		}
		for name, b := range map[string]*browser{"first": one, "second": two} {
			if got := b.scopes(); got.String() != had.String() {
				t.Errorf("%s: the %s browser has %q, want %q", login, name, got, had)
			}
			if got := b.userID(); got != id {
				t.Errorf("%s: the %s browser is %q, want %q", login, name, got, id)
			}
		}
		third := w.browser() // asks for all of it by itself
		if n, _ := third.trips("/login?scope="+escape(extra), third.approves("alice")); n != 1 {
			t.Errorf("a login that asks for everything took %d trips, want 1", n)
		}
		if n := strings.Count(w.log.String(), `"msg":"login"`); n != 3 {
			t.Errorf("%d logins in the log, want 3", n)
		}
	}
}

// TestWidenOnce: what the person does not allow the second time either is accepted, and a denial
// leaves everything as it was.
func TestWidenOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two, three := w.browser(), w.browser(), w.browser()
	one.trips("/login?scope="+escape(extra), one.approves("alice"))
	had := one.scopes()

	n := 0
	_, end := three.trips("/login", func(location string) string {
		if n++; n == 1 {
			return w.emu.Approve(location, "alice").String()
		}
		return w.emu.Refuse(location, "alice").String()
	})
	end.wants(t, http.StatusForbidden, "You said no")
	if got := one.scopes(); got.String() != had.String() {
		t.Errorf("after a denial the stored grant has %q, want %q", got, had)
	}

	n, end = two.trips("/login", func(location string) string {
		for _, scope := range strings.Fields(extra) { // unticked
			location = strings.Replace(location, scope, "", 1)
		}
		return w.emu.Approve(location, "alice").String()
	})
	end.wants(t, http.StatusOK, "Login successful")
	if want := "user-read-currently-playing"; n != 2 || two.scopes().String() != want {
		t.Errorf("unticked: %d trips and %q, want 2 and %q", n, two.scopes(), want)
	}
	if n, _ := two.trips("/login?switch=1", two.approves("bob")); n != 1 {
		t.Errorf("the login of somebody new took %d trips, want 1", n)
	}
}

// TestWidenedStatesAreSpent: neither callback of the two works twice.
func TestWidenedStatesAreSpent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two := w.browser(), w.browser()
	one.trips("/login?scope="+escape(extra), one.approves("alice"))
	first := w.emu.Approve(two.start("/login"), "alice").String()
	location := two.get(first).Header.Get("Location")
	if two.cookie("tenuto") != "" {
		t.Error("a session began before the second trip was over")
	}
	two.get(first).wants(t, http.StatusBadRequest, "Invalid state!")
	second := w.emu.Approve(location, "alice").String()
	one.get(second).wants(t, http.StatusBadRequest, "Invalid state!") // of another browser
	sent := w.exchanges()
	two.get(second).wants(t, http.StatusSeeOther)
	if a := two.get(second); a.Header.Get("Location") != "/" {
		t.Errorf("the second callback again leads to %q, want home", a.Header.Get("Location"))
	}
	if n := w.exchanges() - sent; n != 1 {
		t.Errorf("%d codes were sent for the second callback, want 1", n)
	}
}

// TestDeadGrantIsNotWidened: what has ended is not asked for again.
func TestDeadGrantIsNotWidened(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(_ *emulator.Config, s *server.Config) { s.Idle = 300 * 24 * time.Hour })
	one, two := w.browser(), w.browser()
	one.trips("/login?scope="+escape(extra), one.approves("alice"))
	w.emu.Advance(190 * 24 * time.Hour)
	w.now.advance(190 * 24 * time.Hour)
	if n, _ := two.trips("/login", two.approves("alice")); n != 1 {
		t.Errorf("a login after the consent ended took %d trips, want 1", n)
	}
}

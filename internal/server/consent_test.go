package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
)

const day = 24 * time.Hour

// patient is a session that only the consent ends.
func patient(_ *emulator.Config, c *server.Config) { c.Idle = 400 * day }

// TestConsentWarnings: 30, 7 and 1 days before the end the pages and the JSON say so, each time more urgently.
func TestConsentWarnings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, patient)
	b := w.browser()
	b.login("alice")
	consented := w.now.Now()
	end := consented.AddDate(0, 6, 0)
	for _, c := range []struct {
		left                 time.Duration
		class, role, warning string
		words                string
	}{
		{31 * day, "", "", "", ""},
		{29*day + time.Hour, "month", "status", "month", "Your consent ends in 30 days, on " + end.UTC().Format("2 January 2006")},
		{7*day + time.Hour, "month", "status", "month", "Your consent ends in 8 days"},
		{6*day + time.Hour, "week", "status", "week", "Your consent ends in 7 days, on "},
		{25 * time.Hour, "week", "status", "week", "Your consent ends in 2 days"},
		{23*time.Hour - time.Minute, "day", "alert", "day", "Your consent ends in 23 hours, at "},
		{30 * time.Minute, "day", "alert", "day", "Your consent ends in one hour, at "},
	} {
		forward := end.Add(-c.left).Sub(w.now.Now())
		w.now.advance(forward)
		w.emu.Advance(forward)
		for _, page := range []string{"/", "/account"} {
			a := b.get(page)
			if c.class == "" {
				a.lacks(t, "Your consent ends", ">Renew<")
				continue
			}
			a.wants(t, 200, `<p class="notice `+c.class+`" role="`+c.role+`">`, c.words, ">Renew<")
		}
		var session struct {
			Warning       string    `json:"consent_warning"`
			AuthorizedAt  time.Time `json:"authorized_at"`
			ReauthorizeBy time.Time `json:"reauthorize_by"`
			Reauthorize   bool
		}
		if err := json.Unmarshal([]byte(b.get("/session").body), &session); err != nil {
			t.Fatal(err)
		}
		if session.Warning != c.warning || session.Reauthorize || session.AuthorizedAt.Sub(consented).Abs() > time.Minute || session.ReauthorizeBy.Sub(end).Abs() > time.Minute {
			t.Errorf("%v before the end GET /session = %+v, want warning %q", c.left, session, c.warning)
		}
	}
}

// TestRenewLosesNothing: one click and one yes, and user ID, scopes and the sessions of other browsers are as
// they were, beyond the end of the old consent.
func TestRenewLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, patient)
	forward := func(d time.Duration) { w.now.advance(d); w.emu.Advance(d) }
	one, two := w.browser(), w.browser()
	one.loginAt("/login?scope="+escape(extra), "alice")
	two.loginAt("/login?scope="+escape(extra), "alice")
	id, scopes := one.userID(), one.scopes()
	forward(175 * day)
	one.get("/").wants(t, 200, ">Renew<")
	n, home := one.trips("/login", one.approves("alice"))
	home.wants(t, 200, "Login successful")
	home.lacks(t, ">Renew<")
	if n != 1 {
		t.Errorf("renewing took %d trips to Spotify, want 1", n)
	}
	forward(60 * day) // the first consent would have ended long ago
	for name, b := range map[string]*browser{"that renewed": one, "other": two} {
		if got := b.userID(); got != id {
			t.Errorf("the browser %s is %q, want %q", name, got, id)
		}
		if got := b.scopes(); got.String() != scopes.String() {
			t.Errorf("the browser %s has %q, want %q", name, got, scopes)
		}
		b.get("/").wants(t, 200, "Now playing: ")
	}
}

// TestExpiryWave: the consents of many people end on one day. All were warned, all are told, nothing is sent to
// Spotify that the calendar answers, and others notice nothing.
func TestExpiryWave(t *testing.T) {
	t.Parallel()
	const many, few = 60, 5
	inBubble(t, func(b *bubble) {
		enter := func(name string) string {
			b.emu.AddPerson(emulator.Person{Name: name})
			return b.login(name)
		}
		var wave, others []string
		for i := range many {
			wave = append(wave, enter(fmt.Sprint("person", i)))
		}
		end := time.Now().AddDate(0, 6, 0)
		pass(100 * day)
		for i := range few {
			others = append(others, enter(fmt.Sprint("other", i)))
		}
		time.Sleep(time.Until(end.Add(-20 * time.Hour)))
		for _, session := range wave {
			if page := b.get("/", session).Body.String(); !strings.Contains(page, "Your consent ends in 20 hours") || !strings.Contains(page, "Now playing: ") {
				t.Errorf("a day before the wave the page says:\n%s", page)
			}
		}
		stop := b.serve()
		pass(2 * time.Minute)
		if metrics := b.ops("/metrics").Body.String(); !strings.Contains(metrics, fmt.Sprintf(`tenuto_grants{consent="within_1d",state="alive"} %d`, many)) ||
			!strings.Contains(metrics, fmt.Sprintf(`tenuto_grants{consent="later",state="alive"} %d`, few)) {
			t.Errorf("the metrics lack the wave:\n%s", metrics)
		}
		open := []*stream{b.watch(wave[0]), b.watch(wave[1])}
		time.Sleep(time.Until(end.Add(-30 * time.Minute)))
		before := len(b.emu.Ledger().Of("POST /api/token"))
		for range 12 { // from half an hour before to two and a half after
			for _, session := range append(wave[:many:many], others...) {
				b.get("/", session)
			}
			pass(15 * time.Minute)
		}
		sent := b.emu.Ledger().Of("POST /api/token")[before:]
		refused := sent.Where(func(e emulator.Entry) bool { return e.Status != http.StatusOK })
		if len(refused) > 0 {
			t.Errorf("%d refreshes were refused, the first %v: the calendar knew", len(refused), refused[0])
		}
		// Tokens last an hour, people refresh at most once in one: those of the wave while it lasts, the others all the time.
		if most := 1*many + 4*few; len(sent) > most {
			t.Errorf("%d refreshes around the wave, want at most %d", len(sent), most)
		}
		for _, session := range wave {
			if page := b.get("/", session).Body.String(); !strings.Contains(page, "your consent at Spotify has ended") || !strings.Contains(page, "User ID: None") {
				t.Errorf("after the wave the page says:\n%s", page)
			}
		}
		for _, session := range others {
			if page := b.get("/", session).Body.String(); !strings.Contains(page, "Now playing: ") {
				t.Errorf("somebody else's page after the wave:\n%s\n%s", page, b.log)
				break
			}
		}
		for _, s := range open {
			if !s.ended() || !strings.Contains(s.text(), "event: signed-out") {
				t.Errorf("a stream over the end of the consent: ended %v, says %q", s.ended(), s.text())
			}
		}
		if back := b.login("person0"); b.get("/", back).Body.String() == "" {
			t.Error("nobody can come back")
		}
		stop()
	}, patient)
}

// serve runs the server's upkeep until end.
func (b *bubble) serve() (end func()) {
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- b.srv.Serve(ctx, newPipes(), nil) }()
	return func() {
		stop()
		if err := <-served; err != nil {
			b.t.Errorf("Serve = %v, want nil", err)
		}
	}
}

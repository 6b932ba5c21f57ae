package server_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestEventsFollowTheMusic: a stream shows what the page showed, then what comes next, and Spotify
// is asked at a track's end or every 30 seconds.
func TestEventsFollowTheMusic(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		first := b.get("/", session)
		if first.Code != http.StatusOK || b.asked() != 1 {
			t.Fatalf("GET / = %d and %d questions, want 200 and one", first.Code, b.asked())
		}
		s := b.watch(session)
		if n := b.asked(); n != 1 {
			t.Errorf("%d questions after the stream opened, want the page's one", n)
		}
		if lines := s.lines(); len(lines) != 1 || !strings.Contains(first.Body.String(), "<h1 id=\"line\">"+lines[0]) {
			t.Errorf("the stream begins with %q, want what the page shows", lines)
		}
		b.emu.Play("alice", "")
		pass(31 * time.Second)
		if n, lines := b.asked(), s.lines(); n != 2 || lines[len(lines)-1] != "Now playing: None" {
			t.Errorf("after 31 s: %d questions, lines %q; want 2, and None at the end", n, lines)
		}
		pass(5 * time.Minute)
		if n := b.asked(); n != 12 {
			t.Errorf("%d questions after five minutes more, want one every 30 s: 12", n)
		}
		s.leave()
		pass(time.Hour)
		if n := b.asked(); n != 12 || !s.ended() {
			t.Errorf("%d questions an hour after nobody looks, want still 12; ended %v", n, s.ended())
		}
	})
}

// TestEventsAskAtTheEndOfATrack does not wait for the 30 seconds.
func TestEventsAskAtTheEndOfATrack(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		b.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 200,
			Body: `{"is_playing":true,"progress_ms":60000,"currently_playing_type":"track","item":{"type":"track","name":"Short","duration_ms":67000,"uri":"spotify:local:a:b:c:67"}}`})
		s := b.watch(session)
		defer s.leave()
		pass(7 * time.Second)
		if n := b.asked(); n != 1 {
			t.Errorf("%d questions before the track's end, want 1", n)
		}
		pass(time.Second)
		if n, lines := b.asked(), s.lines(); n != 2 || lines[0] != "Now playing: Short" || lines[1] == lines[0] {
			t.Errorf("a second after the track's end: %d questions, %q; want 2 and the next track", n, lines)
		}
	})
}

// TestEventsOncePerPerson: however many tabs and browsers, one question serves them all.
func TestEventsOncePerPerson(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		laptop, phone, bob := b.login("alice"), b.login("alice"), b.login("bob")
		var streams []*stream
		for _, session := range []string{laptop, laptop, phone, bob} {
			streams = append(streams, b.watch(session))
		}
		before := b.asked()
		b.emu.Play("alice", "")
		b.emu.Play("bob", "")
		pass(31 * time.Second)
		if n := b.asked() - before; n != 2 {
			t.Errorf("%d questions in 31 s for two people, want 2", n)
		}
		for i, s := range streams {
			if lines := s.lines(); lines[len(lines)-1] != "Now playing: None" {
				t.Errorf("tab %d shows %q, want None at the end", i, lines)
			}
		}
		// A page that somebody opens tells the tabs too.
		b.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Person: "bob", Status: 200,
			Body: `{"is_playing":true,"currently_playing_type":"track","item":{"type":"track","name":"New","duration_ms":1000,"uri":"spotify:local:a:b:c:1"}}`})
		b.get("/", bob)
		pass(0)
		if lines := streams[3].lines(); lines[len(lines)-1] != "Now playing: New" {
			t.Errorf("bob's tab shows %q after he opened the page, want what the page asked", lines)
		}
		for _, s := range streams {
			s.leave()
		}
	})
}

// TestEventsEndWithTheSession: a logout in one tab ends the streams of that session alone.
func TestEventsEndWithTheSession(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		here, there := b.login("alice"), b.login("alice")
		one, two, other := b.watch(here), b.watch(here), b.watch(there)
		b.do(http.MethodPost, "/logout", here)
		pass(0)
		for _, s := range []*stream{one, two} {
			if !s.ended() || !strings.Contains(s.text(), "event: signed-out") {
				t.Errorf("a stream of the session that ended: ended %v, says %q", s.ended(), s.text())
			}
		}
		if other.ended() {
			t.Error("the stream of another session ended")
		}
		b.do(http.MethodPost, "/account/end-all", there)
		pass(0)
		if !other.ended() {
			t.Error("a stream outlived the end of all sessions")
		}
		if rec := b.get("/events", here); rec.Code != http.StatusUnauthorized {
			t.Errorf("GET /events after logout = %d, want 401", rec.Code)
		}
	})
}

// TestEventsEndElsewhere: a session that another replica ended is noticed at a heartbeat.
func TestEventsEndElsewhere(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		s := b.watch(session)
		if _, _, err := b.db.EndSession(context.Background(), "tenutotest", session); err != nil {
			t.Fatal(err)
		}
		pass(21 * time.Second)
		if !s.ended() || !strings.Contains(s.text(), "event: signed-out") {
			t.Errorf("ended %v, says %q; want signed-out", s.ended(), s.text())
		}
	})
}

// TestEventsSlowBrowser: one that does not read is let go and holds up nobody.
func TestEventsSlowBrowser(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		stuck := make(chan struct{})
		slow, quick := b.watchSlowly(session, stuck), b.watch(session)
		pass(10 * time.Minute)
		if n := len(quick.lines()); n < 20 {
			t.Errorf("the quick tab got %d messages in ten minutes, want 20", n)
		}
		close(stuck)
		pass(time.Second)
		if !slow.ended() || quick.ended() {
			t.Errorf("slow ended %v, quick ended %v; want true, false", slow.ended(), quick.ended())
		}
		quick.leave()
		pass(0)
	})
}

// TestEventsAreBounded: one person cannot take all the places.
func TestEventsAreBounded(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		var streams []*stream
		for range 16 {
			streams = append(streams, b.watch(session))
		}
		if rec := b.get("/events", session); rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
			t.Errorf("the 17th stream = %d, want 503 with Retry-After", rec.Code)
		}
		streams[0].leave()
		pass(0)
		again := b.watch(session)
		if again.status != http.StatusOK {
			t.Errorf("a stream after one left = %d, want 200", again.status)
		}
		for _, s := range append(streams, again) {
			s.leave()
		}
		pass(0)
	})
}

// TestEventsAreForOurOwnPages: another site can open no stream, and so take nobody's places.
func TestEventsAreForOurOwnPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	b := w.browser()
	b.login("alice")
	for _, from := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"},
	} {
		b.get("/events", from...).wants(t, http.StatusForbidden)
	}
}

// TestEventsBackOff: while Spotify limits or fails, it is asked less, never earlier than it said;
// once the consent has ended it is not asked at all.
func TestEventsBackOff(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		b.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Status: 429, RetryAfter: 10 * time.Minute})
		s := b.watch(session)
		if !strings.Contains(s.text(), "Spotify is asking this app to wait. It is tried again at ") {
			t.Errorf("rate limited: the stream says %q", s.text())
		}
		asked := b.asked()
		pass(9 * time.Minute)
		if n := b.asked(); n != asked {
			t.Errorf("asked %d times more before the time that Spotify named", n-asked)
		}
		pass(2 * time.Minute)
		if n := b.asked(); n == asked {
			t.Error("not asked again after the time that Spotify named")
		}
		s.leave()
		pass(time.Minute)

		b.emu.Revoke("alice")
		dead := b.watch(session)
		pass(2 * time.Hour)
		at := len(b.emu.Ledger())
		pass(2 * time.Hour)
		if n := len(b.emu.Ledger()) - at; n != 0 {
			t.Errorf("%d requests in two hours for a consent that has ended, want none", n)
		}
		if !strings.Contains(dead.text(), `"fix_label":"Sign in again"`) {
			t.Errorf("consent ended: the stream says %q", dead.text())
		}
		dead.leave()
		pass(0)
	})
}

// N13: a Spotify that hangs holds up one page for seconds, not the site.
func TestNaive_N13_HangingSpotify(t *testing.T) {
	t.Parallel()
	inBubble(t, func(b *bubble) {
		session := b.login("alice")
		b.emu.Fail(emulator.Fault{Operation: "GET /me/player/currently-playing", Times: -1, Delay: time.Hour})
		begin := time.Now()
		rec := b.get("/", session)
		if took := time.Since(begin); took > 10*time.Second {
			t.Errorf("the page took %v, want at most 10 s", took)
		}
		if body := rec.Body.String(); rec.Code != http.StatusOK || !strings.Contains(body, "Error in retrieving now playing!") || !strings.Contains(body, "User ID: ") {
			t.Errorf("GET / = %d\n%s", rec.Code, body)
		}
	})
}

package vaulttest

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

func (t *vaultTest) session() {
	db, clock := t.open(), t.clock
	user := t.signIn(db, "alice")
	start, expires := clock.Now(), clock.Now().Add(time.Hour)
	id := t.newSession(db, user, "Firefox on Linux", expires)

	s, err := db.Session(t.Context(), app, id, start)
	if err != nil {
		t.Fatal(err)
	}
	want := vault.Session{
		Handle: s.Handle, UserID: user, Profile: vault.Profile{Name: "name of alice"}, Device: "Firefox on Linux",
		Created: start, Seen: start, Expires: expires, Dead: auth.ReasonNone,
	}
	if *s != want {
		t.Errorf("Session = %+v, want %+v", *s, want)
	}
	if len(id) != 43 || s.Handle == "" || s.Handle == id {
		t.Errorf("id has %d characters and handle is %q, want 43 and another secret", len(id), s.Handle)
	}
	t.noSession(db, app, id, expires)
	t.noSession(db, "another app", id, start)
	t.noSession(db, app, id[:42]+"!", start)
	t.noSession(db, app, "", start)
	t.noSession(db, app, s.Handle, start)
}

func (t *vaultTest) touch() {
	db, clock := t.open(), t.clock
	id := t.newSession(db, t.signIn(db, "alice"), "", clock.Now().Add(time.Hour))

	seen := clock.turn(30 * time.Minute)
	t.must(db.Touch(t.Context(), app, id, seen, seen.Add(time.Hour)))
	s, err := db.Session(t.Context(), app, id, seen.Add(59*time.Minute))
	if err != nil || !s.Seen.Equal(seen) || !s.Expires.Equal(seen.Add(time.Hour)) {
		t.Errorf("Session after Touch = %+v, %v, want seen %v and an hour more", s, err, seen)
	}

	late := clock.turn(2 * time.Hour) // expired, but not swept yet
	t.must(db.Touch(t.Context(), app, id, late, late.Add(time.Hour)))
	t.noSession(db, app, id, late)
}

func (t *vaultTest) endSession() {
	db, clock := t.open(), t.clock
	user, bob := t.signIn(db, "alice"), t.signIn(db, "bob")
	hour := clock.Now().Add(time.Hour)
	first, second := t.newSession(db, user, "first", hour), t.newSession(db, user, "second", hour)
	t.newSession(db, user, "short", clock.Now().Add(time.Minute))
	bobs := t.newSession(db, bob, "bob's", hour)
	clock.turn(2 * time.Minute) // the short one is over: it counts no more

	if u, left, err := db.EndSession(t.Context(), "another app", first); u != "" || left != 0 || err != nil {
		t.Errorf("EndSession of another app = %q, %d, %v, want none", u, left, err)
	}
	if u, left, err := db.EndSession(t.Context(), app, first); u != user || left != 1 || err != nil {
		t.Errorf("EndSession = %q, %d, %v, want alice, 1", u, left, err)
	}
	if u, left, err := db.EndSession(t.Context(), app, first); u != "" || left != 0 || err != nil {
		t.Errorf("EndSession again = %q, %d, %v, want none", u, left, err)
	}
	t.must(db.Touch(t.Context(), app, first, clock.Now(), hour))
	t.noSession(db, app, first, clock.Now())

	handle := func(id string) string {
		s, err := db.Session(t.Context(), app, id, clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		return s.Handle
	}
	if left, err := db.EndSessionOf(t.Context(), app, user, handle(bobs)); left != 1 || err != nil {
		t.Errorf("EndSessionOf(alice, bob's) = %d, %v, want 1 left", left, err)
	}
	if _, err := db.Session(t.Context(), app, bobs, clock.Now()); err != nil {
		t.Errorf("alice ended bob's session: %v", err)
	}
	if left, err := db.EndSessionOf(t.Context(), app, user, handle(second)); left != 0 || err != nil {
		t.Errorf("EndSessionOf = %d, %v, want 0 left", left, err)
	}
	t.noSession(db, app, second, clock.Now())
}

func (t *vaultTest) sessionsNewestFirst() {
	db, clock := t.open(), t.clock
	user := t.signIn(db, "alice")
	for i := range 3 {
		t.newSession(db, user, fmt.Sprint(i), clock.Now().Add(time.Hour))
	}
	t.newSession(db, user, "over", clock.Now())
	t.newSession(db, t.signIn(db, "bob"), "bob's", clock.Now().Add(time.Hour))
	if got, want := t.devices(db, user, clock.Now()), []string{"2", "1", "0"}; !slices.Equal(got, want) {
		t.Errorf("Sessions = %q, want %q", got, want)
	}
	if n, err := db.EndSessions(t.Context(), app, user); n != 4 || err != nil {
		t.Errorf("EndSessions = %d, %v, want 4, the one that was over too", n, err)
	}
	if got := t.devices(db, user, clock.Now()); len(got) != 0 {
		t.Errorf("Sessions after EndSessions = %q, want none", got)
	}
}

func (t *vaultTest) elevenSessions() {
	db, clock := t.open(), t.clock
	user, bob := t.signIn(db, "alice"), t.signIn(db, "bob")
	expires := clock.Now().Add(24 * time.Hour)
	t.newSession(db, bob, "bob's", expires)
	var ids []string
	for i := range vault.MaxSessions {
		ids = append(ids, t.newSession(db, user, fmt.Sprint(i), expires))
	}
	t.must(db.Touch(t.Context(), app, ids[0], clock.turn(time.Minute), expires)) // the oldest, but in use
	t.newSession(db, user, "new", expires)
	if got, want := t.devices(db, user, clock.Now()), []string{"new", "9", "8", "7", "6", "5", "4", "3", "2", "0"}; !slices.Equal(got, want) {
		t.Errorf("Sessions = %q, want %q", got, want)
	}
	t.noSession(db, app, ids[1], clock.Now())
	if got := t.devices(db, bob, clock.Now()); len(got) != 1 {
		t.Errorf("bob's sessions = %q, want his one", got)
	}
}

func (t *vaultTest) sweep() {
	db, clock := t.open(), t.clock
	user := t.signIn(db, "alice")
	over, lives := t.newSession(db, user, "", clock.Now().Add(time.Hour)), t.newSession(db, user, "", clock.Now().Add(3*time.Hour))
	var group sync.WaitGroup
	for i := range 1200 { // more than one sweep takes at once
		group.Go(func() {
			if err := db.SpendState(t.Context(), app, fmt.Sprint("state ", i), clock.Now().Add(time.Hour)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	t.must(db.SpendState(t.Context(), app, "later", clock.Now().Add(3*time.Hour)))

	now := clock.turn(2 * time.Hour)
	t.must(db.Sweep(t.Context(), now))
	t.noSession(db, app, over, now.Add(-2*time.Hour)) // gone, not only expired
	if _, err := db.Session(t.Context(), app, lives, now); err != nil {
		t.Errorf("Session that lives, after Sweep: %v", err)
	}
	if err := db.SpendState(t.Context(), app, "state 7", now); err != nil {
		t.Errorf("SpendState of a swept one = %v, want nil", err)
	}
	if err := db.SpendState(t.Context(), app, "later", now); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("SpendState of one kept = %v, want ErrSpent", err)
	}
}

// sweepOfTomorrow: a server whose clock runs ahead of the database's ends nobody's session.
func (t *vaultTest) sweepOfTomorrow() {
	db, clock := t.open(), t.clock
	user := t.signIn(db, "alice")
	id := t.newSession(db, user, "", clock.Now().Add(time.Hour))
	t.must(db.SpendState(t.Context(), app, "state", clock.Now().Add(time.Hour)))
	t.must(db.Sweep(t.Context(), clock.Now().AddDate(0, 1, 0)))
	if _, err := db.Session(t.Context(), app, id, clock.Now()); err != nil {
		t.Errorf("Session after a Sweep of next month = %v, want nil", err)
	}
	if err := db.SpendState(t.Context(), app, "state", clock.Now().Add(time.Hour)); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("SpendState after a Sweep of next month = %v, want ErrSpent", err)
	}
}

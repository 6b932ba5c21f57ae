package sqlite_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// hand is a clock turned by hand.
type hand struct {
	mu  sync.Mutex
	now time.Time
}

func (h *hand) Now() time.Time { h.mu.Lock(); defer h.mu.Unlock(); return h.now }

func (h *hand) turn(d time.Duration) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
	return h.now
}

func newHand() *hand { return &hand{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)} }

func signIn(t testing.TB, db *vault.DB, account string) string {
	t.Helper()
	user, err := db.SignIn(t.Context(), app, account, "", vault.Profile{Name: "name of " + account})
	if err != nil {
		t.Fatalf("SignIn(%s): %v", account, err)
	}
	return user
}

func newSession(t testing.TB, db *vault.DB, user, device string, expires time.Time) string {
	t.Helper()
	id, err := db.NewSession(t.Context(), app, user, device, expires)
	if err != nil {
		t.Fatalf("NewSession(%s): %v", device, err)
	}
	return id
}

func wantNoSession(t testing.TB, db *vault.DB, app, id string, now time.Time) {
	t.Helper()
	if s, err := db.Session(t.Context(), app, id, now); !errors.Is(err, vault.ErrNoSession) {
		t.Errorf("Session = %v, %v, want ErrNoSession", s, err)
	}
}

func TestSession(t *testing.T) {
	t.Parallel()
	clock := newHand()
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	user := signIn(t, db, "alice")
	start, expires := clock.Now(), clock.Now().Add(time.Hour)
	id := newSession(t, db, user, "Firefox on Linux", expires)

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
	wantNoSession(t, db, app, id, expires)
	wantNoSession(t, db, "another app", id, start)
	wantNoSession(t, db, app, id[:42]+"!", start)
	wantNoSession(t, db, app, "", start)
	wantNoSession(t, db, app, s.Handle, start)
}

func TestTouch(t *testing.T) {
	t.Parallel()
	clock := newHand()
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	id := newSession(t, db, signIn(t, db, "alice"), "", clock.Now().Add(time.Hour))

	seen := clock.turn(30 * time.Minute)
	try2(t, db.Touch(t.Context(), app, id, seen, seen.Add(time.Hour)))
	s, err := db.Session(t.Context(), app, id, seen.Add(59*time.Minute))
	if err != nil || !s.Seen.Equal(seen) || !s.Expires.Equal(seen.Add(time.Hour)) {
		t.Errorf("Session after Touch = %+v, %v, want seen %v and an hour more", s, err, seen)
	}

	late := clock.turn(2 * time.Hour) // expired, but not swept yet
	try2(t, db.Touch(t.Context(), app, id, late, late.Add(time.Hour)))
	wantNoSession(t, db, app, id, late)
}

func try2(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Error(err)
	}
}

func TestEndSession(t *testing.T) {
	t.Parallel()
	clock := newHand()
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	user, bob := signIn(t, db, "alice"), signIn(t, db, "bob")
	hour := clock.Now().Add(time.Hour)
	first, second := newSession(t, db, user, "first", hour), newSession(t, db, user, "second", hour)
	newSession(t, db, user, "short", clock.Now().Add(time.Minute))
	bobs := newSession(t, db, bob, "bob's", hour)
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
	try2(t, db.Touch(t.Context(), app, first, clock.Now(), hour))
	wantNoSession(t, db, app, first, clock.Now())

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
	wantNoSession(t, db, app, second, clock.Now())
}

func TestSessionsNewestFirst(t *testing.T) {
	t.Parallel()
	clock := newHand() // stands still: the order must not depend on luck
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	user := signIn(t, db, "alice")
	for i := range 3 {
		newSession(t, db, user, fmt.Sprint(i), clock.Now().Add(time.Hour))
	}
	newSession(t, db, user, "over", clock.Now())
	newSession(t, db, signIn(t, db, "bob"), "bob's", clock.Now().Add(time.Hour))
	if got, want := devices(t, db, user, clock.Now()), []string{"2", "1", "0"}; !slices.Equal(got, want) {
		t.Errorf("Sessions = %q, want %q", got, want)
	}
	try2(t, db.EndSessions(t.Context(), app, user))
	if got := devices(t, db, user, clock.Now()); len(got) != 0 {
		t.Errorf("Sessions after EndSessions = %q, want none", got)
	}
}

func devices(t testing.TB, db *vault.DB, user string, now time.Time) (names []string) {
	t.Helper()
	list, err := db.Sessions(t.Context(), app, user, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		names = append(names, s.Device)
	}
	return names
}

func TestElevenSessions(t *testing.T) {
	t.Parallel()
	clock := newHand()
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	user, bob := signIn(t, db, "alice"), signIn(t, db, "bob")
	expires := clock.Now().Add(24 * time.Hour)
	newSession(t, db, bob, "bob's", expires)
	var ids []string
	for i := range vault.MaxSessions {
		ids = append(ids, newSession(t, db, user, fmt.Sprint(i), expires))
	}
	try2(t, db.Touch(t.Context(), app, ids[0], clock.turn(time.Minute), expires)) // the oldest, but in use
	newSession(t, db, user, "new", expires)
	if got, want := devices(t, db, user, clock.Now()), []string{"new", "9", "8", "7", "6", "5", "4", "3", "2", "0"}; !slices.Equal(got, want) {
		t.Errorf("Sessions = %q, want %q", got, want)
	}
	wantNoSession(t, db, app, ids[1], clock.Now())
	if got := devices(t, db, bob, clock.Now()); len(got) != 1 {
		t.Errorf("bob's sessions = %q, want his one", got)
	}
}

func TestSweep(t *testing.T) {
	t.Parallel()
	clock := newHand()
	db := open(t, t.TempDir(), sqlite.WithClock(clock.Now))
	user := signIn(t, db, "alice")
	over, lives := newSession(t, db, user, "", clock.Now().Add(time.Hour)), newSession(t, db, user, "", clock.Now().Add(3*time.Hour))
	var group sync.WaitGroup
	for i := range 1200 { // more than one sweep takes at once
		group.Go(func() {
			try2(t, db.SpendState(t.Context(), app, fmt.Sprint("state ", i), clock.Now().Add(time.Hour)))
		})
	}
	group.Wait()
	try2(t, db.SpendState(t.Context(), app, "later", clock.Now().Add(3*time.Hour)))

	now := clock.turn(2 * time.Hour)
	try2(t, db.Sweep(t.Context(), now))
	wantNoSession(t, db, app, over, now.Add(-2*time.Hour)) // gone, not only expired
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

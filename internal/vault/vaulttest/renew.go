package vaulttest

import (
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Renew: a new consent lets sessions go on that were to end with the old one, and no others.
func Renew(t *testing.T, open func(now func() time.Time) *vault.DB) {
	clock := &hand{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	const app, day = "renew app", 24 * time.Hour
	db := open(clock.Now)
	user := func(name string) string {
		id, err := db.SignIn(t.Context(), app, name, "", vault.Profile{})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	alice, bob := user("alice"), user("bob")
	session := func(user, device string, life time.Duration) {
		if _, err := db.NewSession(t.Context(), app, user, device, clock.Now().Add(life)); err != nil {
			t.Fatal(err)
		}
	}
	begun := clock.Now()
	session(alice, "to end with the consent", 3*day)
	session(alice, "ended", day)
	session(bob, "somebody else's", 3*day)
	clock.turn(2 * day)
	session(alice, "lasts longer", 60*day)
	for _, until := range []struct {
		idle time.Duration
		end  time.Time // of the consent
		want time.Time // of the session that was to end with it
	}{
		{30 * day, begun.Add(10 * day), begun.Add(10 * day)},
		{30 * day, time.Time{}, begun.Add(30 * day)},
		{5 * day, time.Time{}, begun.Add(30 * day)}, // never earlier
	} {
		if err := db.ProlongSessions(t.Context(), app, alice, clock.Now(), until.idle, until.end); err != nil {
			t.Fatal(err)
		}
		got := map[string]time.Time{}
		for _, user := range []string{alice, bob} {
			list, err := db.Sessions(t.Context(), app, user, clock.Now())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range list {
				got[s.Device] = s.Expires
			}
		}
		want := map[string]time.Time{
			"to end with the consent": until.want, "somebody else's": begun.Add(3 * day), "lasts longer": begun.Add(62 * day),
		}
		if len(got) != len(want) {
			t.Errorf("sessions %v, want %v", got, want)
		}
		for device, end := range want {
			if !got[device].Equal(end) {
				t.Errorf("idle %v, consent until %v: the session %q ends at %v, want %v", until.idle, until.end, device, got[device], end)
			}
		}
	}
}

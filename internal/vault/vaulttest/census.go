package vaulttest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Census: everybody is counted exactly once, in whatever steps, and the result is kept. open opens an empty vault
// whose database goes by now.
func Census(t *testing.T, open func(now func() time.Time) *vault.DB) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	db := open(func() time.Time { return now })
	const app = "census app"
	if c, err := db.Census(t.Context(), app); c != nil || err != nil {
		t.Errorf("Census before one was taken = %+v, %v, want nil", c, err)
	}
	day := 24 * time.Hour
	dying := map[string]int{} // the user ids of the dead
	put := func(app, name string, consented time.Time, dead auth.Reason) {
		user, err := db.SignIn(t.Context(), app, name, "", vault.Profile{})
		if err != nil {
			t.Fatal(err)
		}
		if dead == auth.ReasonNone {
			return
		}
		rec := &auth.Record{Version: "v" + name, Token: &auth.Token{RefreshToken: "r", AuthorizedAt: consented}}
		if dead != "" {
			rec.Dead = &auth.ReauthorizeError{Reason: dead}
			dying[user]++
		}
		if err := db.Grants(app).Swap(t.Context(), user, "", rec); err != nil {
			t.Fatal(err)
		}
		for i, life := range []time.Duration{0, time.Millisecond, time.Hour} { // the first ends now
			if _, err := db.NewSession(t.Context(), app, user, fmt.Sprint(i), now.Add(life)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range 5 {
		put(app, fmt.Sprint("old", i), now.Add(-100*day), "")
		put(app, fmt.Sprint("unknown", i), time.Time{}, "")
	}
	put(app, "edge", now.Add(-50*day), "") // exactly: no more before it
	put(app, "young", now.Add(-time.Hour), "")
	put(app, "too young", now.Add(time.Hour), "")
	put(app, "revoked", now.Add(-time.Hour), auth.ReasonRevoked)
	put(app, "strange", now.Add(-100*day), "a reason of 2031")
	put(app, "never", time.Time{}, auth.ReasonNone)
	put("another app", "old1", now.Add(-100*day), "")

	visited := map[string]int{}
	if err := db.EachDead(t.Context(), app, func(user string) error { visited[user]++; return nil }); err != nil || !cmp.Equal(visited, dying) {
		t.Errorf("EachDead visits %v, %v, want %v", visited, err, dying)
	}

	want := &vault.Census{Taken: now, Sessions: 2 * 15, Grants: []vault.GrantCount{
		{State: "", Age: "", Count: 5}, {State: "", Age: "old", Count: 5}, {State: "", Age: "young", Count: 2},
		{State: "a reason of 2031", Age: "old", Count: 1}, {State: "none", Age: "", Count: 1}, {State: "revoked", Age: "young", Count: 1},
	}}
	ages := []vault.Age{{Name: "old", Before: now.Add(-50 * day)}, {Name: "young", Before: now}}
	for _, step := range []int{1, 2, 3, 5, 1000} {
		if err := db.TakeCensus(t.Context(), app, now, ages, step); err != nil {
			t.Fatal(err)
		}
		got, err := db.Census(t.Context(), app)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("census in steps of %d (-want +got):\n%s", step, diff)
		}
	}
}

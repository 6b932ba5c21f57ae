package vaulttest

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Living: which of many sessions there are yet. open opens an empty vault.
func Living(t *testing.T, open func() *vault.DB) {
	const app = "living app"
	db, now := open(), time.Now()
	var ids, want []string
	for i := range vault.LivingMost + 60 {
		user, err := db.SignIn(t.Context(), app, fmt.Sprint(i), "", vault.Profile{})
		if err != nil {
			t.Fatal(err)
		}
		life := time.Hour
		if i%10 == 3 {
			life = time.Minute
		}
		id, err := db.NewSession(t.Context(), app, user, "", now.Add(life))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
		switch {
		case i%10 == 1:
			_, _, err = db.EndSession(t.Context(), app, id)
		case i%10 == 2:
			err = db.Forget(t.Context(), app, user)
		case i%10 != 3:
			want = append(want, id)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ids = append(ids, "nobody's")
	later := now.Add(2 * time.Minute)
	living, err := db.Living(t.Context(), app, ids, later)
	if err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(living))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Living(%d sessions) = %d, want the %d that were neither ended nor over", len(ids), len(got), len(want))
	}
	standings(t, db, app, ids[0], later)
	for _, c := range []struct {
		app string
		ids []string
	}{{"another app", ids}, {app, nil}} {
		if got, err := db.Living(t.Context(), c.app, c.ids, later); len(got) != 0 || err != nil {
			t.Errorf("Living(%s, %d sessions) = %d, %v, want none", c.app, len(c.ids), len(got), err)
		}
	}
}

// standings: a session's standing changes with its person's grant, and is what the session itself says.
func standings(t *testing.T, db *vault.DB, app, id string, now time.Time) {
	t.Helper()
	session, err := db.Session(t.Context(), app, id, now)
	if err != nil {
		t.Fatal(err)
	}
	version := ""
	put := func(next string, rec *auth.Record) {
		t.Helper()
		rec.Version = next
		if err := db.Grants(app).Swap(t.Context(), session.UserID, version, rec); err != nil {
			t.Fatal(err)
		}
		version = next
	}
	token := func(scopes string) *auth.Token {
		return &auth.Token{RefreshToken: "r", Scope: auth.ParseScopes(scopes), AuthorizedAt: now.Truncate(time.Millisecond)}
	}
	seen := map[vault.Standing]bool{}
	for _, step := range []struct {
		name   string
		change func()
		fresh  bool
	}{
		{"no grant", func() {}, true},
		{"a login", func() { put("1", &auth.Record{Token: token("user-top-read")}) }, true},
		{"a refresh", func() { put("2", &auth.Record{Token: token("user-top-read"), Generation: 1}) }, false},
		{"more permissions", func() { put("3", &auth.Record{Token: token("user-top-read user-read-email")}) }, true},
		{"its end", func() {
			put("4", &auth.Record{Token: token("user-top-read user-read-email"), Dead: &auth.ReauthorizeError{Reason: auth.ReasonRevoked}})
		}, true},
	} {
		step.change()
		living, err := db.Living(t.Context(), app, []string{id}, now)
		if err != nil {
			t.Fatal(err)
		}
		session, err := db.Session(t.Context(), app, id, now)
		if err != nil {
			t.Fatal(err)
		}
		if living[id] != session.Standing() {
			t.Errorf("after %s: Living = %+v, the session says %+v", step.name, living[id], session.Standing())
		}
		if seen[living[id]] == step.fresh {
			t.Errorf("after %s: the standing is %+v, want another than before: %v", step.name, living[id], step.fresh)
		}
		seen[living[id]] = true
	}
}

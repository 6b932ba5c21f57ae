package vaulttest

import (
	"fmt"
	"slices"
	"testing"
	"time"

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
	got, err := db.Living(t.Context(), app, ids, later)
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Living(%d sessions) = %d, want the %d that were neither ended nor over", len(ids), len(got), len(want))
	}
	for _, c := range []struct {
		app string
		ids []string
	}{{"another app", ids}, {app, nil}} {
		if got, err := db.Living(t.Context(), c.app, c.ids, later); len(got) != 0 || err != nil {
			t.Errorf("Living(%s, %d sessions) = %d, %v, want none", c.app, len(c.ids), len(got), err)
		}
	}
}

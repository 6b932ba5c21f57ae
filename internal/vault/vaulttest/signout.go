package vaulttest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// signedOut: whoever somebody else signs out keeps neither sessions nor access token, and the login. A row that does
// not open keeps nobody signed in, and is counted.
func (t *vaultTest) signedOut() {
	db := t.open()
	users := map[string]string{}
	for _, name := range []string{"alice", "bob", "carol", "damaged", "torn"} {
		users[name] = t.signIn(db, name)
		t.put(db.Grants(app), users[name], "", "v1")
		for i := range 2 {
			t.newSession(db, users[name], fmt.Sprint(i), t.clock.Now().Add(time.Hour))
		}
	}
	t.db.Exec(`UPDATE grants SET sealed = substr(sealed, 2) WHERE key = '` + users["damaged"] + `'`)
	t.db.Exec(`UPDATE people SET profile = substr(profile, 2) WHERE user_id = '` + users["torn"] + `'`)
	t.db.Exec(`UPDATE sessions SET device = substr(device, 2) WHERE user_id = '` + users["torn"] + `'`)
	access := func(name string) string {
		record, err := db.Grants(app).Load(t.Context(), users[name])
		t.must(err)
		if record.Token.RefreshToken == "" {
			t.Errorf("%s has lost the login", name)
		}
		return record.Token.AccessToken
	}
	for _, tc := range []struct {
		name string
		want vault.SignedOut
	}{
		{"alice", vault.SignedOut{Sessions: 2}},
		{"alice", vault.SignedOut{}},
		{"torn", vault.SignedOut{Sessions: 2}},
		{"damaged", vault.SignedOut{Sessions: 2, Unreadable: 1}},
	} {
		if done, err := db.SignOut(t.Context(), vault.Owner{App: app, UserID: users[tc.name]}, db.DropAccess); done != tc.want || err != nil {
			t.Errorf("SignOut(%s) = %+v, %v, want %+v", tc.name, done, err, tc.want)
		}
	}
	if access("alice") != "" || access("torn") != "" || access("bob") == "" {
		t.Error("want the access tokens of those erased who were signed out, and of nobody else")
	}
	t.newSession(db, users["damaged"], "again", t.clock.Now().Add(time.Hour))
	broken := errors.New("the database is away")
	fails := func(ctx context.Context, who vault.Owner) error {
		if who.UserID == users["bob"] {
			return broken
		}
		return db.DropAccess(ctx, who)
	}
	if done, err := db.EndAllSessions(t.Context(), fails); !errors.Is(err, broken) || done.Sessions != 5 || access("bob") == "" || access("carol") != "" {
		t.Errorf("EndAllSessions that fails for one = %+v, %v, want 5 sessions and why", done, err)
	}
	if done, err := db.EndAllSessions(t.Context(), db.DropAccess); err != nil || done != (vault.SignedOut{Unreadable: 1}) {
		t.Errorf("EndAllSessions = %+v, %v, want what was left: a grant that does not open", done, err)
	}
	if access("bob") != "" || access("carol") != "" {
		t.Error("access tokens outlive the sessions of all")
	}
}

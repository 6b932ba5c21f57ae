package vaulttest

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

func (t *vaultTest) signInFindsThePerson() {
	db := t.open()
	alice := t.signIn(db, "alice")
	if again := t.signIn(db, "alice"); again != alice {
		t.Errorf("SignIn again = %q, want %q", again, alice)
	}
	if bob := t.signIn(db, "bob"); bob == alice {
		t.Error("SignIn gave two accounts one user ID")
	}
	other, err := db.SignIn(t.Context(), "another app", "alice", "", vault.Profile{})
	if err != nil || other == alice {
		t.Errorf("SignIn in another app = %q, %v, want another user ID", other, err)
	}
	if _, err := db.SignIn(t.Context(), app, "", "id:alice", vault.Profile{}); err == nil {
		t.Error("SignIn without an account = nil, want an error: people would share it")
	}
	id := t.newSession(db, alice, "", t.clock.Now().Add(time.Hour))
	profile := vault.Profile{Name: "Alice the Second", ImageURL: "https://i.scdn.co/image/2"}
	if _, err := db.SignIn(t.Context(), app, "alice", "", profile); err != nil {
		t.Fatal(err)
	}
	if s, err := db.Session(t.Context(), app, id, t.clock.Now()); err != nil || s.Profile != profile {
		t.Errorf("Session = %+v, %v, want the new profile %+v", s, err, profile)
	}
}

func (t *vaultTest) signInMigratesAlias() {
	db := t.open()
	before := t.signIn(db, "id:alice")
	after, err := db.SignIn(t.Context(), app, "account-1", "id:alice", vault.Profile{})
	if err != nil || after != before {
		t.Errorf("SignIn with the alias = %q, %v, want %q", after, err, before)
	}
	if again := t.signIn(db, "account-1"); again != before {
		t.Errorf("SignIn without the alias, later = %q, want %q", again, before)
	}
	// The id may be somebody else's by now: it no longer leads to the account.
	stranger, err := db.SignIn(t.Context(), app, "account-2", "id:alice", vault.Profile{})
	if err != nil || stranger == before {
		t.Errorf("SignIn of another account with a used alias = %q, %v, want a new person", stranger, err)
	}
}

func (t *vaultTest) signInMergesAlias() {
	db := t.open()
	account, alias := t.signIn(db, "account-1"), t.signIn(db, "id:alice")
	if account == alias {
		t.Fatal("two accounts are one person before the merge")
	}
	id := t.newSession(db, alias, "phone", t.clock.Now().Add(time.Hour))
	grants := db.Grants(app)
	t.put(grants, alias, "", "v1")
	merged, err := db.SignIn(t.Context(), app, "account-1", "id:alice", vault.Profile{})
	if err != nil || merged != account {
		t.Errorf("SignIn with both known = %q, %v, want %q", merged, err, account)
	}
	if s, err := db.Session(t.Context(), app, id, t.clock.Now()); err != nil || s.UserID != account || s.Device != "phone" {
		t.Errorf("the alias' session = %+v, %v, want it to be the account's", s, err)
	}
	if _, err := db.NewSession(t.Context(), app, alias, "", t.clock.Now().Add(time.Hour)); !errors.Is(err, vault.ErrNoPerson) {
		t.Errorf("NewSession of the merged person = %v, want ErrNoPerson", err)
	}
	if record, err := grants.Load(t.Context(), alias); !errors.Is(err, auth.ErrNotFound) {
		t.Errorf("the alias' grant = %v, %v, want ErrNotFound", record, err)
	}
	late := &auth.Record{Version: "v2", Token: &auth.Token{RefreshToken: "late"}}
	if err := grants.Swap(t.Context(), alias, "", late); !errors.Is(err, vault.ErrNoPerson) {
		t.Errorf("a late login of the merged person = %v, want ErrNoPerson", err)
	}
}

func (t *vaultTest) signInAtOnce() {
	db := t.open()
	users := make([]string, 32)
	var group sync.WaitGroup
	for i := range users {
		group.Go(func() {
			var err error
			users[i], err = db.SignIn(t.Context(), app, "alice", fmt.Sprintf("id:%d", i%2), vault.Profile{})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for i, user := range users {
		if user != users[0] {
			t.Fatalf("SignIn %d = %q, others got %q", i, user, users[0])
		}
	}
}

func (t *vaultTest) forget() {
	db := t.open()
	alice, bob := t.signIn(db, "alice"), t.signIn(db, "bob")
	hour := t.clock.Now().Add(time.Hour)
	id, bobs := t.newSession(db, alice, "", hour), t.newSession(db, bob, "", hour)
	t.must(db.Forget(t.Context(), app, alice))
	t.noSession(db, app, id, t.clock.Now())
	if _, err := db.NewSession(t.Context(), app, alice, "", hour); !errors.Is(err, vault.ErrNoPerson) {
		t.Errorf("NewSession of the forgotten = %v, want ErrNoPerson", err)
	}
	t.must(db.Touch(t.Context(), app, id, t.clock.Now(), hour))
	t.noSession(db, app, id, t.clock.Now())
	if again := t.signIn(db, "alice"); again == alice {
		t.Error("SignIn after Forget gave the old user ID")
	}
	if _, err := db.Session(t.Context(), app, bobs, t.clock.Now()); err != nil {
		t.Errorf("bob's session after alice was forgotten: %v", err)
	}
	t.must(db.Forget(t.Context(), app, alice))
}

func (t *vaultTest) spendStateOnce() {
	db := t.open()
	until := t.clock.Now().Add(10 * time.Minute)
	var group sync.WaitGroup
	fresh := make(chan bool, 16)
	for range cap(fresh) {
		group.Go(func() {
			err := db.SpendState(t.Context(), app, "state", until)
			if err != nil && !errors.Is(err, vault.ErrSpent) {
				t.Error(err)
			}
			fresh <- err == nil
		})
	}
	group.Wait()
	close(fresh)
	n := 0
	for ok := range fresh {
		if ok {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d callers spent the state, want 1", n)
	}
	t.must(db.Close())
	db = t.open()
	if err := db.SpendState(t.Context(), app, "state", until); !errors.Is(err, vault.ErrSpent) {
		t.Errorf("SpendState after a restart = %v, want ErrSpent", err)
	}
	if err := db.SpendState(t.Context(), "another app", "state", until); err != nil {
		t.Errorf("SpendState in another app = %v, want nil", err)
	}
}

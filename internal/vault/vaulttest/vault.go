// Package vaulttest holds what every dialect of the vault must pass: the whole of internal/vault over its tables. A
// dialect's own tests are about what only it has: files, connections, plans of queries.
package vaulttest

import (
	"errors"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// Database is one database, for a suite to open again and again.
type Database struct {
	Open func(keys *vault.KeyRing, now func() time.Time) (*vault.DB, error)
	Exec func(statement string) // runs SQL beside the vault, as somebody who has got at the disk

	Bytes string // the type of sealed columns
}

const app = "app-one"

// Vault: people, their grants and sessions, login attempts. fresh returns an empty database.
func Vault(t *testing.T, fresh func(t *testing.T) Database) {
	for name, test := range map[string]func(*vaultTest){
		"sign in":                     (*vaultTest).signInFindsThePerson,
		"an alias becomes an account": (*vaultTest).signInMigratesAlias,
		"an alias joins an account":   (*vaultTest).signInMergesAlias,
		"sign in at once":             (*vaultTest).signInAtOnce,
		"forget":                      (*vaultTest).forget,
		"spend a state":               (*vaultTest).spendStateOnce,

		"a grant has its times":    (*vaultTest).loadSetsTheClock,
		"grants of apps are apart": (*vaultTest).grantsAreApart,
		"a session shows it":       (*vaultTest).sessionShowsTheGrant,
		"the forgotten stay away":  (*vaultTest).forgottenGrantStaysAway,
		"a hundred writers":        (*vaultTest).noLostUpdates,

		"session":             (*vaultTest).session,
		"touch":               (*vaultTest).touch,
		"end a session":       (*vaultTest).endSession,
		"newest first":        (*vaultTest).sessionsNewestFirst,
		"signed out":          (*vaultTest).signedOut,
		"the eleventh":        (*vaultTest).elevenSessions,
		"sweep":               (*vaultTest).sweep,
		"sweep of tomorrow":   (*vaultTest).sweepOfTomorrow,
		"many logins":         (*vaultTest).manyLogins,
		"the last one ends":   (*vaultTest).lastOneEnds,
		"forgotten meanwhile": (*vaultTest).forgottenMeanwhile,

		"tampered rows": (*vaultTest).tampered,
		"moved rows":    (*vaultTest).moved,
		"another key":   (*vaultTest).anotherKey,
		"newer tables":  (*vaultTest).newerTables,
		"reopen":        (*vaultTest).reopen,
		"close":         (*vaultTest).close,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(&vaultTest{T: t, db: fresh(t), clock: newHand(), keys: vault.NewKeyRing()})
		})
	}
}

type vaultTest struct {
	*testing.T
	db    Database
	clock *hand
	keys  *vault.KeyRing
}

// open opens the database, which the end of the test closes.
func (t *vaultTest) open() *vault.DB {
	t.Helper()
	db, err := t.db.Open(t.keys, t.clock.Now)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v, want nil", err)
		}
	})
	return db
}

func (t *vaultTest) must(err error) {
	t.Helper()
	must(t.T, err)
}

func (t *vaultTest) signIn(db *vault.DB, account string) string {
	t.Helper()
	user, err := db.SignIn(t.Context(), app, account, "", vault.Profile{Name: "name of " + account})
	if err != nil {
		t.Fatalf("SignIn(%s): %v", account, err)
	}
	return user
}

func (t *vaultTest) newSession(db *vault.DB, user, device string, expires time.Time) string {
	t.Helper()
	id, err := db.NewSession(t.Context(), app, user, device, expires)
	if err != nil {
		t.Fatalf("NewSession(%s): %v", device, err)
	}
	return id
}

func (t *vaultTest) noSession(db *vault.DB, app, id string, now time.Time) {
	t.Helper()
	if s, err := db.Session(t.Context(), app, id, now); !errors.Is(err, vault.ErrNoSession) {
		t.Errorf("Session = %v, %v, want ErrNoSession", s, err)
	}
}

func (t *vaultTest) devices(db *vault.DB, user string, now time.Time) (names []string) {
	t.Helper()
	list, err := db.Sessions(t.Context(), app, user, now)
	t.must(err)
	for _, s := range list {
		names = append(names, s.Device)
	}
	return names
}

func tokenOf(refresh string) *auth.Token {
	return &auth.Token{
		AccessToken: "access of " + refresh, TokenType: "Bearer", RefreshToken: refresh,
		Scope:     auth.Scopes(auth.ScopeUserReadEmail, auth.ScopeStreaming),
		ExpiresAt: time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC), AuthorizedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	}
}

func (t *vaultTest) put(store auth.Store, key, version, next string) {
	t.Helper()
	if err := store.Swap(t.Context(), key, version, &auth.Record{Version: next, Token: tokenOf(key)}); err != nil {
		t.Fatalf("Swap(%q, %q → %q) = %v, want nil", key, version, next, err)
	}
}

package sqlite_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
	"github.com/tenuto-dev/tenuto/internal/vault/vaulttest"
)

// fresh is an empty database for the suite.
func fresh(t *testing.T) vaulttest.Database {
	dir := t.TempDir()
	return vaulttest.Database{
		Open: func(keys *vault.KeyRing, now func() time.Time) (*vault.DB, error) {
			return sqlite.Open(context.Background(), filepath.Join(dir, sqlite.DatabaseFile), keys, sqlite.WithClock(now))
		},
		Exec: func(statement string) {
			t.Helper()
			_, err := raw(t, dir).Exec(statement)
			try(t, err)
		},
		Bytes: "BLOB",
	}
}

func TestVault(t *testing.T) {
	t.Parallel()
	vaulttest.Vault(t, fresh)
}

func TestVaultOfTomorrow(t *testing.T) {
	t.Parallel()
	vaulttest.Vault(t, vaulttest.Tomorrow(fresh))
}

func TestReq_VS06_Keys(t *testing.T) {
	t.Parallel()
	vaulttest.Keys(t, false, fresh)
}

// A second process cannot open the file: its place is taken by a second Grants of the same DB, which shares nothing
// with the first but the database. The bubble's clock is the database's too, so leases run out at once.
func TestStore(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	opened := map[*testing.T]*vault.DB{}
	authtest.RunStoreInBubble(t, func(t *testing.T) auth.Store {
		mu.Lock()
		defer mu.Unlock()
		if opened[t] == nil {
			opened[t] = open(t, t.TempDir())
		}
		return opened[t].Grants(app)
	})
}

func token(refresh string) *auth.Token {
	return &auth.Token{
		AccessToken: "access of " + refresh, TokenType: "Bearer", RefreshToken: refresh,
		Scope:     auth.Scopes(auth.ScopeUserReadEmail, auth.ScopeStreaming),
		ExpiresAt: time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC), AuthorizedAt: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
	}
}

func put(t testing.TB, store auth.Store, key, version, next string) {
	t.Helper()
	if err := store.Swap(t.Context(), key, version, &auth.Record{Version: next, Token: token(key)}); err != nil {
		t.Fatalf("Swap(%q, %q → %q) = %v, want nil", key, version, next, err)
	}
}

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

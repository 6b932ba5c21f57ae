package sqlite_test

import (
	"encoding/base64"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// TestOldKeysMustStay: a newer key goes in front; without the older one the vault does not start,
// changes nothing, and says what to do. Once it is back nothing was lost.
func TestOldKeysMustStay(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), sqlite.DatabaseFile)
	old, newer := keyText(1), keyText(7)
	start := func(text string) (*vault.DB, error) {
		keys, err := vault.ParseKeys(text)
		if err != nil {
			t.Fatal(err)
		}
		return sqlite.Open(t.Context(), path, keys)
	}
	use := func(text, key string) {
		t.Helper()
		db, err := start(text)
		if err != nil {
			t.Fatalf("Open with %d keys: %v", len(strings.Fields(text)), err)
		}
		defer closeDB(t, db)
		try(t, db.Grants(app).Swap(t.Context(), key, "", &auth.Record{Version: "1", Token: &auth.Token{AccessToken: "a", RefreshToken: "r"}}))
	}
	use(old, "one")
	use(newer+" "+old, "two")
	_, err := start(newer)
	if !errors.Is(err, vault.ErrWrongKey) || !strings.Contains(err.Error(), "behind a newer one") {
		t.Errorf("Open without the older key: %v, want ErrWrongKey, and to put it behind the newer one", err)
	}
	use(newer+" "+old, "three")

	db, err := start(old) // the newer one is gone: what it sealed does not open
	if err != nil {
		t.Fatal(err)
	}
	defer closeDB(t, db)
	if _, err := db.Grants(app).Load(t.Context(), "one"); err != nil {
		t.Errorf("Load of what the key sealed: %v", err)
	}
	for _, key := range []string{"two", "three"} {
		if _, err := db.Grants(app).Load(t.Context(), key); !errors.Is(err, vault.ErrOpen) || !errors.Is(err, vault.ErrKeyMissing) {
			t.Errorf("Load of what a key sealed that is not in the ring: %v, want ErrOpen and ErrKeyMissing", err)
		}
	}
}

// keyText is a key as an operator writes it.
func keyText(first byte) string {
	key := make([]byte, 32)
	for i := range key {
		key[i] = first + byte(i)*7
	}
	return base64.StdEncoding.EncodeToString(key)
}

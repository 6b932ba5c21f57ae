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

// TestRootKeys: a newer root key goes in front. The vault does not start without the older one, changes nothing and
// says what to do, until all lies under the newer; then the older one may go.
func TestRootKeys(t *testing.T) {
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
	refuse := func(text string) {
		t.Helper()
		before := snapshot(t, filepath.Dir(path))
		_, err := start(text)
		if !errors.Is(err, vault.ErrWrongKey) || !strings.Contains(err.Error(), "behind a newer one") {
			t.Errorf("Open without a key that is needed: %v, want ErrWrongKey, and to put it behind the newer one", err)
		}
		same(t, before, snapshot(t, filepath.Dir(path)))
	}
	use(old, "one")
	use(newer+" "+old, "two")
	refuse(newer) // grants might lie under the old one itself: nobody has looked yet

	db, err := start(newer + " " + old)
	try(t, err)
	_, err = db.Reseal(t.Context())
	try(t, err)
	_, err = db.Rewrap(t.Context())
	try(t, err)
	closeDB(t, db)
	refuse(old)
	use(newer, "three")

	db, err = start(newer)
	try(t, err)
	defer closeDB(t, db)
	for _, key := range []string{"one", "two", "three"} {
		if _, err := db.Grants(app).Load(t.Context(), key); err != nil {
			t.Errorf("Load(%s) without the old key: %v", key, err)
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

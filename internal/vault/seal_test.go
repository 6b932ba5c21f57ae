package vault_test

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

func openWith(t testing.TB, dir string, keys *vault.KeyRing) *vault.DB {
	t.Helper()
	db, err := sqlite.Open(context.Background(), filepath.Join(dir, sqlite.DatabaseFile), keys)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close() = %v, want nil", err)
		}
	})
	return db
}

func ring(t testing.TB, text string) *vault.KeyRing {
	t.Helper()
	keys, err := vault.ParseKeys(text)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func TestSealOpen(t *testing.T) {
	t.Parallel()
	db := openWith(t, t.TempDir(), vault.NewKeyRing())
	for _, plain := range [][]byte{nil, []byte("p"), bytes.Repeat([]byte("long "), 1000)} {
		sealed, err := db.Seal("attempt", []byte("name"), plain)
		if err != nil {
			t.Fatal(err)
		}
		if len(plain) > 8 && bytes.Contains(sealed, plain) { // fewer bytes are in any ciphertext by chance
			t.Errorf("Seal(%.10q…) contains it", plain)
		}
		got, err := db.Open("attempt", []byte("name"), sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("Open(Seal(%.10q…)) = %.10q…, %v", plain, got, err)
		}
		again, err := db.Seal("attempt", []byte("name"), plain)
		if err != nil || bytes.Equal(again, sealed) {
			t.Errorf("Seal twice gave the same bytes (%v)", err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	db, other := openWith(t, t.TempDir(), vault.NewKeyRing()), openWith(t, t.TempDir(), vault.NewKeyRing())
	plain := []byte("code verifier")
	sealed, err := db.Seal("attempt", []byte("name"), plain)
	if err != nil {
		t.Fatal(err)
	}
	refuse := func(what string, db *vault.DB, purpose, aad string, sealed []byte) {
		t.Helper()
		if got, err := db.Open(purpose, []byte(aad), sealed); !errors.Is(err, vault.ErrOpen) || got != nil {
			t.Errorf("Open of %s = %q, %v, want ErrOpen", what, got, err)
		}
	}
	refuse("another purpose", db, "attempts", "name", sealed)
	refuse("another aad", db, "attempt", "name2", sealed)
	refuse("a shifted border", db, "attemptn", "ame", sealed)
	refuse("another key's", other, "attempt", "name", sealed)
	refuse("nothing", db, "attempt", "name", nil)
	for n := range sealed {
		refuse("a shortened one", db, "attempt", "name", sealed[:n])
	}
	refuse("a longer one", db, "attempt", "name", append(bytes.Clone(sealed), 0))
	for i := range len(sealed) * 8 {
		flipped := bytes.Clone(sealed)
		flipped[i/8] ^= 1 << (i % 8)
		refuse("a flipped bit", db, "attempt", "name", flipped)
	}
}

// FuzzOpen: what strangers send as a cookie either was sealed here or is refused.
func FuzzOpen(f *testing.F) {
	db := openWith(f, f.TempDir(), vault.NewKeyRing())
	sealed, err := db.Seal("attempt", []byte("aad"), []byte("plain"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(nil))
	f.Add([]byte{1})
	f.Add(sealed[:len(sealed)-1])
	f.Add(append(bytes.Clone(sealed[:5]), make([]byte, 40)...))
	f.Fuzz(func(t *testing.T, data []byte) {
		if plain, err := db.Open("attempt", []byte("aad"), data); !errors.Is(err, vault.ErrOpen) {
			t.Errorf("Open(%x) = %q, %v, want ErrOpen", data, plain, err)
		}
	})
}

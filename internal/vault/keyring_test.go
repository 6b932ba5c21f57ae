package vault_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	keyOne = "q5s0nrYqvOQAKfgiuc8SXMoyUlQIx4oHqQOYkFXVxhg="
	keyTwo = "mUWKF5nIf9FqVM4rC2iGxYIzDDS5ME0IVpe0dmY6e-g" // URL alphabet, no padding
)

func TestParseKeysRefuses(t *testing.T) {
	t.Parallel()
	encode := base64.StdEncoding.EncodeToString
	key, err := base64.StdEncoding.DecodeString(keyOne)
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ text, want string }{
		"nothing":       {"", "there is none"},
		"only comments": {"# a key ring\n\n", "there is none"},
		"a word":        {"aliens", "has 4 bytes"},
		"a sentence":    {"the quick brown fox!", "base64"},
		"31 bytes":      {encode(key[:31]), "has 31 bytes"},
		"33 bytes":      {encode(append(bytes.Clone(key), 1)), "has 33 bytes"},
		"hexadecimal":   {hex.EncodeToString(key), "has 48 bytes"},
		"zeros":         {encode(make([]byte, 32)), "not random"},
		"repeated":      {encode(bytes.Repeat([]byte{1, 200, 3, 250}, 8)), "not random"},
		"text":          {encode([]byte("correct horse battery staple, ok")), "text"},
		"the same one":  {keyOne + "\n" + keyTwo + "\n" + strings.TrimRight(keyOne, "="), "keys 1 and 3 are the same"},
		"second is bad": {keyOne + ",oops!", "key 2 is not base64"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, err := vault.ParseKeys(tc.text)
			if !errors.Is(err, vault.ErrKey) || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("ParseKeys = %v, %v, want ErrKey with %q", keys, err, tc.want)
			}
			for word := range strings.FieldsSeq(tc.text) {
				if len(word) > 3 && strings.Contains(err.Error(), word) {
					t.Errorf("ParseKeys error %q holds its input", err)
				}
			}
		})
	}
}

func TestParseKeysAccepts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		keyOne, " " + keyOne + "\n", keyTwo, keyOne + " " + keyTwo, keyOne + "," + keyTwo,
		"# primary\r\n" + keyOne + "\r\n# old\r\n" + keyTwo + "\r\n",
	} {
		if _, err := vault.ParseKeys(text); err != nil {
			t.Errorf("ParseKeys(%q) = %v, want nil", text, err)
		}
	}
}

func TestKeyFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if _, err := vault.OpenKeyFile(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("OpenKeyFile without a file = %v, want fs.ErrNotExist", err)
	}
	if _, err := vault.CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file has mode %v, %v, want 0600", info.Mode(), err)
	}
	if _, err := vault.OpenKeyFile(path); err != nil {
		t.Errorf("OpenKeyFile = %v, want nil", err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.CreateKeyFile(path); !errors.Is(err, fs.ErrExist) {
		t.Errorf("CreateKeyFile again = %v, want fs.ErrExist", err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("CreateKeyFile changed the file that was there")
	}
}

func TestKeyFileRefuses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		content string
		mode    os.FileMode
		want    string
	}{
		"group may read":    {keyOne, 0o640, "chmod 600"},
		"everybody may":     {keyOne, 0o604, "chmod 600"},
		"group may write":   {keyOne, 0o620, "chmod 600"},
		"empty":             {"", 0o600, "there is none"},
		"garbage":           {"\x00\x01\x02", 0o600, "not base64"},
		"as long as a film": {strings.Repeat(keyOne+"\n", 2000), 0o600, "longer than"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, []byte(tc.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tc.mode); err != nil {
				t.Fatal(err)
			}
			_, err := vault.OpenKeyFile(path)
			if !errors.Is(err, vault.ErrKey) || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("OpenKeyFile = %v, want ErrKey with %q and the path", err, tc.want)
			}
		})
	}
	if _, err := vault.OpenKeyFile(t.TempDir()); !errors.Is(err, vault.ErrKey) {
		t.Errorf("OpenKeyFile(directory) = %v, want ErrKey", err)
	}
}

func TestKeyFileOfAnotherUser(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "key")
	if _, err := vault.CreateKeyFile(path); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() != 0 {
		path = "/etc/shadow" // root's, where we are not root: refused as well, though already by the kernel
	} else if err := os.Chown(path, 12345, -1); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.OpenKeyFile(path); err == nil {
		t.Error("OpenKeyFile of somebody else's file = nil, want an error")
	}
}

func TestKeyRingDoesNotPrint(t *testing.T) {
	t.Parallel()
	keys, err := vault.ParseKeys(keyOne)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(keyOne)
	if err != nil {
		t.Fatal(err)
	}
	db := openWith(t, t.TempDir(), keys)
	type nested struct {
		Shown  *vault.KeyRing
		hidden *vault.KeyRing
		value  vault.KeyRing
		db     *vault.DB
	}
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	for _, v := range []any{keys, *keys, nested{keys, keys, *keys, db}, &nested{keys, keys, *keys, db}, db, []any{keys}, map[string]any{"k": *keys}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%c", "%U", "%t", "%e", "%p"} {
			fmt.Fprintf(&out, verb+"\n", v)
		}
		fmt.Fprintln(&out, v)
		log.Info("keys", "keys", v)
		func() {
			defer func() { fmt.Fprintln(&out, recover()) }()
			panic(v)
		}()
	}
	fmt.Fprintln(&out, fmt.Errorf("with %v", keys))
	all := vault.RawKeys(db)
	if len(all) != 2 || !bytes.Equal(all[1], raw) {
		t.Fatalf("the vault has %d keys, want a data key and the root key", len(all))
	}
	for _, raw := range all {
		text := base64.StdEncoding.EncodeToString(raw)
		for _, canary := range []string{text, text[:12], hex.EncodeToString(raw)[:12], strings.ToUpper(hex.EncodeToString(raw))[:12],
			fmt.Sprintf("%v", raw)[1:20], fmt.Sprintf("%#v", raw)[8:30], string(raw[:8])} {
			if strings.Contains(out.String(), canary) {
				t.Errorf("printing shows a key: %q in\n%s", canary, out.String())
			}
		}
	}
	if !strings.Contains(out.String(), "redacted") {
		t.Errorf("printing shows nothing of a key ring:\n%s", out.String())
	}
	if data, err := json.Marshal(nested{Shown: keys}); err == nil {
		t.Errorf("json.Marshal = %s, want an error", data)
	}
	if data, err := json.Marshal(map[string]any{"k": *keys}); err == nil {
		t.Errorf("json.Marshal of a value = %s, want an error", data)
	}
}

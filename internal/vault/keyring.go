package vault

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
)

// ErrKey is the error of key material that is missing, malformed, weak or lies where others can read it.
// Its text says which, and never holds a part of the key.
var ErrKey = errors.New("vault: key refused")

// KeyRing holds an operator's root keys, which seal the vault's data keys. The first seals; every one of them opens,
// so that a new key can be put in front of an old one. It does not print, and has no JSON.
//
// A KeyRing is not changed after it was made; safe for concurrent use.
type KeyRing struct {
	ring func() *ring // a function, since fmt finds its way through pointers (%s of a struct around one) but not into functions
}

// NewKeyRing makes a ring of one new random key.
func NewKeyRing() *KeyRing {
	key := make([]byte, keySize)
	rand.Read(key) // never fails: crypto/rand ends the program first
	keys, err := newKeyRing([][]byte{key})
	if err != nil {
		panic(err) // 32 random bytes that look like text: not before the sun goes out
	}
	return keys
}

// ParseKeys reads a ring from text: keys of 32 random bytes in base64 (`openssl rand -base64 32`), separated by
// spaces, commas or line ends, the one that seals first. Lines that begin with # are comments.
// The error is an ErrKey.
func ParseKeys(text string) (*KeyRing, error) {
	keys, err := readKeys(text)
	if err != nil {
		return nil, fmt.Errorf("%w (for a new database make one with: openssl rand -base64 32)", err)
	}
	return newKeyRing(keys)
}

// readKeys reads the keys in text.
func readKeys(text string) (keys [][]byte, err error) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "#") {
			continue
		}
		for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
			key, err := decodeKey(word)
			if err != nil {
				return nil, fmt.Errorf("%w: key %d %w", ErrKey, len(keys)+1, err)
			}
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrKey)
	}
	return keys, nil
}

func decodeKey(word string) ([]byte, error) {
	word = strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(word), "=")
	key, err := base64.RawStdEncoding.DecodeString(word)
	switch {
	case err != nil:
		return nil, errors.New("is not base64")
	case len(key) != keySize:
		return nil, fmt.Errorf("has %d bytes, not %d", len(key), keySize)
	case isText(key):
		return nil, errors.New("is text, not random bytes")
	case distinct(key) < keySize/2: // 32 random bytes have fewer than 16 values once in 10^14 times
		return nil, errors.New("repeats itself and is not random")
	}
	return key, nil
}

func isText(key []byte) bool {
	return !bytes.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' })
}

func distinct(key []byte) int {
	seen := map[byte]bool{}
	for _, b := range key {
		seen[b] = true
	}
	return len(seen)
}

func newKeyRing(keys [][]byte) (*KeyRing, error) {
	r := &ring{}
	for i, raw := range keys {
		k := newKey(raw, 0)
		for j, other := range r.keys {
			if k.id == other.id {
				return nil, fmt.Errorf("%w: keys %d and %d are the same", ErrKey, j+1, i+1)
			}
		}
		r.keys = append(r.keys, k)
	}
	return &KeyRing{ring: func() *ring { return r }}, nil
}

// text is the ring as ParseKeys reads it.
func (k *KeyRing) text() string {
	var out strings.Builder
	out.WriteString("# The root keys of a Tenuto vault: the first seals, all open. Without them its database is lost;\n" +
		"# with them and the database anybody can act as everyone who logged in. Back them up apart from it.\n")
	for _, key := range k.ring().keys {
		out.WriteString(base64.StdEncoding.EncodeToString(key.raw) + "\n")
	}
	return out.String()
}

const redacted = "vault.KeyRing[redacted]"

// String says only what it is, whoever asks.
func (k KeyRing) String() string { return redacted }

// GoString is String: %#v redacts too.
func (k KeyRing) GoString() string { return redacted }

// Format is String whatever the verb: %d and %x redact too.
func (k KeyRing) Format(f fmt.State, _ rune) { io.WriteString(f, redacted) }

// LogValue is String.
func (k KeyRing) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText always fails, and with it every encoder that would ask.
func (k KeyRing) MarshalText() ([]byte, error) {
	return nil, errors.New("vault: keys are not for encoding")
}

// MarshalJSON always fails.
func (k KeyRing) MarshalJSON() ([]byte, error) { return k.MarshalText() }

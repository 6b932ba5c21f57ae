package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
)

// What is encrypted, and how.
//
//	grants.sealed     a person's record: refresh token, access token, lease, spare tokens
//	people.profile    name and picture
//	sessions.device   what the browser called itself
//	meta.value        the index key
//	cookies           through DB.Seal
//	keys.sealed       the data keys
//
// Each with AES-256-GCM under a key of its own purpose (ring.go). The associated data are the place: app, row,
// column and format. A ciphertext that was copied to another row, column, app or person does not open.
//
// Two kinds of keys: the operator's root keys (KeyRing) seal the data keys and the index key, and nothing else; data
// keys (keys.go) seal all the rest. Databases from before there were data keys have rows that lie under a root key:
// those open, too, until they are sealed anew (reseal.go).
//
// What is looked up is not encrypted but hashed: session ids and states, 256 random bits, with SHA-256; accounts,
// which could be guessed, with HMAC-SHA-256 under the index key. That key is random, made with the database and
// kept in it, sealed: when other keys change, the hashes stay.

// place names where something sealed belongs. Its format is part of it: see the end of bind.
type place string

const (
	placeGrant   place = "grants.sealed"
	placeProfile place = "people.profile"
	placeDevice  place = "sessions.device"
	placeIndex   place = "meta.value"
	placeKey     place = "keys.sealed"
	placeCookie  place = "cookie." // plus the server's purpose
)

// bind is the associated data: the place, then the row's parts, each with its length in front, so that no two
// lists of parts give the same bytes.
func bind(p place, row []string) []byte {
	data := make([]byte, 0, 160)
	data = appendPart(data, "tenuto vault v1")
	data = appendPart(data, string(p))
	for _, part := range row {
		data = appendPart(data, part)
	}
	return data
}

func appendPart(data []byte, part string) []byte {
	return append(binary.AppendUvarint(data, uint64(len(part))), part...)
}

// cutPart takes off what appendPart put in front.
func cutPart(data []byte) (part string, rest []byte, err error) {
	size, n := binary.Uvarint(data)
	if n <= 0 || size > uint64(len(data)-n) {
		return "", nil, errors.New("cut short")
	}
	data = data[n:]
	return string(data[:size]), data[size:], nil
}

// index is the name under which an account of an app is found: a hash with the index key, which it hides.
type index func(app, account string) []byte

const metaIndex = "index" // the row of meta that keeps the index key, and proves the ring

func newIndex(keys *KeyRing) (sealed []byte, err error) {
	key := make([]byte, sha256.Size)
	rand.Read(key)
	return keys.ring().seal(placeIndex, key, metaIndex)
}

func openIndex(keys *KeyRing, sealed []byte) (index, error) {
	if keys.ring().lacks(sealed) {
		return nil, fmt.Errorf("%w: give it the key that it lies under, behind a newer one if there is one; nothing was changed", ErrWrongKey)
	}
	key, err := keys.ring().open(placeIndex, sealed, metaIndex)
	if err != nil {
		return nil, fmt.Errorf("vault: check row: %w", err)
	}
	return func(app, account string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write(appendPart(appendPart(nil, app), account))
		return mac.Sum(nil)
	}, nil
}

// hashed is how a secret of 256 random bits is kept: nobody can guess what to try.
func hashed(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}

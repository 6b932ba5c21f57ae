package vault

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/aesgcm"
	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/secretdata"
	"github.com/tink-crypto/tink-go/v2/tink"
)

const keySize = 32 // bytes

// ring is a list of keys: the first seals, every one of them opens.
//
// No key of it encrypts anything itself: each purpose (a column, a kind of cookie) has its own AES-256-GCM key,
// derived with HKDF (RFC 5869). What one purpose seals no other opens.
//
// A ring is not changed after it was made; safe for concurrent use.
type ring struct {
	keys []key
	made sync.Map // purpose string → tink.AEAD
}

// key is one of a ring.
type key struct {
	id     keyID
	raw    []byte
	number int // of a data key; 0 is a root key
}

// keyID is in front of all that a key has sealed. It is derived from the key, and no secret.
type keyID uint32

func (id keyID) String() string { return fmt.Sprintf("%08x", uint32(id)) }

func newKey(raw []byte, number int) key {
	return key{id: keyID(binary.BigEndian.Uint32(derive(raw, "key id", 4))), raw: raw, number: number}
}

// find returns the key with that id.
func (r *ring) find(id keyID) (key, bool) {
	i := slices.IndexFunc(r.keys, func(k key) bool { return k.id == id })
	if i < 0 {
		return key{}, false
	}
	return r.keys[i], true
}

// beginningWith is the ring with that key in front, if it has it.
func (r *ring) beginningWith(id keyID) *ring {
	i := slices.IndexFunc(r.keys, func(k key) bool { return k.id == id })
	if i <= 0 {
		return r
	}
	return &ring{keys: slices.Concat(r.keys[i:i+1], r.keys[:i], r.keys[i+1:])}
}

// derive is HKDF-SHA-256. The key is random, so there is no salt.
func derive(raw []byte, purpose string, size int) []byte {
	out, err := hkdf.Key(sha256.New, raw, nil, "tenuto vault v1 "+purpose, size)
	if err != nil {
		panic(err) // only for sizes above 8 KiB
	}
	return out
}

// aead is the sealing primitive of one purpose over all keys of the ring.
func (r *ring) aead(purpose string) (tink.AEAD, error) {
	if made, ok := r.made.Load(purpose); ok {
		return made.(tink.AEAD), nil
	}
	primitive, err := r.newAEAD(purpose)
	if err != nil {
		return nil, fmt.Errorf("vault: keys for %s: %w", purpose, err)
	}
	made, _ := r.made.LoadOrStore(purpose, primitive)
	return made.(tink.AEAD), nil
}

func (r *ring) newAEAD(purpose string) (tink.AEAD, error) {
	manager := keyset.NewManager()
	for _, k := range r.keys {
		if err := addKey(manager, derive(k.raw, "seal "+purpose, keySize), k.id); err != nil {
			return nil, err
		}
	}
	if err := manager.SetPrimary(uint32(r.keys[0].id)); err != nil {
		return nil, err
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, err
	}
	return aead.New(handle)
}

func addKey(manager *keyset.Manager, raw []byte, id keyID) error {
	params, err := aesgcm.NewParameters(aesgcm.ParametersOpts{
		KeySizeInBytes: keySize, IVSizeInBytes: 12, TagSizeInBytes: 16, Variant: aesgcm.VariantTink,
	})
	if err != nil {
		return err
	}
	key, err := aesgcm.NewKey(secretdata.NewBytesFromData(raw, insecuresecretdataaccess.Token{}), uint32(id), params)
	if err != nil {
		return err
	}
	_, err = manager.AddKey(key)
	return err
}

// seal encrypts plain for one place and row.
func (r *ring) seal(p place, plain []byte, row ...string) ([]byte, error) {
	primitive, err := r.aead(string(p))
	if err != nil {
		return nil, err
	}
	sealed, err := primitive.Encrypt(plain, bind(p, row))
	if err != nil {
		return nil, fmt.Errorf("vault: seal %s: %w", p, err)
	}
	return sealed, nil
}

// open decrypts what seal made for the same place and row. All that can be wrong with it is ErrOpen, without
// saying what: no oracle. Only a key that is missing is named as such: which one sealed it anybody can read.
func (r *ring) open(p place, sealed []byte, row ...string) ([]byte, error) {
	primitive, err := r.aead(string(p))
	if err != nil {
		return nil, err
	}
	plain, err := primitive.Decrypt(sealed, bind(p, row))
	if err != nil && r.lacks(sealed) {
		return nil, fmt.Errorf("%s: %w: %w", p, ErrOpen, ErrKeyMissing)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", p, ErrOpen)
	}
	return plain, nil
}

// lacks reports whether sealed names a key that is not in the ring.
func (r *ring) lacks(sealed []byte) bool {
	id, ok := sealedBy(sealed)
	_, found := r.find(id)
	return ok && !found
}

// headSize is how much of something sealed names its key: Tink's prefix, 0x01 and the key id.
const headSize = 5

// sealedBy is the key that sealed names.
func sealedBy(sealed []byte) (id keyID, ok bool) {
	if len(sealed) < headSize {
		return 0, false
	}
	return keyID(binary.BigEndian.Uint32(sealed[1:headSize])), true
}

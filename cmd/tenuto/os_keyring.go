package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/tenuto-dev/tenuto/auth"
)

// errNoKeyring means that this computer has no keyring, or that it does not answer.
var errNoKeyring = errors.New("the keyring of this computer cannot be reached")

// errSealed means that a saved login is there and cannot be opened.
var errSealed = errors.New("the saved login is sealed")

// keyringLimit is how long the keyring may take; one that wants to be unlocked in a window
// nobody sees would otherwise hold up a script for ever.
const keyringLimit = 3 * time.Second

// keyringKey is the key that seals logins, 32 bytes, from the computer's keyring. With create
// one is made if there is none.
func keyringKey(ctx context.Context, create bool) ([]byte, error) {
	return inTime(ctx, func() ([]byte, error) { return askKeyring(create) })
}

// inTime is what ask answers, or errNoKeyring if it takes too long.
func inTime(ctx context.Context, ask func() ([]byte, error)) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, keyringLimit)
	defer cancel()
	type answer struct {
		key []byte
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		key, err := ask()
		answers <- answer{key, err}
	}()
	select {
	case a := <-answers:
		return a.key, a.err
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: no answer in %v", errNoKeyring, keyringLimit)
	}
}

func askKeyring(create bool) ([]byte, error) {
	const service, user = "tenuto", "key of saved logins"
	text, err := keyring.Get(service, user)
	if errors.Is(err, keyring.ErrNotFound) && create {
		key := make([]byte, 32)
		rand.Read(key)
		text = base64.StdEncoding.EncodeToString(key)
		err = keyring.Set(service, user, text)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errNoKeyring, err)
	}
	key, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("the key %q of %q in the keyring is damaged", user, service)
	}
	return key, nil
}

// sealing says which records a sealedStore seals.
type sealing int

const (
	sealAsBefore sealing = iota // those that were
	sealAll
	sealNone
)

// sealedStore keeps records in files, sealed or not. A sealed record is an outer one whose access
// token is the ciphertext of the inner: the version, which the files compare, stays outside.
type sealedStore struct {
	files   auth.Store
	sealing sealing
	key     func(ctx context.Context, create bool) ([]byte, error)
}

const sealedMark = "sealed-with-keyring:"

// Load opens what is sealed.
func (s *sealedStore) Load(ctx context.Context, key string) (*auth.Record, error) {
	outer, err := s.files.Load(ctx, key)
	if err != nil {
		return nil, err
	}
	text, sealed := sealedText(outer)
	if !sealed {
		return outer, nil
	}
	aead, err := s.aead(ctx, false)
	if err != nil {
		return nil, err
	}
	box, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("%w: it is damaged: %w", errSealed, err)
	}
	plain, err := aead.Open(nil, nil, box, []byte(key))
	if err != nil {
		return nil, advise(fmt.Errorf("%w: it was sealed with another key than the keyring has", errSealed), `log in again with "tenuto login"`)
	}
	inner := &auth.Record{}
	if err := inner.UnmarshalBinary(plain); err != nil {
		return nil, err
	}
	inner.Version, inner.Written, inner.Now = outer.Version, outer.Written, outer.Now
	return inner, nil
}

// Swap seals next if it is to be sealed.
func (s *sealedStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	seal := s.sealing == sealAll
	if s.sealing == sealAsBefore && version != "" {
		old, err := s.files.Load(ctx, key)
		if err != nil && !errors.Is(err, auth.ErrNotFound) {
			return err
		}
		_, seal = sealedText(old)
	}
	if !seal {
		return s.files.Swap(ctx, key, version, next)
	}
	aead, err := s.aead(ctx, true)
	if err != nil {
		return err
	}
	plain, err := next.MarshalBinary()
	if err != nil {
		return err
	}
	box := aead.Seal(nil, nil, plain, []byte(key))
	return s.files.Swap(ctx, key, version, &auth.Record{
		Version: next.Version,
		Token:   &auth.Token{AccessToken: sealedMark + base64.RawStdEncoding.EncodeToString(box)},
	})
}

// Delete removes the record, sealed or not.
func (s *sealedStore) Delete(ctx context.Context, key string) error { return s.files.Delete(ctx, key) }

func (s *sealedStore) aead(ctx context.Context, create bool) (cipher.AEAD, error) {
	key, err := s.key(ctx, create)
	if err != nil {
		return nil, advise(fmt.Errorf("%w: %w", errSealed, err),
			`unlock the keyring, or log in again with "tenuto login --keyring off"`)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func sealedText(r *auth.Record) (text string, sealed bool) {
	if r == nil || r.Token == nil {
		return "", false
	}
	return strings.CutPrefix(r.Token.AccessToken, sealedMark)
}

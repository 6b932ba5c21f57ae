package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/zalando/go-keyring"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/auth/authtest"
)

func newSealedStore(t testing.TB, dir string, how sealing) *sealedStore {
	t.Helper()
	files, err := auth.NewFileStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	key := []byte("0123456789abcdef0123456789abcdef")
	return &sealedStore{files, how, func(context.Context, bool) ([]byte, error) { return key, nil }}
}

// TestSealedStore: sealing changes nothing about what a store must do.
func TestSealedStore(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]sealing{"sealed": sealAll, "as before": sealAsBefore} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var dirs sync.Map // a directory for each test, so that it can ask for another handle
			authtest.RunStoreInBubble(t, func(t *testing.T) auth.Store {
				dir, ok := dirs.Load(t)
				if !ok {
					dir = t.TempDir()
					dirs.Store(t, dir)
				}
				return newSealedStore(t, dir.(string), how)
			})
		})
	}
}

func TestSealing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	login := &auth.Record{Version: "1", Token: &auth.Token{AccessToken: "canary-access", RefreshToken: "canary-refresh"}}
	sealed := newSealedStore(t, dir, sealAll)
	if err := sealed.Swap(t.Context(), "app/default", "", login); err != nil {
		t.Fatal(err)
	}
	if text := everything(t, dir); strings.Contains(text, "canary") {
		t.Error("the file of a sealed login holds a token")
	}

	later := newSealedStore(t, dir, sealAsBefore)
	got, err := later.Load(t.Context(), "app/default")
	if err != nil || got.Token.RefreshToken != "canary-refresh" || got.Version != "1" {
		t.Fatalf("Load = %v, %v; want the login", got, err)
	}
	next := *got
	next.Version = "2"
	if err := later.Swap(t.Context(), "app/default", "1", &next); err != nil {
		t.Fatal(err)
	}
	if text := everything(t, dir); strings.Contains(text, "canary") {
		t.Error("a refresh has unsealed the login")
	}

	later.key = func(context.Context, bool) ([]byte, error) { return nil, errNoKeyring }
	if _, err := later.Load(t.Context(), "app/default"); !errors.Is(err, errSealed) || !errors.Is(err, errNoKeyring) {
		t.Errorf("Load without the keyring: %v, want errSealed and errNoKeyring", err)
	}
	later.key = func(context.Context, bool) ([]byte, error) {
		return []byte("another key of thirty-two bytes.")[:32], nil
	}
	if _, err := later.Load(t.Context(), "app/default"); !errors.Is(err, errSealed) {
		t.Errorf("Load with another key: %v, want errSealed", err)
	}

	// A ciphertext moved to another login does not open.
	outer, err := sealed.files.Load(t.Context(), "app/default")
	if err != nil {
		t.Fatal(err)
	}
	if err := sealed.files.Swap(t.Context(), "app/other", "", outer); err != nil {
		t.Fatal(err)
	}
	if _, err := sealed.Load(t.Context(), "app/other"); !errors.Is(err, errSealed) {
		t.Errorf("Load of a login moved from elsewhere: %v, want errSealed", err)
	}
}

// TestLoginOverSealed: a login that cannot be opened any more does not stand in the way of the next.
func TestLoginOverSealed(t *testing.T) {
	t.Parallel()
	cred, err := auth.NewCredentials(&auth.Config{ClientID: "app"})
	if err != nil {
		t.Fatal(err)
	}
	store := newSealedStore(t, t.TempDir(), sealAll)
	s := &saved{cred: cred, key: "app/default", store: store}
	token := &auth.Token{AccessToken: "one", RefreshToken: "two", ExpiresAt: time.Now().Add(time.Hour)}
	if err := s.put(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	store.sealing = sealNone
	store.key = func(context.Context, bool) ([]byte, error) { return nil, errNoKeyring }
	if err := s.put(t.Context(), token); err != nil {
		t.Fatalf("put over a sealed login without the keyring: %v", err)
	}
	if got, err := store.Load(t.Context(), s.key); err != nil || got.Token.AccessToken != "one" {
		t.Errorf("Load = %v, %v; want the new login, not sealed", got, err)
	}
}

// TestKeyring is not parallel: the keyring's mock is one for the whole process.
func TestKeyring(t *testing.T) {
	keyring.MockInitWithError(errors.New("locked"))
	if _, err := keyringKey(t.Context(), true); !errors.Is(err, errNoKeyring) {
		t.Errorf("keyringKey with a locked keyring: %v, want errNoKeyring", err)
	}
	keyring.MockInit()
	if _, err := keyringKey(t.Context(), false); !errors.Is(err, errNoKeyring) {
		t.Errorf("keyringKey before there is one: %v, want errNoKeyring", err)
	}
	first, err := keyringKey(t.Context(), true)
	if err != nil || len(first) != 32 {
		t.Fatalf("keyringKey = %d bytes, %v; want 32", len(first), err)
	}
	if again, err := keyringKey(t.Context(), false); err != nil || string(again) != string(first) {
		t.Errorf("keyringKey again: %v, want the same key", err)
	}
}

// TestKeyringHangs: one that waits for a window nobody sees does not hold up a script for ever.
func TestKeyringHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		opened := make(chan struct{})
		defer close(opened)
		began := time.Now()
		_, err := inTime(t.Context(), func() ([]byte, error) { <-opened; return nil, nil })
		if took := time.Since(began); !errors.Is(err, errNoKeyring) || took != keyringLimit {
			t.Errorf("inTime = %v after %v, want errNoKeyring after %v", err, took, keyringLimit)
		}
	})
}

// everything is the text of all files below dir.
func everything(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		all.Write(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

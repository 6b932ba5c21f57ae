package vault_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// watchedStore has look run before each of its reads and writes, once it is told to watch.
type watchedStore struct {
	auth.Store
	watch atomic.Bool
	look  func()
}

func (s *watchedStore) Load(ctx context.Context, key string) (*auth.Record, error) {
	s.check()
	return s.Store.Load(ctx, key)
}

func (s *watchedStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	s.check()
	return s.Store.Swap(ctx, key, version, next)
}

func (s *watchedStore) check() {
	if s.watch.Load() {
		s.look()
	}
}

// TestRescueAndDelete: a login is deleted while Spotify's answer for it is under way. Nothing of it is in the journal's
// file once Delete has returned, not for a moment. Where another process has deleted it, which this one cannot know, it
// is gone from the disk as soon as this one does.
func TestRescueAndDelete(t *testing.T) {
	t.Parallel()
	for _, elsewhere := range []bool{false, true} {
		t.Run(fmt.Sprint("elsewhere ", elsewhere), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) { testRescueAndDelete(t, dir, elsewhere) })
		})
	}
}

func testRescueAndDelete(t *testing.T, dir string, elsewhere bool) {
	r := openRescue(t, openWith(t, dir, ring(t, keyOne)), dir)
	e := emulator.New(emulator.Config{Refresh: emulator.Rotated})
	app := e.App()
	cred, err := auth.NewCredentials(&auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0], HTTPClient: e.Client(), Now: e.Now,
	})
	try(t, err)
	path := filepath.Join(dir, vault.RescueFile)
	empty, err := os.ReadFile(path)
	try(t, err)
	wantEmpty := func() {
		if data, err := os.ReadFile(path); err != nil || !bytes.Equal(data, empty) {
			t.Errorf("the journal's file has bytes of a login that is deleted (%v)", err)
		}
	}
	store := &watchedStore{Store: &auth.MemoryStore{}, look: wantEmpty}
	grants, end := cred.Grants(store, auth.Rescue(r.Journal)), cred.Grants(store.Store)
	if !elsewhere {
		end = grants
	}
	attempt := cred.UserAuth(auth.Scopes(auth.ScopeUserReadCurrentlyPlaying))
	token, err := attempt.RequestToken(t.Context(), cred, auth.ParseCallback(e.Approve(attempt.URL(), "alice")))
	try(t, err)
	try(t, grants.Put(t.Context(), "alice", token))
	time.Sleep(time.Hour)
	e.Fail(emulator.Fault{Operation: "POST /api/token", Delay: 2 * time.Second})
	go func() { _, _ = grants.For("alice").Token(t.Context()) }()
	time.Sleep(time.Second)
	try(t, end.Delete(t.Context(), "alice"))
	store.watch.Store(!elsewhere)
	time.Sleep(time.Minute) // the answer has come
	wantRefreshes(t, e, 1)
	wantEmpty()
	if !vault.Wiped(r.Rescue) {
		t.Error("bytes of a login that is deleted may still be on the disk")
	}
}

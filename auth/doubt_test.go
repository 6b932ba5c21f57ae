package auth_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
)

// TestLyingSpotify: for a while everybody's refresh token is refused. Nobody loses a login,
// Spotify is asked rarely, and whoever had really revoked is found out afterwards.
func TestLyingSpotify(t *testing.T) {
	t.Parallel()
	for name, mode := range modes {
		for _, lie := range []time.Duration{10 * time.Minute, 3 * time.Hour} {
			t.Run(fmt.Sprint(name, " ", lie), func(t *testing.T) {
				t.Parallel()
				inBubble(t, emulator.Config{Refresh: mode}, func(w world) { testLyingSpotify(w, lie) })
			})
		}
	}
}

func testLyingSpotify(w world, lie time.Duration) {
	const people = 100
	g := w.cred.Grants(&auth.MemoryStore{})
	key := func(i int) string { return fmt.Sprint("person ", i) }
	for i := range people {
		if err := g.Put(w.t.Context(), key(i), w.token()); err != nil {
			w.t.Fatal(err)
		}
	}
	revoked := w.cred.UserAuth(auth.ScopeSet{})
	token, err := revoked.RequestToken(w.t.Context(), w.cred, auth.ParseCallback(w.Approve(revoked.URL(), "bob")))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := g.Put(w.t.Context(), "bob", token); err != nil {
		w.t.Fatal(err)
	}
	for range 2 { // in rotating modes everybody has spares now
		time.Sleep(time.Hour)
		for i := range people {
			w.wantToken(g.For(key(i)))
		}
		w.wantToken(g.For("bob"))
	}
	time.Sleep(time.Hour)
	w.Revoke("bob")

	before := w.refreshes()
	truth := w.Fail(emulator.Fault{Operation: tokenRequest, OAuthError: "invalid_grant", Message: "Refresh token revoked", Times: -1})
	for range int(lie / (30 * time.Second)) {
		for i := range people {
			if token, err := g.For(key(i)).Token(w.t.Context()); err == nil {
				w.t.Fatalf("Token = %v while Spotify refuses everybody", token)
			}
		}
		time.Sleep(30 * time.Second)
	}
	if n := w.refreshes() - before; n > 90 { // 20 verdicts, 40 spares of theirs, and now and then one
		w.t.Errorf("%d requests while Spotify refused everybody, want few", n)
	}
	truth()
	time.Sleep(20 * time.Minute)
	for i := range people {
		if _, err := g.For(key(i)).Token(w.t.Context()); err != nil {
			w.t.Fatalf("person %d: Token after the lie = %v, want the login back", i, err)
		}
	}
	w.wantError(g.For("bob"), auth.ErrReauthorize)
}

// TestFewVerdictsAreBelieved at once, and many if there are far more successes.
func TestFewVerdictsAreBelieved(t *testing.T) {
	t.Parallel()
	inBubble(t, emulator.Config{}, func(w world) {
		g := w.cred.Grants(&auth.MemoryStore{})
		bob := w.cred.UserAuth(auth.ScopeSet{})
		for i := range 20 {
			token, err := bob.RequestToken(w.t.Context(), w.cred, auth.ParseCallback(w.Approve(bob.URL(), "bob")))
			if err != nil {
				w.t.Fatal(err)
			}
			bob = w.cred.UserAuth(auth.ScopeSet{})
			if err := g.Put(w.t.Context(), fmt.Sprint(i), token); err != nil {
				w.t.Fatal(err)
			}
		}
		w.Revoke("bob")
		time.Sleep(time.Hour)
		for i := range 20 {
			if _, err := g.For(fmt.Sprint(i)).Token(w.t.Context()); !errors.Is(err, auth.ErrReauthorize) {
				w.t.Errorf("verdict %d: %v, want it believed", i, err)
			}
		}
		w.wantRefreshes(20)
	})
}

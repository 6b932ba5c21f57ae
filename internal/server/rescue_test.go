package server_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/internal/server"
	"github.com/tenuto-dev/tenuto/internal/vault/sqlite"
)

// dyingStore is that of a process that ends when it is about to store an answer.
type dyingStore struct {
	auth.Store
	dead atomic.Bool
}

func (s *dyingStore) Swap(ctx context.Context, key, version string, next *auth.Record) error {
	if next.Generation > 0 || s.dead.Load() {
		s.dead.Store(true)
		return errors.New("dead")
	}
	return s.Store.Swap(ctx, key, version, next)
}

// TestRescuedBeforeServing: what a crashed server had put aside is in the vault before the next one
// answers anybody, and the log says so.
func TestRescuedBeforeServing(t *testing.T) {
	t.Parallel()
	emu := emulator.Start(t, emulator.Config{Refresh: emulator.RotatedFamily})
	app, dir, now := emu.App(), t.TempDir(), &clock{}
	conf := &auth.Config{
		ClientID: app.ClientID, ClientSecret: app.ClientSecret, RedirectURI: app.RedirectURIs[0],
		AccountsURL: emu.AccountsURL(), Now: now.Now,
	}
	cred, err := auth.NewCredentials(conf)
	must(t, err)
	db, err := sqlite.OpenDir(t.Context(), dir)
	must(t, err)
	defer db.Close()

	left, err := db.OpenRescue(dir)
	must(t, err)
	crashing := cred.Grants(&dyingStore{Store: db.Grants(app.ClientID)}, auth.Rescue(left.For(app.ClientID)))
	attempt := cred.UserAuth(auth.Scopes(auth.ScopeUserReadCurrentlyPlaying))
	token, err := attempt.RequestToken(t.Context(), cred, auth.ParseCallback(emu.Approve(attempt.URL(), "alice")))
	must(t, err)
	must(t, crashing.Put(t.Context(), "alice", token))
	emu.Advance(time.Hour)
	now.advance(time.Hour)
	if _, err := crashing.For("alice").Token(t.Context()); err != nil {
		t.Fatalf("Token with a journal that has it = %v", err)
	}
	must(t, left.Close())

	rescue, err := db.OpenRescue(dir)
	must(t, err)
	defer rescue.Close()
	public, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	log := &logBuffer{}
	conf.RedirectURI = ""
	s, err := server.New(server.Config{
		App: conf, BaseURL: "http://" + public.Addr().String(), DB: db, Rescue: rescue, APIURL: emu.APIURL(), Now: now.Now,
		Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, public, nil) }()
	res, err := http.Get("http://" + public.Addr().String() + "/")
	must(t, err)
	must(t, res.Body.Close())
	rec, err := db.Grants(app.ClientID).Load(t.Context(), "alice")
	if err != nil || rec.Generation != 1 || rec.Token.RefreshToken == token.RefreshToken {
		t.Errorf("the vault has %v, %v when people are served, want the rescued answer", rec, err)
	}
	if text := log.String(); !strings.Contains(text, `"refreshes rescued","settled":1`) {
		t.Errorf("the log does not say what was rescued:\n%s", text)
	}
	stop()
	if err := <-served; err != nil {
		t.Errorf("Serve = %v", err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

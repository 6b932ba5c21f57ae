package spotify_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

// Whose playlist it is decides what may be done with it, in either mode and by either word.
func TestOtherPeoplesPlaylists(t *testing.T) {
	t.Parallel()
	bothModes(t, func(t *testing.T, s *stage, alice *spotify.Client) {
		ctx := t.Context()
		bob := spotify.New(logInFor(t, s.world, "bob", auth.EveryScope()), spotify.WithHTTPClient(s.world.Client()), spotify.WithMode(s.mode))
		open, err := alice.Playlists.Create(ctx, spotify.NewPlaylist{Name: "open"})
		must(t, open, err)
		for name, err := range map[string]error{
			"AddItems":     failing(bob.Playlists.AddItems(ctx, open.ID, s.items, nil)),
			"RemoveItems":  failing(bob.Playlists.RemoveItems(ctx, open.ID, s.items, nil)),
			"ReplaceItems": failing(bob.Playlists.ReplaceItems(ctx, open.ID, s.items)),
			"MoveItems":    failing(bob.Playlists.MoveItems(ctx, open.ID, spotify.Move{From: 1})),
			"Change":       bob.Playlists.Change(ctx, open.ID, spotify.PlaylistChanges{Name: new("mine now")}),
			"UploadCover":  bob.Playlists.UploadCover(ctx, open.ID, jpegOf(9)),
		} {
			if checkIs(t, err, spotify.ErrNotOwner, spotify.ErrForbidden); err != nil && !strings.Contains(err.Error(), "owner") {
				t.Errorf("%s: %v, want words about the owner", name, err)
			}
		}
		items, err := bob.Playlists.Items(ctx, open.ID, nil)
		if s.mode == spotify.Extended {
			if err != nil {
				t.Errorf("Items with extended quota = %+v, %v", items, err)
			}
			return
		}
		checkIs(t, err, spotify.ErrNotOwner, spotify.ErrForbidden)
		seen, err := bob.Playlists.Get(ctx, open.ID, nil)
		if err != nil || seen.Name != "open" || seen.Items != nil {
			t.Errorf("Get = %+v, %v, want it without its items", seen, err)
		}
	})
}

// A client that was told the wrong mode is told what is wrong.
func TestWrongMode(t *testing.T) {
	t.Parallel()
	s := newStage(t, spotify.Development)
	c := s.client(t, auth.EveryScope()).With(spotify.WithMode(spotify.Extended))
	_, err := c.Library.SaveTracks(t.Context(), s.tracks...)
	checkIs(t, err, spotify.ErrOperationClosed, spotify.ErrForbidden)
	if failed, ok := errors.AsType[*spotify.Error](err); !ok || failed.Replacement != "PUT /me/library" {
		t.Errorf("SaveTracks: %+v, want what is instead", failed)
	}
}

// Every method without its scopes says which are missing, and that consent makes it work.
func TestEveryMethodSaysWhichScopesItLacks(t *testing.T) {
	t.Parallel()
	said := promises(t)
	for _, mode := range []spotify.Mode{spotify.Development, spotify.Extended} {
		stages := &stages{mode: mode, said: said}
		for name := range uses(t.Context(), nil, newStage(t, mode)) {
			stage := stages.of(t, name)
			none := auth.Scopes(auth.ScopeAppRemoteControl) // which no operation needs
			err := uses(t.Context(), stage.client(t, none), stage)[name]()
			if err == nil || errors.Is(err, spotify.ErrOperationClosed) {
				continue
			}
			failed, ok := errors.AsType[*spotify.Error](err)
			if !ok || !errors.Is(err, spotify.ErrMissingScope) || failed.Missing.Len() == 0 || failed.Granted != none {
				t.Errorf("%s in mode %d without scopes: %v, want ErrMissingScope", name, mode, err)
				continue
			}
			for scope := range failed.Missing.All() {
				if !strings.Contains(strings.Join(said[name].scopes, " "), string(scope)) {
					t.Errorf("%s in mode %d lacks %s, of which its comment says nothing", name, mode, scope)
				}
			}
			if err := uses(t.Context(), stage.client(t, failed.Consent()), stage)[name](); err != nil {
				t.Errorf("%s in mode %d with %q, as the error said: %v", name, mode, failed.Consent(), err)
			}
		}
	}
}

// What concerns the app and not the call is the same for every method.
func TestEveryMethodSaysWhatIsWrongWithTheApp(t *testing.T) {
	t.Parallel()
	for sentinel, fault := range map[error]emulator.Fault{
		spotify.ErrOwnerPremium:   {Status: 403, Times: -1, Body: "Active premium subscription required for the owner of the app. When the subscription status changes, it can take a few hours before requests are allowed again."},
		spotify.ErrNotAllowlisted: {Status: 403, Times: -1, Body: "Check settings on developer.spotify.com/dashboard, the user may not be registered."},
		spotify.ErrQuotaExceeded:  {Status: 429, Times: -1, Quota: true},
	} {
		for _, mode := range []spotify.Mode{spotify.Development, spotify.Extended} {
			stage := newStage(t, mode)
			client := stage.client(t, auth.EveryScope())
			stage.world.Fail(fault)
			for name, use := range uses(t.Context(), client, stage) {
				if err := use(); !errors.Is(err, sentinel) && !errors.Is(err, spotify.ErrOperationClosed) {
					t.Errorf("%s in mode %d: %v, want %v", name, mode, err, sentinel)
				}
			}
		}
	}
}

package server

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// watchNobody are watchers who would fail the test if they asked Spotify.
func watchNobody(t *testing.T) *watchers {
	ask := func(context.Context, string) playing { t.Error("Spotify was asked"); return playing{over: true} }
	all := func(_ context.Context, ids []string) (map[string]vault.Standing, error) {
		living := map[string]vault.Standing{}
		for _, id := range ids {
			living[id] = vault.Standing{}
		}
		return living, nil
	}
	return &watchers{askFor: ask, livingOf: all, lookEvery: lookEvery, now: time.Now, rooms: map[string]*room{}}
}

func count(w *watchers) (rooms, tabs int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.rooms), w.tabs
}

// TestRoomsAreGivenBack: what a page showed is kept for the stream that it opens, and not for ever:
// browsers without JavaScript open none.
func TestRoomsAreGivenBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watchNobody(t)
		w.heard("bob", playing{over: true}) // whose browser opens no stream
		for range 2 {
			w.heard("alice", playing{Line: "Now playing: Song", over: true})
			time.Sleep(linger - time.Second)
		}
		if tab := w.join("alice", "here", "id", vault.Standing{}); tab == nil || (<-tab.updates).Line != "Now playing: Song" {
			t.Error("the stream does not begin with what the page showed")
		} else {
			time.Sleep(time.Hour)
			w.leave("alice", tab)
		}
		synctest.Wait()
		if n, _ := count(w); n != 1 {
			t.Errorf("%d rooms a moment after the last tab closed, want 1", n)
		}
		time.Sleep(linger)
		synctest.Wait()
		if rooms, tabs := count(w); rooms != 0 || tabs != 0 {
			t.Errorf("%d rooms and %d tabs when nobody looks, want none", rooms, tabs)
		}
	})
}

// TestRoomsAreBounded, and so are tabs: many people cost no more than there is room for.
func TestRoomsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watchNobody(t)
		for i := range allRooms + 10 {
			w.heard(fmt.Sprint("person ", i), playing{over: true})
		}
		if n, _ := count(w); n != allRooms {
			t.Errorf("%d rooms, want %d", n, allRooms)
		}
		open := map[string]*tab{}
		for i := range allTabs + 10 {
			name := fmt.Sprint("person ", i)
			if tab := w.join(name, "here", name, vault.Standing{}); tab != nil {
				open[name] = tab
			}
		}
		if len(open) != allTabs {
			t.Errorf("%d streams, want %d", len(open), allTabs)
		}
		for name, tab := range open {
			w.leave(name, tab)
		}
		synctest.Wait()
	})
}

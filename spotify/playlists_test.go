package spotify_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/tenuto-dev/tenuto/emulator"
	"github.com/tenuto-dev/tenuto/spotify"
)

func TestPlaylists(t *testing.T) {
	t.Parallel()
	worlds(t, func(t *testing.T, world *emulator.Emulator, mode spotify.Option) {
		client := clientOf(t, world, "alice", mode, spotify.WithMarket("FI"))
		var mine spotify.Page[spotify.Playlist]
		if err := client.Do(t.Context(), "GET /me/playlists", nil, &mine); err != nil {
			t.Fatal(err)
		}
		walked := 0
		for _, listed := range mine.Items {
			if listed.Owner != "alice" {
				continue
			}
			whole, err := client.Playlists.Get(t.Context(), listed.ID, nil)
			if err != nil || whole.Name != listed.Name || whole.Items == nil || whole.Snapshot == "" {
				t.Fatalf("Get(%q) = %+v, %v", listed.Name, whole, err)
			}
			count := 0
			for item, err := range client.Playlists.AllItems(t.Context(), listed.ID, nil) {
				if err != nil {
					t.Fatal(err)
				}
				if count++; item.Item != nil && item.Item.URI.Kind() == "" {
					t.Errorf("%q holds %+v", listed.Name, item.Item)
				}
			}
			if count != whole.Items.Total {
				t.Errorf("AllItems(%q) gave %d, want %d", listed.Name, count, whole.Items.Total)
			}
			walked += count
		}
		if walked == 0 {
			t.Error("alice has no items in any playlist: nothing was tested")
		}
	})
}

func TestFieldsWithoutNext(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	playlist := ownPlaylist(t, client)
	if _, err := client.Playlists.AddItems(t.Context(), playlist, savedURIs(t, client, 130), nil); err != nil {
		t.Fatal(err)
	}
	for _, rest := range []string{"total,offset", "total", "next"} {
		n := 0
		for item, err := range client.Playlists.AllItems(t.Context(), playlist, &spotify.PlaylistItemsOptions{Fields: "items(item(name,uri))," + rest}) {
			if err != nil {
				t.Fatal(err)
			}
			if n++; item.Item.Name == "" || !item.AddedAt.IsZero() {
				t.Errorf("item %+v has other fields than asked for", item)
			}
			if n > 130 {
				break
			}
		}
		if n != 130 {
			t.Errorf("with %s: walked %d items, want 130", rest, n)
		}
	}
}

func savedURIs(t *testing.T, client *spotify.Client, n int) (uris []spotify.URI) {
	t.Helper()
	for saved, err := range client.Library.AllTracks(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		if uris = append(uris, saved.Track.URI); len(uris) == n {
			break
		}
	}
	return uris
}

func TestAddItems(t *testing.T) {
	t.Parallel()
	const add = "POST /playlists/{id}/items"
	for _, c := range []struct {
		name  string
		fault *emulator.Fault
		want  spotify.Progress
		err   bool
		in    int // how many are in the playlist afterwards
	}{
		{"all goes well", nil, spotify.Progress{Done: 350}, false, 350},
		{"refused half-way", &emulator.Fault{After: 2, Status: 403}, spotify.Progress{Done: 200}, true, 200},
		{"lost before", &emulator.Fault{After: 1, Reset: emulator.ResetBefore}, spotify.Progress{Done: 100, Unsure: 100}, true, 100},
		{"lost after", &emulator.Fault{After: 3, Reset: emulator.ResetAfter}, spotify.Progress{Done: 300, Unsure: 50}, true, 350},
		{"trouble", &emulator.Fault{Status: 502}, spotify.Progress{Unsure: 100}, true, 0},
		{"an odd answer", &emulator.Fault{After: 1, Body: "OK"}, spotify.Progress{Done: 350}, false, 350},
		{"a short wait", &emulator.Fault{After: 1, Status: 429, RetryAfter: time.Second}, spotify.Progress{Done: 350}, false, 350},
	} {
		t.Run(c.name, func(t *testing.T) {
			inBubble(t, nil, func(t *testing.T, world *emulator.Emulator, client *spotify.Client) {
				playlist, saved := ownPlaylist(t, client), savedURIs(t, client, 130)
				items := slices.Concat(saved, saved, saved)[:350]
				if c.fault != nil {
					c.fault.Operation = add
					world.Fail(*c.fault)
				}
				added, err := client.Playlists.AddItems(t.Context(), playlist, items, nil)
				if added.Progress != c.want || (err != nil) != c.err || added.Done > 0 && added.Snapshot == "" {
					t.Errorf("AddItems = %+v, %v, want %+v, error %v", added, err, c.want, c.err)
				}
				if got := urisIn(t, client, playlist); !slices.Equal(got, items[:c.in]) {
					t.Errorf("%d items are in, want the first %d in order", len(got), c.in)
				}
			})
		})
	}
}

func urisIn(t *testing.T, client *spotify.Client, playlist spotify.PlaylistID) (uris []spotify.URI) {
	t.Helper()
	for item, err := range client.Playlists.AllItems(t.Context(), playlist, nil) {
		if err != nil {
			t.Fatal(err)
		}
		uris = append(uris, item.Item.URI)
	}
	return uris
}

func TestAddItemsAtAPosition(t *testing.T) {
	t.Parallel()
	world := emulator.New(emulator.Config{})
	client := clientOf(t, world, "alice")
	playlist, saved := ownPlaylist(t, client), savedURIs(t, client, 130)
	for _, items := range [][]spotify.URI{saved[:2], nil} {
		if _, err := client.Playlists.AddItems(t.Context(), playlist, items, nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := client.Playlists.AddItems(t.Context(), playlist, saved[2:], &spotify.AddItemsOptions{Position: new(1)}); err != nil {
		t.Fatal(err)
	}
	want := slices.Concat(saved[:1], saved[2:], saved[1:2])
	if got := urisIn(t, client, playlist); !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
	before := len(world.Ledger())
	if _, err := client.Playlists.AddItems(t.Context(), playlist, []spotify.URI{"nonsense"}, nil); !errors.Is(err, spotify.ErrConfig) {
		t.Errorf("adding nonsense: %v, want ErrConfig", err)
	}
	if len(world.Ledger()) != before {
		t.Error("nonsense was sent")
	}
}

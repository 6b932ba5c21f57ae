package main

import (
	"encoding/json"
	"fmt"
	"maps"
)

// Answers of real size, of our own making. full is as an app with extended quota gets them
// without a market: with all 185 market codes in each track and album; otherwise as with one.

func object(kind, id string, more map[string]any) map[string]any {
	o := map[string]any{
		"external_urls": map[string]string{"spotify": "https://open.spotify.com/" + kind + "/" + id},
		"href":          "https://api.spotify.com/v1/" + kind + "s/" + id, "id": id, "type": kind, "uri": "spotify:" + kind + ":" + id,
	}
	maps.Copy(o, more)
	return o
}

func identifier(kind string, n int) string { return fmt.Sprintf("%s%0*d", kind, 22-len(kind), n) }

func artist(n int) map[string]any {
	return object("artist", identifier("artist", n), map[string]any{"name": fmt.Sprintf("Artist Number %d", n)})
}

func images() []any {
	var list []any
	for i, size := range []int{640, 300, 64} {
		list = append(list, map[string]any{"height": size, "width": size, "url": fmt.Sprintf("https://i.scdn.co/image/ab67616d0000%04d%024d", i, size)})
	}
	return list
}

func simpleAlbum(n int, full bool) map[string]any {
	a := object("album", identifier("album", n), map[string]any{
		"album_type": "album", "artists": []any{artist(n)}, "name": fmt.Sprintf("Album Number %d (Remastered)", n), "release_date": "1999-03-12",
		"release_date_precision": "day", "total_tracks": 12, "images": images(),
	})
	withMarkets(a, full)
	return a
}

func withMarkets(o map[string]any, full bool) {
	if full {
		o["available_markets"] = markets()
	} else if o["type"] == "track" {
		o["is_playable"] = true
	}
}

func simpleTrack(n int, full bool) map[string]any {
	t := object("track", identifier("track", n), map[string]any{
		"artists": []any{artist(n), artist(n + 1)}, "disc_number": 1, "duration_ms": 180000 + n, "explicit": n%7 == 0, "is_local": false,
		"name": fmt.Sprintf("Song Number %d – With a Subtitle", n), "preview_url": nil, "track_number": n%20 + 1,
	})
	withMarkets(t, full)
	return t
}

func track(n int, full bool) map[string]any {
	t := simpleTrack(n, full)
	t["album"], t["external_ids"], t["popularity"] = simpleAlbum(n, full), map[string]string{"isrc": fmt.Sprintf("GBAAA%07d", n)}, n%100
	return t
}

func pageOf(path string, limit, total int, item func(n int) any) map[string]any {
	items := make([]any, limit)
	for i := range items {
		items[i] = item(i)
	}
	href := "https://api.spotify.com/v1/" + path
	page := map[string]any{
		"href": fmt.Sprintf("%s?offset=0&limit=%d", href, limit), "items": items, "limit": limit, "next": nil, "offset": 0, "previous": nil, "total": total,
	}
	if total > limit {
		page["next"] = fmt.Sprintf("%s?offset=%d&limit=%d", href, limit, limit)
	}
	return page
}

func albumAnswer(full bool) []byte {
	a := simpleAlbum(1, full)
	maps.Copy(a, map[string]any{
		"tracks":     pageOf("albums/x/tracks", 20, 20, func(n int) any { return simpleTrack(n, full) }),
		"copyrights": []any{map[string]string{"text": "1999 A Label", "type": "C"}, map[string]string{"text": "1999 A Label", "type": "P"}},
		"genres":     []string{}, "label": "A Label", "popularity": 60, "external_ids": map[string]string{"upc": "000000000001"},
	})
	return text(a)
}

func playlistAnswer(full bool) []byte {
	owner := object("user", "somebody", map[string]any{"display_name": "Somebody"})
	return text(object("playlist", identifier("playlist", 1), map[string]any{
		"collaborative": false, "description": "A hundred songs", "followers": map[string]any{"href": nil, "total": 12}, "images": images()[:1],
		"name": "A Playlist", "owner": owner, "primary_color": nil, "public": true, "snapshot_id": "AAAAEd2bNqTtVWjPVHGqLjtGcvfdGRaC",
		"tracks": pageOf("playlists/x/tracks", 100, 240, func(n int) any {
			return map[string]any{
				"added_at": "2024-05-06T07:08:09Z", "added_by": object("user", "somebody", nil), "is_local": false, "primary_color": nil,
				"track": track(n, full), "video_thumbnail": map[string]any{"url": nil},
			}
		}),
	}))
}

func searchAnswer(full bool) []byte {
	return text(map[string]any{"tracks": pageOf("search", 50, 900, func(n int) any { return track(n, full) })})
}

func device() map[string]any {
	return map[string]any{
		"id": "5fbb3ba6aa454b5534c4ba43a8c7e8e45a63ad0e", "is_active": true, "is_private_session": false, "is_restricted": false,
		"name": "Kitchen", "type": "Speaker", "volume_percent": 40, "supports_volume": true,
	}
}

func devicesAnswer() []byte { return text(map[string]any{"devices": []any{device()}}) }

func playerAnswer(full bool) []byte {
	return text(map[string]any{
		"device":       device(),
		"repeat_state": "off", "shuffle_state": false, "context": object("album", identifier("album", 1), nil), "timestamp": 1761955200000,
		"progress_ms": 61000, "is_playing": true, "item": track(1, full), "currently_playing_type": "track",
		"actions": map[string]any{"disallows": map[string]bool{"resuming": true}},
	})
}

// savedPage is a page of saved tracks.
func savedPage(limit, total int, full bool) []byte {
	return text(pageOf("me/tracks", limit, total, func(n int) any {
		return map[string]any{"added_at": "2024-05-06T07:08:09Z", "track": track(n, full)}
	}))
}

func text(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // our own literal
	}
	return data
}

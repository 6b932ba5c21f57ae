package spotify

import (
	"context"
	"net/http"
)

// EditedItems says how far a change of a playlist got that may take several requests.
type EditedItems struct {
	Progress
	Snapshot SnapshotID // after the last request that is in; "" if none is, or Spotify did not say
}

// newSnapshot is what a change of a playlist answers.
type newSnapshot struct{ id SnapshotID }

func (n *newSnapshot) read(d *decoder) { n.id = SnapshotID(d.textMember("snapshot_id")) }

// edit changes the items of a playlist. The body may depend on the operation that is called.
func (s *PlaylistsService) edit(ctx context.Context, method string, id PlaylistID, idempotent bool, body func(old bool) any) (SnapshotID, error) {
	var answer newSnapshot
	old, current := Operation(method+" /playlists/{id}/tracks"), Operation(method+" /playlists/{id}/items")
	err := s.client.route(old, current, func(name Operation) error {
		r := request{name: name, path: pathID(id), body: body(name == old), idempotent: idempotent, accepted: true}
		return s.client.call(ctx, &r, &answer)
	})
	return answer.id, err
}

// perEdit is how many items a change may name.
func (s *PlaylistsService) perEdit(method string) int {
	return s.client.limits(Operation(method + " /playlists/{id}/items")).IDs
}

// AddItemsOptions say where new items go.
type AddItemsOptions struct {
	Position *int // from 0; nil: at the end
}

// AddedItems says how far AddItems got.
type AddedItems = EditedItems

type addBody struct {
	URIs     []URI `json:"uris"`
	Position *int  `json:"position,omitzero"`
}

// AddItems adds any number of tracks and episodes in order, 100 a request, and stops at the
// first failure. The result says how far it got, beside an error too; continue with
// items[Done:]. A request whose answer is lost is not repeated, because it may have been heard:
// its items are Unsure. Local files cannot be added.
//
// Scope: playlist-modify-public or -private. POST /playlists/{id}/items; with extended quota
// POST /playlists/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/add-items-to-playlist
func (s *PlaylistsService) AddItems(ctx context.Context, id PlaylistID, items []URI, opts *AddItemsOptions) (AddedItems, error) {
	var added AddedItems
	if err := checkURIs("POST /playlists/{id}/items", items); err != nil {
		return added, err
	}
	done := 0
	progress, err := inChunks(items, s.perEdit(http.MethodPost), func(chunk []URI) error {
		body := addBody{URIs: chunk}
		if opts != nil && opts.Position != nil {
			body.Position = new(*opts.Position + done)
		}
		snapshot, err := s.edit(ctx, http.MethodPost, id, false, func(bool) any { return body })
		if err == nil {
			added.Snapshot = snapshot
			done += len(chunk)
		}
		return err
	})
	added.Progress = progress
	return added, err
}

type replaceBody struct {
	URIs []URI `json:"uris"`
}

// ReplaceItems makes items all that is in a playlist; none empties it. The first 100 take the
// place of what was there, at once; the others are added behind them, 100 a request. It stops
// at the first failure: then continue with AddItems and items[Done:], or, if nothing is Done,
// begin again.
//
// Scope: playlist-modify-public or -private. PUT /playlists/{id}/items and
// POST /playlists/{id}/items; with extended quota PUT /playlists/{id}/tracks and
// POST /playlists/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/reorder-or-replace-playlists-items
func (s *PlaylistsService) ReplaceItems(ctx context.Context, id PlaylistID, items []URI) (EditedItems, error) {
	var replaced EditedItems
	if err := checkURIs("PUT /playlists/{id}/items", items); err != nil {
		return replaced, err
	}
	first := min(len(items), s.perEdit(http.MethodPut))
	body := replaceBody{append([]URI{}, items[:first]...)} // [] and not null
	snapshot, err := s.edit(ctx, http.MethodPut, id, true, func(bool) any { return body })
	if err != nil {
		if unsure(err) {
			replaced.Unsure = first
		}
		return replaced, err
	}
	replaced = EditedItems{Progress{Done: first}, snapshot}
	added, err := s.AddItems(ctx, id, items[first:], nil)
	replaced.Done, replaced.Unsure = first+added.Done, added.Unsure
	if added.Done > 0 {
		replaced.Snapshot = added.Snapshot
	}
	return replaced, err
}

// RemoveItemsOptions say from what items are removed.
type RemoveItemsOptions struct {
	Snapshot SnapshotID // the version that was looked at; "": the latest
}

// removeBody calls its list by the operation's name.
type removeBody struct {
	Items    []uriBody  `json:"items,omitzero"`
	Tracks   []uriBody  `json:"tracks,omitzero"`
	Snapshot SnapshotID `json:"snapshot_id,omitzero"`
}

type uriBody struct {
	URI URI `json:"uri"`
}

// RemoveItems removes every occurrence of each of items, any number, 100 a request, and stops
// at the first failure. Each request names the version that the one before left. Repeating is
// harmless.
//
// Scope: playlist-modify-public or -private. DELETE /playlists/{id}/items; with extended quota
// DELETE /playlists/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/remove-items-playlist
func (s *PlaylistsService) RemoveItems(ctx context.Context, id PlaylistID, items []URI, opts *RemoveItemsOptions) (EditedItems, error) {
	var removed EditedItems
	if err := checkURIs("DELETE /playlists/{id}/items", items); err != nil {
		return removed, err
	}
	var from SnapshotID
	if opts != nil {
		from = opts.Snapshot
	}
	progress, err := inChunks(items, s.perEdit(http.MethodDelete), func(chunk []URI) error {
		list := make([]uriBody, len(chunk))
		for i, uri := range chunk {
			list[i].URI = uri
		}
		snapshot, err := s.edit(ctx, http.MethodDelete, id, false, func(old bool) any {
			if old {
				return removeBody{Tracks: list, Snapshot: from}
			}
			return removeBody{Items: list, Snapshot: from}
		})
		if err == nil {
			from, removed.Snapshot = snapshot, snapshot
		}
		return err
	})
	removed.Progress = progress
	return removed, err
}

// Move is a change of order: Count items from From on are put before the item at Before. All
// count from 0 in the order as it was.
type Move struct {
	From     int
	Count    int        // 0: one
	Before   int        // the number of items: to the end
	Snapshot SnapshotID // the version that was looked at; "": the latest
}

type moveBody struct {
	From     int        `json:"range_start"`
	Before   int        `json:"insert_before"`
	Count    int        `json:"range_length,omitzero"`
	Snapshot SnapshotID `json:"snapshot_id,omitzero"`
}

// MoveItems moves items within a playlist, and gives its new version, "" if Spotify does not
// say. A request whose answer is lost is not repeated: moving twice is not moving once.
//
// Scope: playlist-modify-public or -private. PUT /playlists/{id}/items; with extended quota
// PUT /playlists/{id}/tracks
// https://developer.spotify.com/documentation/web-api/reference/reorder-or-replace-playlists-items
func (s *PlaylistsService) MoveItems(ctx context.Context, id PlaylistID, move Move) (SnapshotID, error) {
	if move.From < 0 || move.Count < 0 || move.Before < 0 {
		return "", (&request{name: "PUT /playlists/{id}/items"}).refuse("places in a playlist count from 0")
	}
	body := moveBody{move.From, move.Before, move.Count, move.Snapshot}
	return s.edit(ctx, http.MethodPut, id, false, func(bool) any { return body })
}

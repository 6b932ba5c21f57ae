package spotify

import (
	"context"
	"slices"
)

// AddItemsOptions say where new items go.
type AddItemsOptions struct {
	Position *int // from 0; nil: at the end
}

// AddedItems says how far AddItems got.
type AddedItems struct {
	Progress
	Snapshot SnapshotID // after the last chunk that is in
}

// newSnapshot is what a change of a playlist answers.
type newSnapshot struct{ id SnapshotID }

func (n *newSnapshot) read(d *decoder) { n.id = SnapshotID(d.textMember("snapshot_id")) }

type addBody struct {
	URIs     []URI `json:"uris"`
	Position *int  `json:"position,omitempty"`
}

// AddItems adds any number of tracks and episodes in order, 100 a request, and stops at the
// first failure. The result says how far it got, beside an error too; continue with
// items[Done:]. A request whose answer is lost is not repeated, because it may have been heard:
// its items are Unsure.
//
// Scope: playlist-modify-public or -private. POST /playlists/{id}/items
// https://developer.spotify.com/documentation/web-api/reference/add-items-to-playlist
func (s *PlaylistsService) AddItems(ctx context.Context, id PlaylistID, items []URI, opts *AddItemsOptions) (AddedItems, error) {
	const name = "POST /playlists/{id}/items"
	var added AddedItems
	if slices.ContainsFunc(items, func(uri URI) bool { return uri.Kind() == "" }) {
		return added, (&request{name: name}).refuse("an item is no URI: ParseURI reads links")
	}
	for chunk := range slices.Chunk(items, s.client.limits(name).IDs) {
		body := addBody{URIs: chunk}
		if opts != nil && opts.Position != nil {
			body.Position = new(*opts.Position + added.Done)
		}
		r := request{name: name, path: pathID(id), body: body}
		var answer newSnapshot
		if err := s.client.call(ctx, &r, &answer); err != nil {
			if unsure(err) {
				added.Unsure = len(chunk)
			}
			return added, err
		}
		added.Done, added.Snapshot = added.Done+len(chunk), answer.id
	}
	return added, nil
}

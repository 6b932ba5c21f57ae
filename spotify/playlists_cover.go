package spotify

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
)

// Cover is the picture of a playlist in its sizes, largest first; nil for none. It changes some
// time after an upload.
//
// Scope: none. GET /playlists/{id}/images
// https://developer.spotify.com/documentation/web-api/reference/get-playlist-cover
func (s *PlaylistsService) Cover(ctx context.Context, id PlaylistID) ([]Image, error) {
	return getArray[Image](ctx, s.client, "", request{name: "GET /playlists/{id}/images", path: pathID(id)})
}

// maxCover is how many bytes a JPEG may have: in base64 it grows by a third, to 256 KiB.
const maxCover = 256 << 10 / 4 * 3

// UploadCover gives a playlist a picture: the bytes of a JPEG, 192 KiB at most. Only its owner
// may: ErrNotOwner. What is no JPEG, or too long, is ErrConfig, and not sent. Uploads have a
// rate limit of their own.
//
// Scope: ugc-image-upload, and playlist-modify-public or -private. PUT /playlists/{id}/images
// https://developer.spotify.com/documentation/web-api/reference/upload-custom-playlist-cover
func (s *PlaylistsService) UploadCover(ctx context.Context, id PlaylistID, jpeg []byte) error {
	r := request{name: "PUT /playlists/{id}/images", path: pathID(id)}
	switch {
	case !bytes.HasPrefix(jpeg, []byte("\xff\xd8\xff")):
		return r.refuse("the picture is no JPEG")
	case len(jpeg) > maxCover:
		return r.refuse(fmt.Sprintf("the picture has %d bytes, Spotify takes %d", len(jpeg), maxCover))
	}
	r.jpeg = base64.StdEncoding.AppendEncode(nil, jpeg)
	return s.client.call(ctx, &r, nil)
}

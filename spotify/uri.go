package spotify

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// URI names a thing of any kind: "spotify:track:…". Local files have one and no ID.
type URI string

// Kind is a kind of thing. An open set.
type Kind string

const (
	KindAlbum     Kind = "album"
	KindArtist    Kind = "artist"
	KindAudiobook Kind = "audiobook"
	KindChapter   Kind = "chapter"
	KindEpisode   Kind = "episode"
	KindLocal     Kind = "local"
	KindPlaylist  Kind = "playlist"
	KindShow      Kind = "show"
	KindTrack     Kind = "track"
	KindUser      Kind = "user"
)

// kindCollection is a person's saved tracks, "spotify:user:…:collection", or with one word more
// their saved episodes.
const kindCollection Kind = "collection"

// URIOf is the URI of id.
func URIOf[T ID](id T) URI {
	kind := kindOf(id)
	if kind == KindUser {
		return URI("spotify:user:" + url.PathEscape(string(id)))
	}
	return URI("spotify:" + string(kind) + ":" + string(id))
}

// URIs converts a list.
func URIs[T ID](ids ...T) []URI {
	uris := make([]URI, len(ids))
	for i, id := range ids {
		uris[i] = URIOf(id)
	}
	return uris
}

// ParseURI reads a URI or an open.spotify.com URL of any kind. The old form of a playlist's
// URI, with its owner in it, becomes the new one. What is neither is ErrConfig.
func ParseURI(text string) (URI, error) {
	text = strings.TrimSpace(text)
	parts, isURI := strings.CutPrefix(text, "spotify:")
	if !isURI {
		return parseLink(text)
	}
	if !strings.HasPrefix(parts, "local:") {
		parts, _, _ = strings.Cut(parts, "?")
	}
	return fromParts(strings.Split(parts, ":"))
}

// parseLink reads https://open.spotify.com/intl-de/track/…?si=….
func parseLink(text string) (URI, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	link, err := url.Parse(text)
	if err != nil {
		return "", errNotURI()
	}
	switch strings.TrimPrefix(link.Hostname(), "www.") {
	case "open.spotify.com", "play.spotify.com", "spotify.com":
	case "spotify.link", "spotify.app.link":
		return "", fmt.Errorf("%w: a short link: Client.ResolveLink follows it", ErrConfig)
	default:
		return "", errNotURI()
	}
	parts := strings.Split(strings.Trim(link.EscapedPath(), "/"), "/")
	if strings.HasPrefix(parts[0], "intl-") {
		parts = parts[1:]
	}
	if len(parts) > 0 && parts[0] == "embed" {
		parts = parts[1:]
	}
	return fromParts(parts)
}

// fromParts joins kind and ID, escaped, to a URI if they are one.
func fromParts(parts []string) (URI, error) {
	if len(parts) == 4 && parts[0] == "user" && parts[2] == "playlist" {
		parts = parts[2:]
	}
	uri := URI("spotify:" + strings.Join(parts, ":"))
	kind, id := uri.split()
	known := []Kind{KindAlbum, KindArtist, KindAudiobook, KindChapter, KindEpisode, KindPlaylist, KindShow, KindTrack, KindUser}
	if kind == "" || slices.Contains(known, kind) && !validID(kind, id) {
		return "", errNotURI()
	}
	return uri, nil
}

func errNotURI() error {
	return fmt.Errorf("%w: not a Spotify URI or link: %q and %q are", ErrConfig,
		"spotify:track:6rqhFgbbKwnb9MLmUQDhG6", "https://open.spotify.com/track/6rqhFgbbKwnb9MLmUQDhG6")
}

// split gives the kind, "" if the URI is malformed, and the ID, "" for what has none.
func (u URI) split() (kind Kind, id string) {
	rest, ok := strings.CutPrefix(string(u), "spotify:")
	if !ok {
		return "", ""
	}
	parts := strings.Split(rest, ":")
	switch {
	case parts[0] == "local" && len(parts) >= 2:
		return KindLocal, ""
	case slices.Contains(parts, ""):
		return "", ""
	case len(parts) == 4 && parts[0] == "user" && parts[2] == "playlist":
		parts = parts[2:]
	case (len(parts) == 3 || len(parts) == 4) && parts[0] == "user" && parts[2] == "collection":
		return kindCollection, "" // saved tracks, or a part of the library that a fourth word names
	}
	if len(parts) != 2 {
		return "", ""
	}
	id, err := url.PathUnescape(parts[1])
	if err != nil {
		return "", ""
	}
	return Kind(parts[0]), id
}

// Kind is "track", "album" …; "" if the URI is malformed.
func (u URI) Kind() Kind {
	kind, _ := u.split()
	return kind
}

// ID is the last part; "" for a local file.
func (u URI) ID() string {
	_, id := u.split()
	return id
}

// URL is the page at https://open.spotify.com, which opens the app where there is one; "" for
// what has none, as a local file.
func (u URI) URL() string {
	kind, id := u.split()
	if kind == "" || id == "" {
		return ""
	}
	return "https://open.spotify.com/" + string(kind) + "/" + url.PathEscape(id)
}

// LocalFile is what the URI of a file on the person's own computer tells.
type LocalFile struct {
	Artist, Album, Title string // "": the file does not say
	Duration             time.Duration
}

// LocalFile reads the URI of a local file, "spotify:local:{artist}:{album}:{title}:{seconds}";
// ok is false for all others.
func (u URI) LocalFile() (file LocalFile, ok bool) {
	rest, ok := strings.CutPrefix(string(u), "spotify:local:")
	parts := strings.Split(rest, ":")
	if !ok || len(parts) != 4 {
		return LocalFile{}, false
	}
	seconds, err := strconv.Atoi(parts[3])
	if err != nil || seconds < 0 || seconds > int(longestFile/time.Second) {
		seconds = 0
	}
	for i, text := range []*string{&file.Artist, &file.Album, &file.Title} {
		if *text, err = url.QueryUnescape(parts[i]); err != nil {
			*text = parts[i]
		}
	}
	file.Duration = time.Duration(seconds) * time.Second
	return file, true
}

// longestFile is more than any recording has.
const longestFile = 1000 * time.Hour

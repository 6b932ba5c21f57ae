package emulator

import (
	"net/url"
	"strconv"
	"strings"
	"time"
)

// localFile is a file of somebody's own computer standing in a playlist. Spotify knows of it
// only what its URI says: spotify:local:artist:album:title:seconds.
type localFile struct {
	URI, Artist, Album, Title string
	Duration                  time.Duration
}

func parseLocalFile(uri string) *localFile {
	parts := strings.Split(strings.TrimPrefix(uri, "spotify:local:"), ":")
	for len(parts) < 4 {
		parts = append(parts, "")
	}
	seconds, _ := strconv.Atoi(parts[3])
	return &localFile{
		URI: uri, Artist: unplus(parts[0]), Album: unplus(parts[1]), Title: unplus(parts[2]),
		Duration: time.Duration(seconds) * time.Second,
	}
}

// unplus undoes the form encoding of one part; what is not encoded stays as it is.
func unplus(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

package openapi

import (
	"regexp"
	"strings"
)

// withheld are properties that descriptions require and Spotify does not always tell: most of
// them not to apps in development mode, markets to nobody who names one.
var withheld = []string{"album_group", "available_markets", "followers", "genres", "label", "popularity", "publisher"}

// knownDeviations are those of the service itself, which a client has to bear.
var knownDeviations = []struct {
	pointer *regexp.Regexp
	reason  string // how it begins
}{
	// A playlist without entries has null for its pictures.
	{regexp.MustCompile(`(^|/)images$`), "Value is not nullable"},
	// Search shows Spotify's own playlists as null to apps in development mode.
	{regexp.MustCompile(`^/playlists/items/\d+$`), "Value is not nullable"},
	// A chapter says that it is one.
	{regexp.MustCompile(`(^|/)type$`), `value is not one of the allowed values ["episode"]`},
}

// known tells whether Spotify is known to deviate so.
func (d Deviation) known() bool {
	for _, k := range knownDeviations {
		if !d.Request && k.pointer.MatchString(d.Pointer) && strings.HasPrefix(d.Reason, k.reason) {
			return true
		}
	}
	return false
}

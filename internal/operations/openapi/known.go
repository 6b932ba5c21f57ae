package openapi

import (
	"net/http"
	"regexp"
	"strings"
)

// withheld are properties that descriptions require and Spotify does not always tell: most of
// them not to apps in development mode, markets to nobody who names one.
var withheld = []string{"album_group", "available_markets", "followers", "genres", "label", "popularity", "publisher"}

// knownDeviations are those of the service itself, which a client has to bear. An empty field
// matches all.
var knownDeviations = []struct {
	operation string
	request   bool
	status    int
	pointer   *regexp.Regexp
	reason    string // how it begins
}{
	// A playlist without entries has null for its pictures.
	{"", false, 0, regexp.MustCompile(`(^|/)images$`), "Value is not nullable"},
	// Search shows Spotify's own playlists as null to apps in development mode.
	{"", false, 0, regexp.MustCompile(`^/playlists/items/\d+$`), "Value is not nullable"},
	// Where a list that is walked by cursor ends, there is no cursor.
	{"", false, 0, regexp.MustCompile(`^(/artists)?/(next|cursors|cursors/after)$`), "Value is not nullable"},
	// Asked for several by their ids, it has null where there is none.
	{"", false, 0, regexp.MustCompile(`^/(albums|artists|audio_features|audiobooks|chapters|episodes|shows|tracks)/\d+$`), "Value is not nullable"},
	// A chapter says that it is one.
	{"", false, 0, regexp.MustCompile(`(^|/)type$`), `value is not one of the allowed values ["episode"]`},
	// An advert plays, or something that the client said nothing of.
	{"", false, 0, regexp.MustCompile(`^/item$`), "Value is not nullable"},
	// Nobody knows when or by whom an old entry was added, or from where something plays.
	{"", false, 0, regexp.MustCompile(`/(added_at|added_by|context)$`), "Value is not nullable"},
	// Nothing plays: the description forgot about it.
	{"", false, http.StatusNoContent, regexp.MustCompile(`^$`), "status is not supported"},
	// Errors are {"error": {"status": …}} everywhere; at /me/library the description leaves out the outer object.
	{"", false, http.StatusBadRequest, regexp.MustCompile(`^/(status|message)$`), "property"},
	// IDs in the query were always taken, and are what programs send; it describes the body.
	{"PUT /me/tracks", true, 0, regexp.MustCompile(`^$`), "there is no parameter ids"},
	// What follows Spotify's own description has wrong, and its service knows better.
	{"GET /me/audiobooks", false, 0, regexp.MustCompile(`^/items/\d+/`), "property"}, // they are in a wrapper, as all that is saved
	{"PUT /me/tracks", true, 0, regexp.MustCompile(`^/uris$`), "property"},           // ids, as everywhere
	{"PUT /me/episodes", true, 0, regexp.MustCompile(`^/uris$`), "property"},
	{"GET /recommendations", true, 0, regexp.MustCompile(`^$`), `parameter "seed_`}, // one of the three is enough
	{"GET /playlists/{id}/tracks", true, 0, regexp.MustCompile(`^/$`), "number must be at most 50"},
	// Apps in extended mode may ask for pages of fifty.
	{"", true, 0, regexp.MustCompile(`^/$`), "number must be at most 10"},
}

// known tells whether Spotify is known to deviate so.
func (d Deviation) known() bool {
	for _, k := range knownDeviations {
		if (k.operation == "" || k.operation == d.Operation.Name()) && k.request == d.Request && (k.status == 0 || k.status == d.Status) && k.pointer.MatchString(d.Pointer) && strings.HasPrefix(d.Reason, k.reason) {
			return true
		}
	}
	return false
}

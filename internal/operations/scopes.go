package operations

import "slices"

// The names of Spotify's scopes as the table needs them.
const (
	libraryRead       = "user-library-read"
	libraryModify     = "user-library-modify"
	followRead        = "user-follow-read"
	followModify      = "user-follow-modify"
	playbackPosition  = "user-read-playback-position"
	playbackState     = "user-read-playback-state"
	modifyPlayback    = "user-modify-playback-state"
	currentlyPlaying  = "user-read-currently-playing"
	recentlyPlayed    = "user-read-recently-played"
	topRead           = "user-top-read"
	imageUpload       = "ugc-image-upload"
	readPrivate       = "playlist-read-private"
	readCollaborative = "playlist-read-collaborative"
	modifyPublic      = "playlist-modify-public"
	modifyPrivate     = "playlist-modify-private"
	profilePrivate    = "user-read-private"
	profileEmail      = "user-read-email"
)

// What depends on the item, where Spotify lists several scopes of which an item needs one.
var (
	playlistReads = []ItemScope{{"public", ""}, {"private", readPrivate}}

	playlistWrites = []ItemScope{{"public", modifyPublic}, {"private", modifyPrivate}}

	libraryReads = []ItemScope{
		{"track", libraryRead}, {"album", libraryRead}, {"episode", libraryRead},
		{"show", libraryRead}, {"audiobook", libraryRead},
		{"artist", followRead}, {"user", followRead},
		{"playlist", readPrivate},
	}

	libraryWrites = []ItemScope{
		{"track", libraryModify}, {"album", libraryModify}, {"episode", libraryModify},
		{"show", libraryModify}, {"audiobook", libraryModify},
		{"artist", followModify}, {"user", followModify},
		{"playlist", modifyPublic},
	}
)

// ItemScope is the scope that one kind of item needs.
type ItemScope struct {
	Item  string // "public", "private" playlist; the kind of a URI: "track", "artist"
	Scope string // "": none
}

// Missing lists what a call on item needs and has lacks; empty if it may go ahead.
// item is as in ItemScope. "" is one that is not known: then nothing of ByItem is missing if
// has holds what any item needs, and all of it if not.
func (o *Operation) Missing(item string, has func(scope string) bool) []string {
	var missing []string
	for _, scope := range o.Scopes {
		if !has(scope) {
			missing = append(missing, scope)
		}
	}
	if len(o.AnyOf) > 0 && !slices.ContainsFunc(o.AnyOf, has) {
		missing = append(missing, o.AnyOf[0])
	}
	return append(missing, o.missingByItem(item, has)...)
}

func (o *Operation) missingByItem(item string, has func(string) bool) (missing []string) {
	for _, by := range o.ByItem {
		switch {
		case item != "" && by.Item != item:
		case by.Scope == "" || has(by.Scope):
			return nil
		case !slices.Contains(missing, by.Scope):
			missing = append(missing, by.Scope)
		}
	}
	return missing
}

// Needed is the least set of scopes with which the operation works on every item, in the
// table's order. Of AnyOf it has the first.
func (o *Operation) Needed() []string {
	needed := slices.Clone(o.Scopes)
	if len(o.AnyOf) > 0 {
		needed = append(needed, o.AnyOf[0])
	}
	for _, by := range o.ByItem {
		if by.Scope != "" && !slices.Contains(needed, by.Scope) {
			needed = append(needed, by.Scope)
		}
	}
	return needed
}

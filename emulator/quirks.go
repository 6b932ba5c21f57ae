package emulator

import (
	"maps"
	"slices"
)

// The names of the quirks.
const (
	nullImages      Quirk = "null-images"
	nullPlaylists   Quirk = "null-playlists"
	hiddenEpisodes  Quirk = "hidden-episodes"
	nullMembers     Quirk = "null-members"
	nullProgress    Quirk = "null-progress"
	nullDeviceIDs   Quirk = "null-device-ids"
	nullPublic      Quirk = "null-public"
	floats          Quirk = "floats"
	unknownValues   Quirk = "unknown-values"
	unknownFields   Quirk = "unknown-fields"
	missingFields   Quirk = "missing-fields"
	oddObjects      Quirk = "odd-objects"
	textBodies      Quirk = "text-bodies"
	oldEntryKey     Quirk = "old-entry-key"
	noScopeInAnswer Quirk = "no-scope-in-answer"
)

var quirkSentences = map[Quirk]string{
	nullImages:      "A playlist without entries has null where its images belong. Always seen.",
	nullPlaylists:   "For apps in development mode, search shows Spotify's own playlists as null. Always seen.",
	hiddenEpisodes:  "Whoever does not send additional_types=episode gets null for an episode that plays. Always seen.",
	nullMembers:     "The second member of every page of playlists, saved shows, episodes and chapters is null.",
	nullProgress:    "While something plays, its progress_ms is null.",
	nullDeviceIDs:   "Devices other than the active one have no id.",
	nullPublic:      "Whether a playlist is public is null for all who do not own it.",
	floats:          "Durations, totals, sizes, volumes and popularities are written as floats: 5000.0.",
	unknownValues:   "Album types, device types, restrictions and repeat states have values nobody has documented.",
	unknownFields:   "Every object has a field nobody has documented.",
	missingFields:   "Previews, genres, languages, playability of episodes and volumes are missing.",
	oddObjects:      "The duration of a local file and the publisher of a show are objects.",
	textBodies:      "Player commands answer 200 with a line of text instead of 204.",
	oldEntryKey:     "Playlist entries have their old key, track, in development mode too.",
	noScopeInAnswer: "The token endpoint leaves out scope.",
}

// seenQuirks are those every client meets: what a nil Config.Quirks means.
var seenQuirks = []Quirk{nullImages, nullPlaylists, hiddenEpisodes}

// Quirks lists all, with a sentence each. A nil Config.Quirks has those whose sentence ends in
// "Always seen."; an empty one has none.
func Quirks() map[Quirk]string { return maps.Clone(quirkSentences) }

// quirky reports whether the emulator has a quirk.
func (e *Emulator) quirky(q Quirk) bool { return slices.Contains(e.quirkList(), q) }

func (e *Emulator) quirkList() []Quirk {
	if e.conf().Quirks == nil {
		return seenQuirks
	}
	return e.conf().Quirks
}

// quirks are those of one answer.
type quirks struct {
	nullImages, nullPlaylists, hiddenEpisodes, nullMembers, nullProgress, nullDeviceIDs, nullPublic bool
	floats, unknownValues, unknownFields, missingFields, oddObjects, textBodies, oldEntryKey        bool
}

func (e *Emulator) quirks() (q quirks) {
	for _, name := range e.quirkList() {
		switch name {
		case nullImages:
			q.nullImages = true
		case nullPlaylists:
			q.nullPlaylists = true
		case hiddenEpisodes:
			q.hiddenEpisodes = true
		case nullMembers:
			q.nullMembers = true
		case nullProgress:
			q.nullProgress = true
		case nullDeviceIDs:
			q.nullDeviceIDs = true
		case nullPublic:
			q.nullPublic = true
		case floats:
			q.floats = true
		case unknownValues:
			q.unknownValues = true
		case unknownFields:
			q.unknownFields = true
		case missingFields:
			q.missingFields = true
		case oddObjects:
			q.oddObjects = true
		case textBodies:
			q.textBodies = true
		case oldEntryKey:
			q.oldEntryKey = true
		}
	}
	return q
}

func (q quirks) albumType(kind string) string {
	if q.unknownValues {
		return "ep"
	}
	return kind
}

func (q quirks) restriction() string {
	if q.unknownValues {
		return "payment_required"
	}
	return "market"
}

func (q quirks) deviceType(kind string) string {
	if q.unknownValues {
		return "Hologram"
	}
	return kind
}

func (q quirks) repeatState(state string) string {
	if q.unknownValues {
		return "smart"
	}
	return state
}

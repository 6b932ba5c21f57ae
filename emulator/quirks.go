package emulator

import (
	"slices"
	"strings"
)

// quirk is an oddity of the real service.
type quirk struct {
	name  Quirk
	field func(*quirks) *bool
	words string
}

// quirks are those an emulator has.
type quirks struct {
	nullImages, nullPlaylists, hiddenEpisodes, nullMembers, nullProgress, nullDeviceIDs, nullPublic bool
	floats, unknownValues, unknownFields, missingFields, oddObjects, textBodies, oldEntryKey        bool
	noScopeInAnswer                                                                                 bool
}

// seen ends the sentence of those that every client meets: what a nil Config.Quirks means.
const seen = " Always seen."

var allQuirks = []quirk{
	{"null-images", func(q *quirks) *bool { return &q.nullImages }, "A playlist without entries has null where its images belong." + seen},
	{"null-playlists", func(q *quirks) *bool { return &q.nullPlaylists }, "For apps in development mode, search shows Spotify's own playlists as null." + seen},
	{"hidden-episodes", func(q *quirks) *bool { return &q.hiddenEpisodes }, "Whoever does not send additional_types=episode gets null for an episode that plays." + seen},
	{"null-members", func(q *quirks) *bool { return &q.nullMembers }, "The second member of every page of playlists, saved shows, episodes and chapters is null."},
	{"null-progress", func(q *quirks) *bool { return &q.nullProgress }, "While something plays, its progress_ms is null."},
	{"null-device-ids", func(q *quirks) *bool { return &q.nullDeviceIDs }, "Devices other than the active one have no id."},
	{"null-public", func(q *quirks) *bool { return &q.nullPublic }, "Whether a playlist is public is null for all who do not own it."},
	{"floats", func(q *quirks) *bool { return &q.floats }, "Durations, totals, sizes, volumes and popularities are written as floats: 5000.0."},
	{"unknown-values", func(q *quirks) *bool { return &q.unknownValues }, "Album types, device types, restrictions and repeat states have values nobody has documented."},
	{"unknown-fields", func(q *quirks) *bool { return &q.unknownFields }, "Every object has a field nobody has documented."},
	{"missing-fields", func(q *quirks) *bool { return &q.missingFields }, "Previews, genres, languages, playability of episodes and volumes are missing."},
	{"odd-objects", func(q *quirks) *bool { return &q.oddObjects }, "The duration of a local file and the publisher of a show are objects."},
	{"text-bodies", func(q *quirks) *bool { return &q.textBodies }, "Player commands answer 200 with a line of text instead of 204."},
	{"old-entry-key", func(q *quirks) *bool { return &q.oldEntryKey }, "Playlist entries have their old key, track, in development mode too."},
	{"no-scope-in-answer", func(q *quirks) *bool { return &q.noScopeInAnswer }, "The token endpoint leaves out scope."},
}

// packs are names for several quirks.
var packs = []struct {
	name  Quirk
	words string
	has   func(quirk) bool
}{
	{"seen", "A pack: all that are always seen.", func(q quirk) bool { return strings.HasSuffix(q.words, seen) }},
	{"nulls", "A pack: nulls wherever they have been seen.", func(q quirk) bool {
		return strings.HasPrefix(string(q.name), "null-") || q.name == "hidden-episodes"
	}},
	{"drift", "A pack: what nobody has documented, and what documents promise left out.", func(q quirk) bool {
		return strings.HasPrefix(string(q.name), "unknown-") || q.name == "missing-fields" || q.name == "no-scope-in-answer"
	}},
	{"shapes", "A pack: numbers, objects, texts and keys in other forms than documented.", func(q quirk) bool {
		return slices.Contains([]Quirk{"floats", "odd-objects", "text-bodies", "old-entry-key"}, q.name)
	}},
	{"all", "A pack: every quirk there is.", func(quirk) bool { return true }},
}

// Quirks lists all, with a sentence each, and packs of them. A nil Config.Quirks is the pack
// "seen", those whose sentence ends in "Always seen."; an empty one has none.
func Quirks() map[Quirk]string {
	words := map[Quirk]string{}
	for _, q := range allQuirks {
		words[q.name] = q.words
	}
	for _, p := range packs {
		words[p.name] = p.words
	}
	return words
}

// oddities are the quirks that a configuration has.
func (c Config) oddities() (odd quirks) {
	names := c.Quirks
	if names == nil {
		names = []Quirk{"seen"}
	}
	for _, q := range allQuirks {
		if slices.ContainsFunc(names, func(name Quirk) bool { return name == q.name || inPack(name, q) }) {
			*q.field(&odd) = true
		}
	}
	return odd
}

func inPack(name Quirk, q quirk) bool {
	for _, p := range packs {
		if p.name == name {
			return p.has(q)
		}
	}
	return false
}

// names lists the quirks.
func (q quirks) names() []Quirk {
	list := []Quirk{}
	for _, one := range allQuirks {
		if *one.field(&q) {
			list = append(list, one.name)
		}
	}
	return list
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

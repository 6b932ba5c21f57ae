package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// columnsOf are what a table shows of each kind of thing.
var columnsOf = map[string][]column{
	"track":     {{"NAME", "name"}, {"ARTISTS", "artists.name"}, {"ALBUM", "album.name"}, {"LENGTH", "duration_ms"}, {"URI", "uri"}},
	"album":     {{"NAME", "name"}, {"ARTISTS", "artists.name"}, {"RELEASED", "release_date"}, {"TRACKS", "total_tracks"}, {"URI", "uri"}},
	"artist":    {{"NAME", "name"}, {"GENRES", "genres"}, {"URI", "uri"}},
	"playlist":  {{"NAME", "name"}, {"OWNER", "owner.display_name"}, {"PUBLIC", "public"}, {"URI", "uri"}},
	"show":      {{"NAME", "name"}, {"EPISODES", "total_episodes"}, {"URI", "uri"}},
	"episode":   {{"NAME", "name"}, {"SHOW", "show.name"}, {"RELEASED", "release_date"}, {"LENGTH", "duration_ms"}, {"URI", "uri"}},
	"audiobook": {{"NAME", "name"}, {"AUTHORS", "authors.name"}, {"CHAPTERS", "total_chapters"}, {"URI", "uri"}},
	"chapter":   {{"NUMBER", "chapter_number"}, {"NAME", "name"}, {"LENGTH", "duration_ms"}, {"URI", "uri"}},
	"user":      {{"NAME", "display_name"}, {"URI", "uri"}},
	"device":    {{"NAME", "name"}, {"TYPE", "type"}, {"ACTIVE", "is_active"}, {"VOLUME", "volume_percent"}, {"ID", "id"}},
	"category":  {{"NAME", "name"}, {"ID", "id"}},
	"image":     {{"WIDTH", "width"}, {"HEIGHT", "height"}, {"URL", "url"}},
	"operation": {{"OPERATION", "operation"}, {"CALL", "name"}, {"SCOPES", "scopes"}, {"OPEN TO", "open_to"}, {"AT A TIME", "at_a_time"}, {"APP TOKEN", "app_token"}},
}

// mixed are the columns for things of several kinds.
var mixed = []column{
	{"TYPE", "type"}, {"NAME", "name"}, {"BY", "artists.name|owner.display_name|show.name|authors.name"}, {"URI", "uri"},
}

// columns are those for items like this one.
func (i item) columns() []column {
	object, ok := i.inner.(map[string]any)
	if !ok {
		return []column{{"VALUE", ""}}
	}
	columns, known := columnsOf[kindOf(object)]
	if !known {
		columns = scalars(object)
	}
	outer, _ := i.outer.(map[string]any)
	for _, when := range []string{"added_at", "played_at"} {
		if outer[when] != nil && object[when] == nil {
			title := strings.ToUpper(strings.TrimSuffix(when, "_at"))
			columns = append(columns[:len(columns):len(columns)], column{title, when})
		}
	}
	return columns
}

// kindOf is a key of columnsOf; "" for a kind that is not there.
func kindOf(object map[string]any) string {
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { _, ok := object[name]; return !ok })
	}
	switch kind, _ := object["type"].(string); {
	case has("is_active", "volume_percent"):
		return "device"
	case has("url", "width"):
		return "image"
	case has("icons", "id"):
		return "category"
	case has("operation", "open_to"):
		return "operation"
	case has("uri"):
		return kind
	}
	return ""
}

// scalars are the members of an object that are no lists or objects, by name.
func scalars(object map[string]any) (columns []column) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		switch object[name].(type) {
		case map[string]any, []any:
		default:
			columns = append(columns, column{strings.ToUpper(name), name})
		}
	}
	return columns
}

// minutes writes a length as people read it: "4:05", "1:00:00".
func minutes(d time.Duration) string {
	seconds := int(d.Round(time.Second).Seconds())
	if seconds >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", seconds/3600, seconds/60%60, seconds%60)
	}
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60)
}

package openapi

import (
	"encoding/json"
	"slices"
)

// described is an answer without what no description of Spotify's knows of, and what everybody
// finds in playlists all the same: files of somebody's own computer, entries whose item is gone.
func described(body []byte) []byte {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return body
	}
	value, changed := withoutOddities(value)
	if !changed {
		return body
	}
	plain, err := json.Marshal(value)
	if err != nil {
		return body
	}
	return plain
}

func withoutOddities(value any) (_ any, changed bool) {
	switch v := value.(type) {
	case []any:
		kept := slices.DeleteFunc(slices.Clone(v), odd)
		changed = len(kept) < len(v)
		for i := range kept {
			plain, below := withoutOddities(kept[i])
			kept[i], changed = plain, changed || below
		}
		return kept, changed
	case map[string]any:
		for key, member := range v {
			plain, below := withoutOddities(member)
			v[key], changed = plain, changed || below
		}
	}
	return value, changed
}

// odd tells an entry of a playlist that is a local file, or holds nothing any more.
func odd(member any) bool {
	entry, _ := member.(map[string]any)
	if local, _ := entry["is_local"].(bool); local {
		return true
	}
	if _, dated := entry["added_at"]; !dated {
		return false
	}
	for _, key := range []string{"item", "track"} {
		if held, has := entry[key]; has && held == nil {
			return true
		}
	}
	return false
}

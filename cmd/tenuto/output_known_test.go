package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// TestUnknownColumns: a slip in --columns is told, with what there is; what may come later is not.
func TestUnknownColumns(t *testing.T) {
	t.Parallel()
	const track = `{"added_at":"then","track":{"uri":"u","name":"n","album":{"name":"a","images":[{"url":"i"}]},"artists":[{"name":"x"}],"linked_from":null,"genres":[]}}`
	for _, c := range []struct {
		columns, items string
		changed        bool
		fails          bool
		told           string // on stderr, or with the error
	}{
		{"name,album.name,artists.name,added_at", track, false, false, ""},
		{"genres,linked_from.uri,genres.odd", track, false, false, ""}, // null and empty lists: who knows
		{"id|uri", track, false, false, ""},
		{"nonsense", track, false, true, "nothing here has nonsense: there are album.name, artists.name, genres, linked_from, name, uri, added_at"},
		{"album.nonsense,also", track, false, true, "nothing here has album.nonsense or also: there are "},
		{"name,nonsense", track, false, false, "nothing here has nonsense; there are album.name, "},
		{"nonsense", track, true, false, "nothing here has nonsense; there are album.name, "},
		{"nonsense", `"plain"`, false, true, "nothing here has nonsense: there are no columns: leave --columns out"},
		{"nonsense", `null`, false, true, "nothing here has nonsense: there are later"}, // the next page has the first item
	} {
		var out strings.Builder
		var told string
		columns := separate([]string{c.columns})
		o := &printer{
			outputFlags: outputFlags{format: "table", columns: columns}, out: bufio.NewWriter(&out), changed: c.changed,
			table: table{columns: columnsAt(columns)}, note: func(text string) { told = text },
		}
		err := o.list(func(yield func(batch, error) bool) {
			_ = yield(batch{json.RawMessage(c.items)}, nil) && yield(batch{json.RawMessage(`{"later":1}`)}, nil)
		})
		if m, ok := errors.AsType[*mistake](err); ok {
			told = m.Error() + ": " + m.hint
			if !m.users || out.Len() > 0 {
				t.Errorf("--columns %s of %s: printed %q and failed as the user's mistake: %t", c.columns, c.items, &out, m.users)
			}
		}
		if (err != nil) != c.fails || (c.told == "") != (told == "") || !strings.Contains(told, c.told) {
			t.Errorf("--columns %s of %s = %v and %q, want an error: %t, and %q", c.columns, c.items, err, told, c.fails, c.told)
		}
	}
}

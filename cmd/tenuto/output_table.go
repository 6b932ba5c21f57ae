package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// table prints rows in columns. The first batch decides how wide they are, so that a list of any
// length is printed as it comes.
type table struct {
	columns []column
	cut     bool       // what is wider than widest
	rows    [][]string // of the batch under way
	widths  []int      // nil before the first batch is printed
}

// column is one value of each item.
type column struct {
	title string
	path  string // "album.name"; of a list, that of each member. "a|b": the first that is there
}

// widest is how wide a column may be where people read.
const widest = 40

// columnsAt are those at paths, named after them.
func columnsAt(paths []string) (columns []column) {
	for _, path := range paths {
		path = strings.TrimSpace(path)
		columns = append(columns, column{strings.ToUpper(path), path})
	}
	return columns
}

// expect sets the columns, unless they were given.
func (t *table) expect(columns []column) {
	if t.columns == nil {
		t.columns = columns
	}
}

// add makes a row of an item. The first one decides about the columns, unless they were given.
func (t *table) add(text json.RawMessage) {
	item := readItem(text)
	t.expect(item.columns())
	row := make([]string, len(t.columns))
	for i, c := range t.columns {
		row[i] = t.cell(item.text(c.path))
	}
	t.rows = append(t.rows, row)
}

// cell makes text fit into a column.
func (t *table) cell(text string) string {
	text = oneLine(text)
	if t.cut && utf8.RuneCountInString(text) > widest && !strings.HasPrefix(text, "spotify:") {
		text = string([]rune(text)[:widest-1]) + "…"
	}
	return text
}

// oneLine is text without what a terminal would obey: names are written by strangers.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// flush prints the rows so far.
func (t *table) flush(out *bufio.Writer) {
	if t.widths == nil && len(t.rows) > 0 {
		titles := make([]string, len(t.columns))
		for i, c := range t.columns {
			titles[i] = oneLine(c.title)
		}
		t.rows = slices.Insert(t.rows, 0, titles)
		t.widths = make([]int, len(t.columns))
		for _, row := range t.rows {
			for i, text := range row {
				t.widths[i] = max(t.widths[i], utf8.RuneCountInString(text))
			}
		}
	}
	for _, row := range t.rows {
		var line strings.Builder
		for i, text := range row {
			line.WriteString(text)
			line.WriteString(strings.Repeat(" ", max(0, t.widths[i]-utf8.RuneCountInString(text))+2))
		}
		fmt.Fprintln(out, strings.TrimRight(line.String(), " "))
	}
	t.rows = t.rows[:0]
}

// item is one thing of a list, and what it is wrapped in: when it was saved, by whom.
type item struct{ outer, inner any }

// wrappers are the keys under which lists have the thing itself.
var wrappers = []string{"track", "item", "album", "show", "episode", "audiobook"}

func readItem(text json.RawMessage) item {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var outer any
	if decoder.Decode(&outer) != nil {
		return item{string(text), string(text)}
	}
	object, _ := outer.(map[string]any)
	if object["uri"] == nil {
		for _, key := range wrappers {
			if inner, ok := object[key].(map[string]any); ok {
				return item{outer, inner}
			}
		}
	}
	return item{outer, outer}
}

// text is what stands at the first of paths in the item, or in what it is wrapped in.
func (i item) text(paths string) (text string) {
	for path := range strings.SplitSeq(paths, "|") {
		if text = i.textAt(path); text != "" {
			return text
		}
	}
	return ""
}

func (i item) textAt(path string) string {
	value := at(i.inner, path)
	if value == nil {
		value = at(i.outer, path)
	}
	text := plain(value)
	if strings.HasSuffix(path, "_ms") {
		return clock(text)
	}
	return text
}

// at follows path into value. Of a list, it is what stands there in each member.
func at(value any, path string) any {
	if path == "" {
		return value
	}
	switch value := value.(type) {
	case map[string]any:
		name, rest, _ := strings.Cut(path, ".")
		return at(value[name], rest)
	case []any:
		var list []any
		for _, member := range value {
			list = append(list, at(member, path))
		}
		return list
	}
	return nil
}

// plain is a value as people read it.
func plain(value any) string {
	switch value := value.(type) {
	case nil:
		return ""
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return map[bool]string{true: "yes", false: "no"}[value]
	case []any:
		parts := make([]string, len(value))
		for i, member := range value {
			parts[i] = plain(member)
		}
		return strings.Join(parts, ", ")
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// clock writes milliseconds as people read them: "4:05".
func clock(milliseconds string) string {
	d, err := time.ParseDuration(milliseconds + "ms")
	if err != nil {
		return milliseconds
	}
	return minutes(d)
}

package main

import (
	"bufio"
	"encoding/json"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/spotify"
)

// Names are written by strangers: nothing in them reaches a terminal as a command.
func TestNothingCommandsTheTerminal(t *testing.T) {
	t.Parallel()
	const evil = "a\u001b[31m\u009b2J\u202eb\u007f\u2066\u0007c"
	text, err := json.Marshal(map[string]any{"name": evil, "uri": "spotify:track:x", "type": "track"})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range formats {
		var out strings.Builder
		o := &printer{outputFlags: outputFlags{format: format}, out: bufio.NewWriter(&out), terminal: true, table: table{cut: true}}
		if err := o.list(func(yield func(batch, error) bool) { yield(batch{text}, nil) }); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(out.String(), "\u001b\u009b\u202e\u007f\u2066\u0007") || !strings.Contains(out.String(), "a") {
			t.Errorf("--output %s prints %q", format, out.String())
		}
		if format != "table" {
			line := strings.Trim(strings.TrimSpace(out.String()), "[]")
			var back struct{ Name string }
			if err := json.Unmarshal([]byte(line), &back); err != nil || back.Name != evil {
				t.Errorf("--output %s: %v, name %q, want %q", format, err, back.Name, evil)
			}
		}
	}
	if got := oneLine(evil); strings.ContainsAny(got, "\u001b\u009b\u202e\u007f") {
		t.Errorf("oneLine = %q", got)
	}
}

func TestItemsOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ id, answer, want string }{
		{"get-users-saved-tracks", `{"items":[{"track":1},{"track":2}],"total":2}`, `{"track":1} {"track":2}`},
		{"get-new-releases", `{"albums":{"items":[{"id":"a"}]}}`, `{"id":"a"}`},
		{"search", `{"tracks":{"items":[1]},"albums":{"items":[2,3]},"playlists":null}`, `1 2 3`},
		{"get-several-tracks", `{"tracks":[{"id":"a"},null]}`, `{"id":"a"} null`},
		{"check-library-contains", `[true,false]`, `true false`},
		{"get-queue", `{"currently_playing":{},"queue":[{"id":"a"}]}`, `{"id":"a"}`},
		{"get-an-album", `{"id":"a","artists":[1],"tracks":{"items":[2]}}`, `{"id":"a","artists":[1],"tracks":{"items":[2]}}`},
		{"get-recommendations", `{"seeds":[1],"tracks":[2]}`, `2`},
		{"get-a-users-available-devices", `{"devices":[]}`, ``},
		{"get-users-saved-tracks", `"odd"`, `"odd"`},
	} {
		target, err := targetWithID(c.id)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, item := range itemsOf(target.op, json.RawMessage(c.answer)) {
			got = append(got, string(item))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("itemsOf(%s, %s) = %s, want %s", c.id, c.answer, got, c.want)
		}
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		columns []string
		batches []string
		want    string
	}{
		{nil, []string{`{"uri":"u","type":"artist","name":"Ann","genres":["a","b"]}`, `{"uri":"uu","type":"artist","name":"A longer name"}`},
			"NAME  GENRES  URI\nAnn   a, b    u\nA longer name          uu\n"},
		{[]string{"name", "n_ms", "deep.er"}, []string{`{"name":"a","n_ms":61000,"deep":[{"er":1},{"er":2}]}`}, "NAME  N_MS  DEEP.ER\na     1:01  1, 2\n"},
		{nil, []string{`{"b":true,"a":1.5,"c":null,"d":{}}`}, "A    B    C\n1.5  yes\n"},
		{nil, []string{`"plain"`}, "VALUE\nplain\n"},
		{nil, []string{`{"added_at":"then","item":{"uri":"u","type":"show","name":"n"}}`}, "NAME  EPISODES  URI  ADDED\nn               u    then\n"},
		{[]string{"name|id"}, []string{`{"id":"x"}`, `{"name":"y","id":"z"}`}, "NAME|ID\nx\ny\n"},
		{nil, nil, ""},
	} {
		var out strings.Builder
		o := &printer{outputFlags: outputFlags{format: "table"}, out: bufio.NewWriter(&out), table: table{columns: columnsAt(c.columns)}}
		err := o.list(func(yield func(batch, error) bool) {
			for _, text := range c.batches {
				if !yield(batch{json.RawMessage(text)}, nil) {
					return
				}
			}
		})
		if err != nil || out.String() != c.want {
			t.Errorf("table of %q = %v\n%swant\n%s", c.batches, err, out.String(), c.want)
		}
	}
}

// What "now" and "whoami" say comes from strangers, too.
func TestNoNameCommandsTheTerminal(t *testing.T) {
	t.Parallel()
	const evil = "a\u001b[31m\u009b2J\u202eb"
	var out strings.Builder
	p := &program{out: &out}
	if err := p.writeJSON(playing{Name: evil, Album: "<&>"}); err != nil || !strings.Contains(out.String(), `"album":"<&>"`) {
		t.Errorf("writeJSON = %v and %q", err, out.String())
	}
	if got := nameOf(&spotify.Profile{DisplayName: evil}); strings.ContainsAny(got, "\u001b\u009b\u202e") || !strings.Contains(got, "b") {
		t.Errorf("nameOf = %q", got)
	}
	out.Reset()
	odd := &printer{outputFlags: outputFlags{format: "table"}, out: bufio.NewWriter(&out)}
	text, err := json.Marshal(map[string]any{evil: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := odd.list(func(yield func(batch, error) bool) { yield(batch{text}, nil) }); err != nil || strings.ContainsAny(out.String(), "\u001b\u009b\u202e") {
		t.Errorf("a table of odd members is %q, %v", out.String(), err)
	}
}

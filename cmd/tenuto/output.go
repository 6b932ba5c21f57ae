package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/operations"
)

// outputFlags say in which form a command prints what Spotify answers.
type outputFlags struct {
	format  string
	columns []string
}

var formats = []string{"json", "ndjson", "table"}

func (f *outputFlags) register(cmd *cobra.Command, format string) {
	cmd.Flags().StringVar(&f.format, "output", format, "the `FORM` of what is printed: json, ndjson (a line for each item) or table")
	cmd.Flags().StringArrayVar(&f.columns, "columns", nil, "the `COLUMNS` of a table: name,album.name,artists.name")
	offer(cmd, "output", formats...)
}

// separate splits what is separated by commas or spaces, as in "name,uri".
func separate(words []string) []string {
	return strings.FieldsFunc(strings.Join(words, " "), func(r rune) bool { return r == ' ' || r == ',' })
}

// check refuses what makes no sense. Columns alone mean a table.
func (f *outputFlags) check(cmd *cobra.Command) error {
	f.columns = separate(f.columns)
	if len(f.columns) > 0 && !cmd.Flags().Changed("output") {
		f.format = "table"
	}
	switch {
	case !slices.Contains(formats, f.format):
		return usage("choose "+strings.Join(formats, ", "), "--output: there is no %q", f.format)
	case len(f.columns) > 0 && f.format != "table":
		return usage("leave one of them out", "--columns are for --output table, not %s", f.format)
	}
	return nil
}

// printer writes what Spotify answered, in one of the forms. An error of its writer comes out of
// flush.
type printer struct {
	outputFlags
	out      *bufio.Writer
	terminal bool // for people to read
	table    table
	note     func(text string) // on stderr
	changed  bool              // by the call: then columns that are not there are no reason to fail
}

func (p *program) printer(f outputFlags) *printer {
	terminal := p.onTerminal()
	return &printer{
		outputFlags: f, out: bufio.NewWriter(p.out), terminal: terminal,
		table: table{columns: columnsAt(f.columns), cut: terminal},
		note:  p.note,
	}
}

// answer prints the answer of one call; an empty one is nothing.
func (o *printer) answer(op *operations.Operation, answer json.RawMessage) error {
	switch {
	case len(answer) == 0:
		return nil
	case o.format == "json":
		o.write(answer, "")
		return o.flush()
	}
	return o.list(func(yield func(batch, error) bool) { yield(itemsOf(op, answer), nil) })
}

// errEnough ends the work for a reader who has gone, as head does.
var errEnough = errors.New("whoever reads this has enough")

func (o *printer) flush() error {
	err := o.out.Flush()
	if errors.Is(err, syscall.EPIPE) {
		return errEnough
	}
	return err
}

// list prints items as they come. What has been printed when an error ends them stays.
func (o *printer) list(batches iter.Seq2[batch, error]) error {
	open := false
	for items, err := range batches {
		if err != nil {
			return errorOf(err, o.flush())
		}
		items = slices.DeleteFunc(items, func(item json.RawMessage) bool {
			return string(item) == "null" // Spotify's way of saying that something is gone
		})
		if !open {
			if err := o.checkColumns(items); err != nil {
				return err
			}
		}
		for _, item := range items {
			if o.format == "json" {
				fmt.Fprint(o.out, map[bool]string{false: "[\n", true: ",\n"}[open])
			}
			open = true
			o.item(item)
		}
		o.table.flush(o.out)
		if err := o.flush(); err != nil {
			return err
		}
	}
	if o.format == "json" {
		fmt.Fprint(o.out, map[bool]string{false: "[]\n", true: "\n]\n"}[open])
	}
	return o.flush()
}

// errorOf is the first error.
func errorOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// item prints one item of a list.
func (o *printer) item(item json.RawMessage) {
	switch o.format {
	case "json":
		o.write(item, "  ")
	case "ndjson":
		var line bytes.Buffer
		if json.Compact(&line, item) != nil {
			return // Do has checked that it is JSON
		}
		fmt.Fprintf(o.out, "%s\n", visible(line.Bytes(), o.terminal))
	case "table":
		o.table.add(item)
	}
}

// write prints JSON: indented for people, else as Spotify wrote it. Inside a list it ends no line.
func (o *printer) write(text json.RawMessage, indent string) {
	if o.terminal {
		var pretty bytes.Buffer
		if json.Indent(&pretty, text, indent, "  ") == nil {
			text = pretty.Bytes()
		}
	}
	fmt.Fprintf(o.out, "%s%s", indent, visible(text, o.terminal))
	if indent == "" {
		fmt.Fprintln(o.out)
	}
}

// visible escapes what a terminal would obey: names are written by strangers. Those below U+0020
// are escaped in JSON anyway.
func visible(text []byte, terminal bool) []byte {
	if !terminal {
		return text
	}
	var safe bytes.Buffer
	for _, r := range string(text) {
		if r == 0x7f || 0x80 <= r && r < 0xa0 || 0x202a <= r && r <= 0x202e || 0x2066 <= r && r <= 0x2069 {
			fmt.Fprintf(&safe, `\u%04x`, r)
			continue
		}
		safe.WriteRune(r)
	}
	return safe.Bytes()
}

// writeJSON writes a value of ours on one line.
func (p *program) writeJSON(value any) error {
	var line bytes.Buffer
	encoder := json.NewEncoder(&line)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return err
	}
	_, err := p.out.Write(append(visible(bytes.TrimSpace(line.Bytes()), p.onTerminal()), '\n'))
	return err
}

// listKeys are the keys under which answers have their list, if it is no page.
var listKeys = []string{
	"items", "tracks", "artists", "albums", "shows", "episodes", "audiobooks", "chapters", "audio_features",
	"devices", "genres", "markets", "queue",
}

// itemsOf are what a person would call the items of an answer: of its page, or its list; else it
// is one item itself.
func itemsOf(op *operations.Operation, answer json.RawMessage) batch {
	var list batch
	if json.Unmarshal(answer, &list) == nil {
		return list
	}
	var object map[string]json.RawMessage
	if json.Unmarshal(answer, &object) != nil {
		return batch{answer}
	}
	if op.PageKey != "" {
		return pagedItems(object)
	}
	if object["id"] != nil || object["uri"] != nil {
		return batch{answer}
	}
	for _, key := range listKeys {
		if json.Unmarshal(object[key], &list) == nil && list != nil {
			return list
		}
	}
	return batch{answer}
}

// pagedItems are those of all pages in an answer: {"albums": {"items": […]}, "artists": …}.
func pagedItems(object map[string]json.RawMessage) (all batch) {
	for _, key := range slices.Concat(listKeys, []string{"playlists", "categories"}) {
		var page struct{ Items batch }
		if json.Unmarshal(object[key], &page) == nil {
			all = append(all, page.Items...)
		}
	}
	return all
}

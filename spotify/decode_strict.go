package spotify

import (
	"slices"
	"strings"
)

// What strict reading finds odd, tolerant reading passes over.
const (
	deviationUnknown = "unknown"      // a member that this package does not know
	deviationMissing = "missing"      // a member that should always be there
	deviationType    = "another type" // a value of another type than Spotify documents
	deviationKind    = "unknown kind" // neither a track nor an episode
)

// deviation is something odd in an answer, and where: "/items/*/track/name".
type deviation struct{ where, what string }

// strictness is what strict reading of one answer has found.
type strictness struct {
	partial bool  // the answer leaves out members on purpose
	reading model // whose object comes next
	found   []deviation
}

// decodeStrictly is decode of a model that also tells, once each, what is odd.
func decodeStrictly(data []byte, m model, partial bool) ([]deviation, error) {
	d := newDecoder(data)
	d.strict = &strictness{partial: partial}
	d.into(m)
	return d.strict.found, d.end()
}

func (s *strictness) report(where, what string) {
	if odd := (deviation{where, what}); !slices.Contains(s.found, odd) {
		s.found = append(s.found, odd)
	}
}

// odd reports the value that was read last.
func (d *decoder) odd() {
	if d.strict != nil && d.err == nil {
		d.strict.report(d.where(), deviationType)
	}
}

// where is the place of what was read last, with * for the places of lists.
func (d *decoder) where() string {
	parts := strings.Split(string(d.tokens.StackPointer()), "/")
	for i, part := range parts {
		if part != "" && strings.Trim(part, "0123456789") == "" {
			parts[i] = "*"
		}
	}
	return d.at + strings.Join(parts, "/")
}

// inside is a strict decoder for the value that was read last.
func (d *decoder) inside(text []byte) *decoder {
	next := newDecoder(text)
	next.strict, next.at = d.strict, d.where()
	return next
}

// object is an object that is read strictly; nil: it is not.
type object struct {
	strict *strictness
	where  string
	names  []string
	model  model // nil: nothing is known of its members
}

func (d *decoder) strictly() *object {
	if d.strict == nil {
		return nil
	}
	m := d.strict.reading
	d.strict.reading = nil
	return &object{strict: d.strict, where: d.where(), model: m}
}

func (o *object) saw(name []byte) {
	if o != nil {
		o.names = append(o.names, string(name))
	}
}

// known are members that Spotify documents, or has always sent, and that are not kept.
var known = []string{
	"href", "external_urls", // URI.URL makes them
	"type", "release_date_precision", // which the value tells
	"analysis_url", "track_href", "primary_color", "video_thumbnail",
	"track", "episode", // in the tracks of playlists: which of the two it is
}

func (o *object) leftUnread(d *decoder) {
	if o == nil || d.err != nil {
		return
	}
	if name := o.names[len(o.names)-1]; !slices.Contains(known, name) {
		o.strict.report(o.where+"/"+name, deviationUnknown)
	}
}

// end looks for what should have been there.
func (o *object) end() {
	if o == nil || o.strict.partial {
		return
	}
	if m, ok := o.model.(interface{ always() string }); ok {
		for name := range strings.FieldsSeq(m.always()) {
			if !slices.Contains(o.names, name) {
				o.strict.report(o.where+"/"+name, deviationMissing)
			}
		}
	}
}

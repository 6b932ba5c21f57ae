package spotify

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// This file and scalars.go are the only ones that know which JSON library we use.

// model is what reads itself from an answer. It takes the members it knows; members of
// another type than it expects read as absent, unknown ones are passed over.
type model interface{ read(d *decoder) }

var tolerant = []jsontext.Options{jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true)}

// nested lets our models be part of a caller's own types.
var nested = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, m model) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	switch err := decodeModel(bytes.Clone(raw), m); {
	case errors.Is(err, errOtherKind), errors.Is(err, errComplaint): // null, say
		return nil
	default:
		return err
	}
}))

// decode reads one JSON text into out: one of our models, or whatever a caller gave Do. The
// result holds nothing of data.
func decode(data []byte, out any) error {
	if m, ours := out.(model); ours {
		return decodeModel(data, m)
	}
	options := append([]json.Options{nested, json.MatchCaseInsensitiveNames(true)}, tolerant...)
	if err := json.Unmarshal(data, out, options...); err != nil {
		return withoutValues(err)
	}
	return nil
}

func decodeModel(data []byte, m model) error {
	d := decoders.Get().(*decoder)
	defer decoders.Put(d)
	d.reset(data)
	d.into(m)
	return d.end()
}

// decoders are used again: what a new one allocates is much for a small answer.
var decoders = sync.Pool{New: func() any { return newDecoder(nil) }}

var (
	errNotJSON   = errors.New("not well-formed JSON")
	errOtherKind = errors.New("an answer of another kind") // an array where an object should be
	errComplaint = errors.New("an error where an answer should be")
)

// wellFormed reports whether data is one JSON text.
func wellFormed(data []byte) bool { return jsontext.Value(data).IsValid(tolerant...) }

// encode writes a request's body.
func encode(body any) ([]byte, error) { return json.Marshal(body) }

// withoutValues strips an error of the library of the values it quotes.
func withoutValues(err error) error {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok {
		return fmt.Errorf("a JSON %s does not fit Go %s at %q", semantic.JSONKind, semantic.GoType, semantic.JSONPointer)
	}
	return errNotJSON
}

// decoder walks one JSON text. The first error ends the walk: all that is read after it is
// empty, and end reports it.
type decoder struct {
	data   []byte
	input  bytes.Buffer // of data, which tokens reads without copying
	tokens jsontext.Decoder
	err    error
	seen   lastMarkets
	strict *strictness // nil: nobody wants to know what is odd
	at     string      // where data is in the whole answer, for strict
	other  bool        // the whole is of another kind than was wanted: nothing was read
	wanted bool        // the whole has a member that was wanted
	faulty bool        // it has an error, which was not
}

// into reads m.
func (d *decoder) into(m model) {
	if d.strict != nil {
		d.strict.reading = m
	}
	m.read(d)
}

func newDecoder(data []byte) *decoder {
	d := new(decoder)
	d.reset(data)
	return d
}

// reset begins with another text.
func (d *decoder) reset(data []byte) {
	d.data, d.input = data, *bytes.NewBuffer(data)
	d.tokens.Reset(&d.input, tolerant...)
	d.err, d.seen, d.strict, d.at = nil, lastMarkets{}, nil, ""
	d.other, d.wanted, d.faulty = false, false, false
}

// end reports what was wrong with the text, which ought to be over.
func (d *decoder) end() error {
	if d.err == nil {
		switch _, d.err = d.tokens.ReadToken(); {
		case !errors.Is(d.err, io.EOF):
		case d.other:
			return errOtherKind
		case d.faulty && !d.wanted:
			return errComplaint
		default:
			return nil
		}
	}
	return errNotJSON
}

// next is the kind of the value that comes.
func (d *decoder) next() jsontext.Kind {
	if d.err != nil {
		return jsontext.KindInvalid
	}
	return d.tokens.PeekKind()
}

func (d *decoder) isObject() bool { return d.next() == jsontext.KindBeginObject }

// value reads the next value whole. Its bytes are good until the next read.
func (d *decoder) value() jsontext.Value {
	if d.err != nil {
		return nil
	}
	v, err := d.tokens.ReadValue()
	d.err = err
	return v
}

// members walks the members of the object that comes. The names are good until the next
// read; a member that the loop leaves unread is passed over. Anything but an object has none.
func (d *decoder) members() iter.Seq[[]byte] {
	return func(yield func(name []byte) bool) {
		if !d.open(jsontext.KindBeginObject) {
			return
		}
		strictly, whole := d.strictly(), d.tokens.StackDepth() == 1
		for d.next() == '"' {
			name := d.name()
			strictly.saw(name)
			fault := whole && isError(name)
			if d.err != nil || !yield(name) {
				return
			}
			if d.unread() {
				d.faulty = d.faulty || fault && d.isObject()
				strictly.leftUnread(d)
				d.value()
			} else if whole {
				d.wanted = true
			}
		}
		strictly.end()
		d.close()
	}
}

// some is members for those who want but a few of them, which is not odd.
func (d *decoder) some() iter.Seq[[]byte] {
	return func(yield func(name []byte) bool) {
		if !d.open(jsontext.KindBeginObject) {
			return
		}
		whole := d.tokens.StackDepth() == 1
		for d.next() == '"' {
			name := d.name()
			fault := whole && isError(name)
			if d.err != nil || !yield(name) {
				return
			}
			if d.unread() {
				d.faulty = d.faulty || fault && d.isObject()
				d.value()
			} else if whole {
				d.wanted = true
			}
		}
		d.close()
	}
}

func isError(name []byte) bool { return string(name) == "error" }

// unread reports whether the value of the member whose name was read last is still to come.
func (d *decoder) unread() bool {
	_, read := d.tokens.StackIndex(d.tokens.StackDepth())
	return read%2 == 1
}

// elements walks the elements of the array that comes, in the same way.
func (d *decoder) elements() iter.Seq[int64] {
	return func(yield func(index int64) bool) {
		if !d.open(jsontext.KindBeginArray) {
			return
		}
		for index := int64(0); d.err == nil && d.next() != jsontext.KindEndArray; index++ {
			if !yield(index) {
				return
			}
			if _, read := d.tokens.StackIndex(d.tokens.StackDepth()); d.err == nil && read == index {
				d.value()
			}
		}
		d.close()
	}
}

func (d *decoder) open(kind jsontext.Kind) bool {
	if d.next() != kind {
		d.other = d.other || d.tokens.StackDepth() == 0
		d.pass()
		return false
	}
	_, d.err = d.tokens.ReadToken()
	return d.err == nil
}

func (d *decoder) close() {
	if d.err == nil {
		_, d.err = d.tokens.ReadToken()
	}
}

func (d *decoder) name() []byte {
	v := d.value()
	if len(v) < 2 {
		return nil
	}
	return v[1 : len(v)-1] // Spotify's names have no escapes; one that had would not be known
}

// offset is how much of the text has been read.
func (d *decoder) offset() int64 { return d.tokens.InputOffset() }

// since is the text of the value that began after offset start and has just been read.
func (d *decoder) since(start int64) []byte {
	return bytes.TrimLeft(d.data[start:d.offset()], " \t\r\n:,")
}

// pass leaves out a value that is of another type than is wanted. null never is odd.
func (d *decoder) pass() {
	kind := d.next()
	if d.value(); kind != jsontext.KindNull {
		d.odd()
	}
}

// readList reads an array of objects. Elements that are null, or no object at all, are left
// out and counted.
func readList[T any](d *decoder) (items []T, skipped int) {
	for range d.elements() {
		if !d.isObject() {
			d.pass()
			skipped++
			continue
		}
		items = append(items, *new(T))
		d.into(any(&items[len(items)-1]).(model))
	}
	return items, skipped
}

// readOptional reads an object, or nil for null.
func readOptional[T any](d *decoder) *T {
	if !d.isObject() {
		d.pass()
		return nil
	}
	item := new(T)
	d.into(any(item).(model))
	return item
}

// text reads a string; a number reads as its digits, all else as "".
func (d *decoder) text() string {
	switch d.next() {
	case jsontext.KindString:
		return unquote(d.value())
	case jsontext.KindNumber:
		return string(d.value())
	}
	d.pass()
	return ""
}

func unquote(v jsontext.Value) string {
	if len(v) < 2 {
		return ""
	}
	inner := v[1 : len(v)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		if utf8.Valid(inner) {
			return string(inner)
		}
		return strings.ToValidUTF8(string(inner), "\uFFFD")
	}
	unquoted, _ := jsontext.AppendUnquote(nil, v) // lone surrogates and bad UTF-8 become U+FFFD
	return string(unquoted)
}

// texts reads an array of strings.
func (d *decoder) texts() (list []string) {
	for range d.elements() {
		if d.next() == jsontext.KindString {
			list = append(list, d.text())
		}
	}
	return list
}

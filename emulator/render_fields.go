package emulator

import (
	"bytes"
	"encoding/json"
	"strings"
)

// fields is what the parameter fields of a playlist chooses: items(added_at,item(name,uri)).
// Dots go into an object, parentheses hold several of its fields, and a list that begins with
// an exclamation mark names those to leave out. A nil one chooses everything.
type fields struct {
	chosen map[string]*fields
	except bool
}

// parseFields reads the filter; ok is false if its parentheses do not match.
func parseFields(text string) (f *fields, ok bool) {
	if text == "" {
		return nil, true
	}
	f, rest, ok := parseFieldList(text)
	return f, ok && rest == ""
}

// parseFieldList reads up to the parenthesis that closes the list, or to the end.
func parseFieldList(text string) (f *fields, rest string, ok bool) {
	f = &fields{chosen: map[string]*fields{}}
	text, f.except = strings.CutPrefix(text, "!")
	for {
		name := text
		if end := strings.IndexAny(text, ",.()"); end >= 0 {
			name = text[:end]
		}
		text = text[len(name):]
		inner, after, ok := parseFieldsBelow(text)
		if !ok {
			return nil, "", false
		}
		if name = strings.TrimSpace(name); f.except || !strings.HasPrefix(name, "!") {
			f.choose(strings.TrimPrefix(name, "!"), inner)
		}
		next, more := strings.CutPrefix(after, ",")
		if !more {
			return f, after, true
		}
		text = next
	}
}

// parseFieldsBelow reads what follows a name: .name or (list), or nothing.
func parseFieldsBelow(text string) (f *fields, rest string, ok bool) {
	switch {
	case strings.HasPrefix(text, "("):
		f, rest, ok = parseFieldList(text[1:])
		if !ok || !strings.HasPrefix(rest, ")") {
			return nil, "", false
		}
		return f, rest[1:], true
	case strings.HasPrefix(text, "."):
		name := text[1:]
		if end := strings.IndexAny(name, ",.()"); end >= 0 {
			name = name[:end]
		}
		inner, rest, ok := parseFieldsBelow(text[1+len(name):])
		if !ok {
			return nil, "", false
		}
		name, except := strings.CutPrefix(name, "!")
		return &fields{map[string]*fields{name: inner}, except}, rest, true
	}
	return nil, text, true
}

// choose adds a field; what is chosen below it twice is joined.
func (f *fields) choose(name string, inner *fields) {
	old, known := f.chosen[name]
	if !known || old == nil || inner == nil {
		f.chosen[name] = inner
		return
	}
	for name, below := range inner.chosen {
		old.choose(name, below)
	}
}

// keep says whether a field stays, and what of it.
func (f *fields) keep(name string) (inner *fields, ok bool) {
	inner, named := f.chosen[name]
	if f.except {
		return nil, !named
	}
	return inner, named
}

// apply appends the chosen part of a JSON value to buf. Lists are passed through: the filter
// is about their members.
func (f *fields) apply(buf []byte, value json.RawMessage) []byte {
	if f == nil || len(value) == 0 || value[0] != '{' && value[0] != '[' {
		return append(buf, value...)
	}
	dec := json.NewDecoder(bytes.NewReader(value))
	bracket, _ := dec.Token()
	isObject := bracket == json.Delim('{')
	buf = append(buf, value[0])
	for first := true; dec.More(); {
		inner, kept := f, true
		var key string
		if isObject {
			token, _ := dec.Token()
			key, _ = token.(string)
			inner, kept = f.keep(key)
		}
		var member json.RawMessage
		if dec.Decode(&member) != nil {
			break // not met: the value is our own
		}
		if !kept {
			continue
		}
		if !first {
			buf = append(buf, ',')
		}
		first = false
		if isObject {
			buf = append(appendString(buf, key), ':')
		}
		buf = inner.apply(buf, member)
	}
	if isObject {
		return append(buf, '}')
	}
	return append(buf, ']')
}

package emulator

import (
	"bytes"
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

// apply appends the chosen part of a value to buf. Lists are passed through: the filter is
// about their members. The value is JSON of ours, which has no space between its parts.
func (f *fields) apply(buf, value []byte) []byte {
	if f == nil || value[0] != '{' && value[0] != '[' {
		return append(buf, value...)
	}
	isObject := value[0] == '{'
	buf = append(buf, value[0])
	rest := value[1 : len(value)-1]
	for first := true; len(rest) > 0; {
		inner, kept, key := f, true, []byte(nil)
		if isObject {
			key, rest = cutJSON(rest)
			inner, kept = f.keep(string(key[1 : len(key)-1]))
			rest = rest[1:] // the colon
		}
		var member []byte
		member, rest = cutJSON(rest)
		rest = bytes.TrimPrefix(rest, []byte(","))
		if !kept {
			continue
		}
		if !first {
			buf = append(buf, ',')
		}
		first = false
		if isObject {
			buf = append(append(buf, key...), ':')
		}
		buf = inner.apply(buf, member)
	}
	return append(buf, value[len(value)-1])
}

// cutJSON cuts off the first value of text.
func cutJSON(text []byte) (value, rest []byte) {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			for i++; text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',', ':':
			if depth == 0 {
				return text[:i], text[i:]
			}
			continue
		}
	}
	return text, nil
}

package emulator

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// plainJSON puts spaces in the place of comments and of commas before closing brackets. Every
// byte that is left stays where it was.
func plainJSON(text []byte) []byte {
	plain := bytes.Clone(text)
	if bytes.HasPrefix(plain, []byte("\ufeff")) { // some editors begin a file so
		copy(plain, "   ")
	}
	comma := -1       // the last one, if nothing but space followed
	last := byte('{') // what is not space
	for i := 0; i < len(plain); i++ {
		c := plain[i]
		switch {
		case c == '"':
			i = endOfString(plain, i)
			comma = -1
		case c == '/' && i+1 < len(plain) && (plain[i+1] == '/' || plain[i+1] == '*'):
			i = blankComment(plain, i)
			continue
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			continue
		case c == ',' && last != '{' && last != '[' && last != ',':
			comma = i
		case (c == '}' || c == ']') && comma >= 0:
			plain[comma] = ' '
			comma = -1
		default:
			comma = -1
		}
		last = c
	}
	return plain
}

// endOfString is where the string that begins at from has its closing quote, or the end.
func endOfString(text []byte, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return len(text)
}

// blankComment writes spaces over the comment that begins at from, and returns its last byte.
// Ends of lines stay.
func blankComment(text []byte, from int) int {
	mark := "\n"
	if text[from+1] == '*' {
		mark = "*/"
	}
	end := len(text)
	if at := bytes.Index(text[from+2:], []byte(mark)); at >= 0 {
		end = from + 2 + at + len(mark)
	}
	for i := from; i < end; i++ {
		if text[i] != '\n' && text[i] != '\r' {
			text[i] = ' '
		}
	}
	return end - 1
}

// lineAt is the number of the line in which a byte stands.
func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n"))
}

// lineOf is the number of the line where the value that a pointer leads to begins.
func lineOf(text []byte, pointer jsontext.Pointer) int {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.ReadToken(); err != nil {
			return 1 // it is the whole of it
		}
		if d.StackPointer() == pointer {
			return lineAt(text, d.InputOffset())
		}
	}
}

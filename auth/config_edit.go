package auth

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// iniChange sets one key; an empty value leaves the file's alone.
type iniChange struct{ name, value string }

// editINI changes lines of text and leaves all others byte for byte: an INI library would
// write comments, blank lines and quotes in its own way. The result is read back before it is
// believed, so that an unusual file gives an error and not a lost login.
func editINI(text []byte, section string, changes []iniChange) ([]byte, error) {
	lines := newINILines(text)
	changes = slices.DeleteFunc(slices.Clone(changes), func(c iniChange) bool { return c.value == "" })
	for _, c := range changes {
		lines.set(section, c)
	}
	out := lines.bytes()
	values, err := iniValues(out, section)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if values(c.name) != c.value {
			return nil, fmt.Errorf("%w: cannot write %s", ErrConfig, c.name)
		}
	}
	return out, nil
}

// iniLines is an INI file as its lines, without their ends.
type iniLines struct {
	lines []string
	end   string // "\n", or "\r\n" if the file has it
}

func newINILines(text []byte) *iniLines {
	l := &iniLines{end: "\n"}
	if bytes.Contains(text, []byte("\r\n")) {
		l.end = "\r\n"
	}
	body := strings.TrimSuffix(strings.ReplaceAll(string(text), "\r\n", "\n"), "\n")
	if body != "" {
		l.lines = strings.Split(body, "\n")
	}
	return l
}

func (l *iniLines) bytes() []byte {
	if len(l.lines) == 0 {
		return nil
	}
	return []byte(strings.Join(l.lines, l.end) + l.end)
}

// set replaces the line that counts, the last one with that key, or adds one where the section
// ends, and the section where there is none.
func (l *iniLines) set(section string, c iniChange) {
	line := c.name + " = " + c.value
	found, end, current := -1, -1, ""
	if inSection("", section) {
		end = 0 // after the last line of what comes before the first section
	}
	for i, text := range l.lines {
		text = strings.TrimSpace(strings.TrimPrefix(text, "\ufeff"))
		if name, ok := sectionName(text); ok {
			current = name
		}
		if !inSection(current, section) {
			continue
		}
		if text != "" {
			end = i + 1
		}
		if strings.EqualFold(keyName(text), c.name) {
			found = i
		}
	}
	switch {
	case found >= 0 && keyValue(l.lines[found]) == c.value: // keep how it was written
	case found >= 0:
		l.lines[found] = line
	case end >= 0:
		l.lines = slices.Insert(l.lines, end, line)
	default:
		if len(l.lines) > 0 {
			l.lines = append(l.lines, "")
		}
		l.lines = append(l.lines, "["+section+"]", line)
	}
}

// inSection reports whether a line under the heading current belongs to section; [DEFAULT] and
// no heading are the same.
func inSection(current, section string) bool {
	plain := func(s string) string {
		if s == "DEFAULT" {
			return ""
		}
		return s
	}
	return plain(current) == plain(section)
}

func sectionName(line string) (string, bool) {
	if !strings.HasPrefix(line, "[") {
		return "", false
	}
	name, _, ok := strings.Cut(line[1:], "]")
	return strings.TrimSpace(name), ok
}

// keyName is the key of a line, "" for a comment or anything else.
func keyName(line string) string {
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") || strings.HasPrefix(line, "[") {
		return ""
	}
	i := strings.IndexAny(line, "=:")
	if i < 0 {
		return ""
	}
	return strings.Trim(strings.TrimSpace(line[:i]), "\"`")
}

func keyValue(line string) string {
	i := strings.IndexAny(line, "=:")
	return strings.TrimSpace(line[i+1:])
}

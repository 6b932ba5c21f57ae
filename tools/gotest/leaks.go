package main

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Every secret that the tests make can be told from other text: the emulator's codes and tokens by
// how they begin, our own by the canary in them or by their shape. None may be in anything that a
// test prints, and tests print what servers and programs have written: logs, pages, errors.

// marks are in the secrets, as they are and in whatever a program may have made of them.
var marks = []mark{
	{"a code or token of the emulator", "Q-emulated-", 12},
	{"a canary", "canary-", 4},
}

// mark is a text that begins a secret, and how many characters follow it at least.
type mark struct {
	what, text string
	more       int
}

// shapes are secrets that no mark begins.
var shapes = []struct {
	what string
	is   *regexp.Regexp
	as   func(string) bool
}{
	{"a session id, state or verifier", regexp.MustCompile(`(?:^|[^\w+/.-])([\w-]{43})(?:$|[^\w+/=.-])`), looksRandom},
	{"a key", regexp.MustCompile(`(?:^|[^\w+/-])([A-Za-z0-9+/]{43}=)(?:$|[^\w+/=-])`), looksRandom},
	{"an Authorization header", regexp.MustCompile(`\b(?:Basic|Bearer) ([A-Za-z0-9+/_-]{16,}=*)`), looksRandom},
}

// challenge is the hash of a verifier (RFC 7636, section 4.2): public, and shaped like one.
var challenge = regexp.MustCompile(`code_challenge=[\w-]+`)

// tokenLine is what "tenuto token" is for: an access token and nothing else. No log has such a line.
var tokenLine = regexp.MustCompile(`^\s*BQ-emulated-[\w-]+\s*$`)

// loginLine is what "tenuto login" shows the person who is to open it: their own login's address, and nothing else. Its
// state may be seen there.
var (
	loginLine  = regexp.MustCompile(`^\s*https?://[^/\s]+/authorize\?\S+\s*$`)
	loginState = regexp.MustCompile(`([?&])state=[\w-]+`)
)

const tokenPrinter = "github.com/tenuto-dev/tenuto/cmd/tenuto."

// found is a secret in what a test printed.
type found struct{ test, what, excerpt string }

func (f found) String() string { return fmt.Sprintf("%s printed %s: %s", f.test, f.what, f.excerpt) }

// leaks collects what tests print and looks through it a line at a time.
type leaks struct {
	partial map[string]string // the line that a test has begun
	found   []found
}

func (l *leaks) printed(test, text string) {
	if l.partial == nil {
		l.partial = map[string]string{}
	}
	text = l.partial[test] + text
	lines := strings.SplitAfter(text, "\n")
	last := len(lines) - 1
	for _, line := range lines[:last] {
		l.look(test, line)
	}
	l.partial[test] = lines[last]
}

// end looks at the lines that were never ended.
func (l *leaks) end() {
	for test, line := range l.partial {
		l.look(test, line)
	}
	l.partial = nil
}

// look keeps one finding of a kind for each test.
func (l *leaks) look(test, line string) {
	if strings.HasPrefix(test, tokenPrinter) {
		switch {
		case tokenLine.MatchString(line):
			return
		case loginLine.MatchString(line):
			line = loginState.ReplaceAllString(line, "$1")
		}
	}
	for _, f := range secretsIn(line) {
		f.test = test
		seen := slices.ContainsFunc(l.found, func(o found) bool { return o.test == f.test && o.what == f.what })
		if !seen {
			l.found = append(l.found, f)
		}
	}
}

// secretsIn finds secrets in a line, and shows little of them.
func secretsIn(line string) (list []found) {
	for _, d := range disguises {
		if m := d.is.FindString(line); m != "" {
			list = append(list, found{what: d.what, excerpt: mask(m)})
		}
	}
	line = challenge.ReplaceAllString(line, "")
	for _, s := range shapes {
		for _, m := range s.is.FindAllStringSubmatch(line, -1) {
			if s.as(m[1]) {
				list = append(list, found{what: s.what, excerpt: mask(m[1])})
			}
		}
	}
	return list
}

func mask(secret string) string { return secret[:min(10, len(secret)/2)] + "…" }

// disguise is a mark in one of its forms.
type disguise struct {
	what string
	is   *regexp.Regexp
}

var disguises = func() (list []disguise) {
	for _, m := range marks {
		add := func(form, pattern string) {
			list = append(list, disguise{m.what + form, regexp.MustCompile(pattern)})
		}
		add("", regexp.QuoteMeta(m.text)+fmt.Sprintf(`[\w-]{%d,}`, m.more))
		add(" (URL-encoded)", everyByte(m.text, func(b byte) string { return fmt.Sprintf("%%(?i:%02x)", b) }))
		add(" (in hexadecimal)", "(?i:"+hex.EncodeToString([]byte(m.text))+")")
		for shift := range 3 {
			add(" (in base64)", regexp.QuoteMeta(inBase64(m.text, shift)))
		}
	}
	return list
}()

func everyByte(text string, as func(byte) string) string {
	var out strings.Builder
	for i := range len(text) {
		out.WriteString(as(text[i]))
	}
	return out.String()
}

// inBase64 is the part of text's encoding that does not depend on what is before and after it, where
// shift bytes of a group of three are before it.
func inBase64(text string, shift int) string {
	whole := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + text))
	from := (shift*8 + 5) / 6
	to := (shift + len(text)) * 8 / 6
	return whole[from:to]
}

// looksRandom tells 256 bits from words: names of tests and files have few digits and long runs of small letters.
func looksRandom(text string) bool {
	var upper, lower, digit, changes int
	last := 0
	for _, r := range text {
		class := 3
		switch {
		case unicode.IsUpper(r):
			upper++
			class = 0
		case unicode.IsLower(r):
			lower++
			class = 1
		case unicode.IsDigit(r):
			digit++
			class = 2
		}
		if class != last {
			changes++
		}
		last = class
	}
	return upper >= 4 && lower >= 4 && digit >= 1 && changes >= len(text)/3
}

// report prints what was found; nothing is good.
func (l *leaks) report(w io.Writer) {
	for _, f := range l.found {
		fmt.Fprintln(w, "LEAKED", f)
	}
}

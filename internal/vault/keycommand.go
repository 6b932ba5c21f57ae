package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	keyCommandTime = 30 * time.Second // for the program
	keyCommandWait = time.Second      // for what it started, once it is gone
	maxComplaint   = 300              // bytes of standard error in a message
)

// errTooLong stops a program that prints more than any key file has.
var errTooLong = fmt.Errorf("it prints more than %d bytes, and no keys", maxKeyFile)

// RunKeyCommand reads the ring that a program prints, written as for ParseKeys: from a secret manager, say, or a
// hardware module. command is the program and its arguments; no shell reads it. env is all the environment it gets. It
// has 30 seconds, and no terminal to ask at; what it started ends with it if it fails. The error is an ErrKey and holds
// nothing that it printed on standard output, and of standard error no more than words.
func RunKeyCommand(ctx context.Context, command, env []string) (*KeyRing, error) {
	if len(command) == 0 {
		return nil, fmt.Errorf("%w: the key command is empty", ErrKey)
	}
	text, err := run(ctx, command, env)
	if err != nil {
		return nil, fmt.Errorf("%w: the key command %s: %w", ErrKey, command[0], err)
	}
	keys, err := readKeys(text)
	if err == nil {
		var ring *KeyRing
		if ring, err = newKeyRing(keys); err == nil {
			return ring, nil
		}
	}
	return nil, fmt.Errorf("what the key command %s prints: %w", command[0], err)
}

// run returns what the program prints.
func run(ctx context.Context, command, env []string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, keyCommandTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	out, complaint := &bounded{most: maxKeyFile, full: errTooLong}, &bounded{most: 16 * maxComplaint}
	cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = append([]string{}, env...), out, complaint, keyCommandWait
	end := together(cmd)
	err := cmd.Run()
	if err != nil {
		end()
	}
	switch {
	case out.over:
		return "", errTooLong
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		err = fmt.Errorf("no answer in %v", keyCommandTime)
	case ctx.Err() != nil:
		err = ctx.Err()
	}
	if said := harmless(complaint.text.String()); err != nil && said != "" {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	return out.text.String(), err
}

// harmless is the last line of what a program complains, for a message: its words, and nothing else. A key may be
// written in many ways, in base64 or percent-encoded, in pairs of digits or as a list of numbers; none of them is a
// word. A line with much that is none is a key perhaps, and no complaint.
func harmless(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var said []string
	omitted := 0
	for token := range strings.FieldsFuncSeq(lines[len(lines)-1], func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }) {
		switch {
		case isWord(token):
			said = append(said, token)
			continue
		case len(said) == 0 || said[len(said)-1] != hidden:
			said = append(said, hidden)
		}
		if omitted++; omitted > maxOmitted {
			return ""
		}
	}
	line := strings.Join(said, " ")
	return strings.ToValidUTF8(line[:min(len(line), maxComplaint)], "")
}

const (
	hidden     = "[redacted]"
	maxOmitted = 4  // tokens of a complaint that are no words
	maxWord    = 20 // letters
)

// isWord reports whether token, but for the punctuation around it, is one: letters, and capitals only where words have
// them, which a piece of a key hardly ever does.
func isWord(token string) bool {
	word := strings.Trim(token, `.,:;!?"'()[]{}`+"`")
	if utf8.RuneCountInString(word) > maxWord || strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		return false
	}
	_, first := utf8.DecodeRuneInString(word)
	return word[first:] == strings.ToLower(word[first:]) || word == strings.ToUpper(word)
}

// bounded keeps the first bytes it is given. full, if there is one, is what further ones fail with.
type bounded struct {
	text bytes.Buffer
	most int
	full error
	over bool
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if room := b.most - b.text.Len(); len(p) > room {
		b.text.Write(p[:room])
		b.over = true
		if b.full != nil {
			return room, b.full
		}
		return len(p), nil
	}
	return b.text.Write(p)
}

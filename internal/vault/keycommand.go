package vault

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"
	"unicode"
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
// has 30 seconds. The error is an ErrKey and holds nothing that it printed on standard output.
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
	err := cmd.Run()
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

// couldBeKey is what a key may look like wherever it stands in a line: base64, perhaps with its slashes escaped,
// hexadecimal digits, or a list of numbers.
var couldBeKey = regexp.MustCompile(`[A-Za-z0-9+/_=\\:,-]{32,}`)

// harmless is the last line of what a program complains, for a message: on one line, short, and without what could be
// a key.
func harmless(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	words := strings.FieldsFunc(lines[len(lines)-1], func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) })
	said := couldBeKey.ReplaceAllString(strings.Join(words, " "), "[redacted]")
	return strings.ToValidUTF8(said[:min(len(said), maxComplaint)], "")
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

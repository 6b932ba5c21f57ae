package main

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/tenuto-dev/tenuto/emulator"
)

// TestDocumentedSessions types every console block of the documents, in their order, at an
// emulated Spotify, and compares what is printed with what the document shows.
func TestDocumentedSessions(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"../../README.md", "../../docs/cli.md"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			steps := sessions(readFile(t, path))
			if len(steps) == 0 {
				t.Fatal("no console blocks")
			}
			world := emulator.Start(t, emulator.Config{AutoApprove: "alice"})
			env := againstWorld(t, world)
			dir := t.TempDir()
			for _, s := range steps {
				s.play(t, env, dir)
			}
		})
	}
}

// step is a command that a document shows, and what it is to print.
type step struct {
	command string
	shown   []string
}

// sessions are the steps in the console blocks of a document.
func sessions(text string) (steps []step) {
	inside := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		switch command, prompted := strings.CutPrefix(line, "$ "); {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && prompted:
			steps = append(steps, step{command: command})
		case inside && len(steps) > 0:
			last := &steps[len(steps)-1]
			last.shown = append(last.shown, line)
		}
	}
	return steps
}

// play runs the step and compares.
func (s step) play(t *testing.T, env []string, dir string) {
	t.Helper()
	words := strings.Fields(s.command)
	if words[0] == "tenuto" && slices.Contains([]string{"demo", "serve", "emulator"}, words[1]) {
		s.playServer(t, env, words[1:])
		return
	}
	redirect := "SPOTIFY_REDIRECT_URI=http://127.0.0.1/callback"
	cmd := exec.CommandContext(t.Context(), "sh", "-c", s.command)
	cmd.Env, cmd.Dir = append(env[:len(env):len(env)], redirect), dir
	output, _ := cmd.CombinedOutput() // the status is part of what scripts test
	if got := strings.TrimRight(string(output), "\n"); !shows(s.shown, got) {
		t.Errorf("$ %s\nprinted:\n%s\nthe document shows:\n%s", s.command, got, strings.Join(s.shown, "\n"))
	}
}

// playServer runs what only ends when it is told to, on free ports, until it has said what the
// document shows.
func (s step) playServer(t *testing.T, env, args []string) {
	t.Helper()
	free := []string{"TENUTO_ADDR=127.0.0.1:0", "TENUTO_EMULATOR_ADDR=127.0.0.1:0", "TENUTO_OPERATIONS_ADDR=127.0.0.1:0"}
	server := start(t, append(env[:len(env):len(env)], free...), args...)
	server.until(pattern(s.shown[len(s.shown)-1:]))
	if status := server.stop(); status != done {
		t.Errorf("$ %s ended with %d, want %d", s.command, status, done)
	}
	if got := strings.TrimRight(server.output(), "\n"); !shows(s.shown, got) {
		t.Errorf("$ %s\nprinted:\n%s\nthe document shows:\n%s", s.command, got, strings.Join(s.shown, "\n"))
	}
}

// shows reports whether a document's lines show what was printed.
func shows(lines []string, printed string) bool {
	return regexp.MustCompile(pattern(lines)).MatchString(printed)
}

var (
	port   = regexp.MustCompile(`:\d{4,5}\b`)
	spaces = regexp.MustCompile(` {2,}`)
)

// pattern matches what lines show: … is anything, a line of its own any number of lines, and
// ports and the width of columns are those of the day. Log lines may be in between.
func pattern(lines []string) string {
	var p strings.Builder
	p.WriteString(`^(?:time=.*\n)*`)
	for i, line := range lines {
		if line == "…" {
			p.WriteString(`(?:.*\n)*`)
			continue
		}
		line = regexp.QuoteMeta(line)
		line = strings.ReplaceAll(line, "…", ".*")
		line = port.ReplaceAllLiteralString(line, `:\d+`)
		line = spaces.ReplaceAllLiteralString(line, ` +`)
		p.WriteString(line)
		if i < len(lines)-1 {
			p.WriteString(`\n`)
		}
	}
	p.WriteString(`(?:\ntime=.*)*$`)
	return p.String()
}

// TestShows: the comparison can fail.
func TestShows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		shown, printed string
		want           bool
	}{
		{"a … c", "a b c", true},
		{"a … c", "a b d", false},
		{"http://127.0.0.1:5000  x", "http://127.0.0.1:41234 x", true},
		{"first\n…\nlast", "first\n1\n2\nlast", true},
		{"first\n…\nlast", "first\n1\n2\n", false},
		{"first", "first\nsecond", false},
		{"", "something", false},
	} {
		var lines []string
		if c.shown != "" {
			lines = strings.Split(c.shown, "\n")
		}
		if got := shows(lines, c.printed); got != c.want {
			t.Errorf("shows(%q, %q) = %v, want %v", c.shown, c.printed, got, c.want)
		}
	}
}

// TestDocumentedCommands: commands and flags that the documents name anywhere are there, and each
// command has its section in docs/cli.md.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	cli := readFile(t, "../../docs/cli.md")
	for _, cmd := range command(t, nil, nil).Commands() {
		if !regexp.MustCompile(`\btenuto (help )?` + cmd.Name() + `\b`).MatchString(cli) {
			t.Errorf("docs/cli.md does not show tenuto %s", cmd.Name())
		}
	}
	entries, err := os.ReadDir("../../docs")
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"../../README.md", "../../CONTRIBUTING.md", "../../examples/README.md"}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".md") {
			paths = append(paths, "../../docs/"+entry.Name())
		}
	}
	seen := 0
	for _, path := range paths {
		for _, m := range typed.FindAllStringSubmatch(readFile(t, path), -1) {
			seen++
			checkTyped(t, path, m[1])
		}
	}
	if seen < 20 {
		t.Errorf("found %d commands in the documents, want at least 20", seen)
	}
}

// typed finds what a reader would type: tenuto and the words after it, in code.
var typed = regexp.MustCompile("(?:`|\\$ |\\$\\(|run \\./cmd/|\\| )tenuto ([a-z][^`\n|)#\"]*)")

func checkTyped(t *testing.T, path, line string) {
	words := strings.Fields(line)
	if words[0] == "help" || words[0] == "completion" || words[0] == "dmeo" {
		return
	}
	cmd, rest, err := command(t, nil, nil).Root().Find(words)
	if err != nil || cmd.Name() == "tenuto" {
		t.Errorf("%s: tenuto %s: there is no such command", path, line)
		return
	}
	for _, word := range rest {
		name, isFlag := strings.CutPrefix(word, "--")
		name, _, _ = strings.Cut(name, "=")
		if isFlag && cmd.Flags().Lookup(name) == nil {
			t.Errorf("%s: tenuto %s: there is no flag --%s", path, line, name)
		}
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

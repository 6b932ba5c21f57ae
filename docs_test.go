package tenuto

import (
	"bufio"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestLinks: whatever a document points to in this project is there, headings included.
func TestLinks(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		for _, link := range links(read(t, path)) {
			if err := follow(path, link); err != "" {
				t.Errorf("%s: link %s: %s", path, link, err)
			}
		}
	}
}

var markdownLink = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// links are the targets of a document's links that stay in the project.
func links(text string) (targets []string) {
	for _, m := range markdownLink.FindAllStringSubmatch(outsideFences(text), -1) {
		if !strings.Contains(m[1], "://") && !strings.HasPrefix(m[1], "mailto:") {
			targets = append(targets, m[1])
		}
	}
	return targets
}

// follow says what is wrong with a link in the document at path, "" if nothing is.
func follow(path, link string) string {
	target, heading, _ := strings.Cut(link, "#")
	file := path
	if target != "" {
		file = filepath.Join(filepath.Dir(path), filepath.FromSlash(target))
	}
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return "no such file"
	case heading == "" || info.IsDir():
		return ""
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(outsideFences(string(text))) {
		if strings.HasPrefix(line, "#") && anchor(line) == heading {
			return ""
		}
	}
	return "no such heading"
}

// anchor is what a heading is called in a link.
func anchor(heading string) string {
	heading = strings.ToLower(strings.TrimSpace(strings.TrimLeft(heading, "#")))
	heading = regexp.MustCompile(`[^\p{L}\p{N}\- ]`).ReplaceAllString(heading, "")
	return strings.ReplaceAll(heading, " ", "-")
}

func TestFollow(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"LICENSE":                         "",
		"auth":                            "",
		"no-such-file.md":                 "no such file",
		"README.md#what-it-is-not":        "no such heading",
		"CONTRIBUTING.md#the-order-of-it": "no such heading",
	} {
		if got := follow("README.md", link); got != want {
			t.Errorf("follow(README.md, %s) = %q, want %q", link, got, want)
		}
	}
	if got := links("[a](b.md) [c](https://d.example/) `x`\n```\n[e](f)\n```\n"); !slices.Equal(got, []string{"b.md"}) {
		t.Errorf("links = %q, want [b.md]", got)
	}
	if got, want := anchor("## Who may import whom?\n"), "who-may-import-whom"; got != want {
		t.Errorf("anchor = %q, want %q", got, want)
	}
}

// TestNoMachine: the project works on any machine, so no file of it names this one.
func TestNoMachine(t *testing.T) {
	t.Parallel()
	names := machineNames(t)
	for _, path := range files(t) {
		if filepath.Base(path) == "go.sum" {
			continue
		}
		for _, found := range namesIn(read(t, path), names) {
			t.Errorf("%s names this machine: %s", path, found)
		}
	}
	if got := namesIn("see /opt/here/tenuto and proxy.inside.example", []string{"/opt/here/tenuto", "proxy.inside.example", "other"}); len(got) != 2 {
		t.Errorf("namesIn found %q, want both names", got)
	}
}

var personal = regexp.MustCompile(`/(?:home|Users)/\w+`)

func namesIn(text string, names []string) (found []string) {
	for _, name := range names {
		if strings.Contains(text, name) {
			found = append(found, name)
		}
	}
	return append(found, personal.FindAllString(text, -1)...)
}

// machineNames are the places and hosts of this machine that would give it away: where the
// checkout is, Go's folders, and where modules come from.
func machineNames(t *testing.T) (names []string) {
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	names = append(names, root)
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOPROXY", "GOMODCACHE", "GOCACHE").Output()
	if err != nil {
		t.Fatalf("go env: %v", err)
	}
	for _, value := range strings.FieldsFunc(string(out), func(r rune) bool { return strings.ContainsRune("\n,| ", r) }) {
		u, err := url.Parse(value)
		switch {
		case err == nil && u.Host != "":
			names = append(names, u.Hostname())
		case filepath.IsAbs(value):
			names = append(names, value)
		}
	}
	return names
}

// TestOneCommand: CI runs what the README tells a person to run, and nothing else.
func TestOneCommand(t *testing.T) {
	t.Parallel()
	var ci string
	for line := range strings.Lines(read(t, ".ci/run")) {
		if line = strings.TrimSpace(line); line != "" {
			ci = line // the last
		}
	}
	commands := shellLines(read(t, "README.md"))
	if ci != "make test" || !slices.Contains(commands, ci) {
		t.Errorf(".ci/run ends with %q; README's commands are %q; want make test in both", ci, commands)
	}
	info, err := os.Stat(".ci/run")
	if err != nil || info.Mode()&0o111 == 0 {
		t.Errorf(".ci/run is not executable: %v, %v", info.Mode(), err)
	}
}

// TestTargets: every make target that a document names exists, and help lists them all.
func TestTargets(t *testing.T) {
	t.Parallel()
	var targets []string
	for _, m := range regexp.MustCompile(`(?m)^([a-z]+):.*##`).FindAllStringSubmatch(read(t, "Makefile"), -1) {
		targets = append(targets, m[1])
	}
	for _, want := range []string{"help", "test", "lint", "bench", "cover"} {
		if !slices.Contains(targets, want) {
			t.Errorf("Makefile's targets with a ## comment are %q: want %s among them", targets, want)
		}
	}
	for _, path := range documents(t) {
		for _, command := range shellLines(read(t, path)) {
			if target, ok := strings.CutPrefix(command, "make "); ok && !slices.Contains(targets, target) {
				t.Errorf("%s: %s: there is no such target", path, command)
			}
		}
	}
}

// TestPrograms: what the documents start with go run is there to be started.
func TestPrograms(t *testing.T) {
	t.Parallel()
	for _, path := range documents(t) {
		for _, command := range shellLines(read(t, path)) {
			words := strings.Fields(command)
			if len(words) < 3 || words[0] != "go" || words[1] != "run" || !strings.HasPrefix(words[2], "./") {
				continue
			}
			if found, err := filepath.Glob(filepath.Join(words[2], "*.go")); err != nil || len(found) == 0 {
				t.Errorf("%s: %s: no Go files there", path, command)
			}
		}
	}
}

// shellLines are the commands in a document's sh and console blocks, without their prompts.
func shellLines(text string) (commands []string) {
	language := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if fence, ok := strings.CutPrefix(line, "```"); ok {
			language = fence
			continue
		}
		command, prompted := strings.CutPrefix(line, "$ ")
		if language == "sh" && line != "" || language == "console" && prompted {
			command, _, _ = strings.Cut(command, "  #")
			commands = append(commands, strings.TrimSpace(command))
		}
	}
	return commands
}

// outsideFences is text without its code blocks.
func outsideFences(text string) string {
	var out strings.Builder
	inside := false
	lines := bufio.NewScanner(strings.NewReader(text))
	for lines.Scan() {
		if strings.HasPrefix(strings.TrimSpace(lines.Text()), "```") {
			inside = !inside
			continue
		}
		if !inside {
			out.WriteString(lines.Text() + "\n")
		}
	}
	return out.String()
}

// documents are the Markdown files of the project.
func documents(t *testing.T) []string {
	return slices.DeleteFunc(files(t), func(path string) bool { return filepath.Ext(path) != ".md" })
}

// files are the text files of the project: what git would keep.
func files(t *testing.T) (paths []string) {
	t.Helper()
	binary := []string{".png", ".jpg", ".ico", ".woff2", ".db", ".test", ".prof"}
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".cache", "bin"}, path):
			return filepath.SkipDir
		case entry.Type().IsRegular() && !slices.Contains(binary, filepath.Ext(path)):
			paths = append(paths, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestDependencies: docs/dependencies.md explains every direct dependency, and no other.
func TestDependencies(t *testing.T) {
	t.Parallel()
	var direct, explained []string
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\s+([\w./-]+) v[^ \n]+$`).FindAllStringSubmatch(read(t, "go.mod"), -1) {
		direct = append(direct, m[1])
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([^`]+)` \\|").FindAllStringSubmatch(read(t, "docs/dependencies.md"), -1) {
		explained = append(explained, m[1])
	}
	slices.Sort(direct)
	slices.Sort(explained)
	if diff := cmp.Diff(direct, explained); diff != "" {
		t.Errorf("docs/dependencies.md and go.mod differ (-go.mod +docs):\n%s", diff)
	}
}

// TestReadmeCompiles: the lines of Go in the README are a program.
func TestReadmeCompiles(t *testing.T) {
	t.Parallel()
	_, block, found := strings.Cut(read(t, "README.md"), "```go\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatal("README.md shows no Go")
	}
	program := "package main\n\nimport (\n\"context\"\n\"fmt\"\n\"log\"\n\"github.com/tenuto-dev/tenuto/auth\"\n\"github.com/tenuto-dev/tenuto/spotify\"\n)\n\n" +
		"func check(err error) {\nif err != nil {\nlog.Fatal(err)\n}\n}\n\n" +
		"func main() {\nctx := context.Background()\n" + block + "}\n"
	path := filepath.Join(t.TempDir(), "main.go")
	if err := os.WriteFile(path, []byte(program), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "go", "vet", path).CombinedOutput(); err != nil {
		t.Errorf("go vet: %v\n%s\n%s", err, out, program)
	}
}

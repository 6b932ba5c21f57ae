package main

import (
	"io"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// samples are a value for each type of flag, and how the flag then shows it.
var samples = map[string]struct{ text, shown string }{
	"string":      {"from-variable", "from-variable"},
	"stringArray": {"one two", "[one,two]"},
	"bool":        {"true", "true"},
	"int":         {"7", "7"},
	"int64":       {"7", "7"},
	"duration":    {"7m", "7m0s"},
}

// TestEveryFlagHasAVariable walks the tree of commands: each flag takes its TENUTO_ variable, and
// the flag itself goes before it.
func TestEveryFlagHasAVariable(t *testing.T) {
	t.Parallel()
	seen := 0
	var walk func(path []string)
	walk = func(path []string) {
		for _, child := range command(t, nil, path).Commands() {
			walk(append(path[:len(path):len(path)], child.Name()))
		}
		command(t, nil, path).Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			seen++
			checkFlag(t, path, f)
		})
	}
	walk(nil)
	if seen < 40 {
		t.Errorf("saw %d flags, want all of them", seen)
	}
}

func checkFlag(t *testing.T, path []string, f *pflag.Flag) {
	sample, ok := samples[f.Value.Type()]
	if !ok {
		t.Fatalf("%v --%s: no sample for the type %s", path, f.Name, f.Value.Type())
	}
	environment := map[string]string{variable(f.Name): sample.text}
	p := &program{lookup: lookupIn(environment)}
	cmd := command(t, p, path)
	if err := p.flagsFromEnvironment(cmd); err != nil {
		t.Errorf("%v: %s=%q: %v", path, variable(f.Name), sample.text, err)
	}
	got := cmd.Flags().Lookup(f.Name)
	if got.Value.String() != sample.shown || flagSource(got) != variable(f.Name) {
		t.Errorf("%v: %s=%q gives --%s %q from %q, want %q", path, variable(f.Name), sample.text, f.Name, got.Value, flagSource(got), sample.shown)
	}

	cmd = command(t, p, path)
	if err := cmd.ParseFlags([]string{"--" + f.Name + "=" + f.Value.String()}); f.Value.Type() != "stringArray" && err != nil {
		t.Fatal(err)
	} else if err := p.flagsFromEnvironment(cmd); err != nil {
		t.Errorf("%v: %v", path, err)
	}
	if got := cmd.Flags().Lookup(f.Name); f.Value.Type() != "stringArray" && (got.Value.String() != f.Value.String() || flagSource(got) != "--"+f.Name) {
		t.Errorf("%v: --%s=%s with %s=%q gives %q from %q, want the flag", path, f.Name, f.Value, variable(f.Name), sample.text, got.Value, flagSource(got))
	}
}

// command is the command at path of a fresh tree.
func command(t *testing.T, p *program, path []string) *cobra.Command {
	t.Helper()
	if p == nil {
		p = &program{}
	}
	p.out, p.err = io.Discard, io.Discard
	root := p.root()
	root.InitDefaultCompletionCmd()
	cmd, rest, err := root.Find(path)
	if err != nil || len(rest) > 0 {
		t.Fatalf("Find(%q) = %v, %q, %v", path, cmd, rest, err)
	}
	return cmd
}

func lookupIn(environment map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := environment[name]
		return value, ok
	}
}

func TestWrongVariable(t *testing.T) {
	t.Parallel()
	p := &program{lookup: lookupIn(map[string]string{"TENUTO_TOKEN_LIFETIME": "soon"}), out: io.Discard, err: io.Discard}
	if status := p.run(t.Context(), []string{"emulator"}); status != misuse {
		t.Errorf("run(emulator) with TENUTO_TOKEN_LIFETIME=soon = %d, want %d", status, misuse)
	}
}

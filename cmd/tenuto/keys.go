package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// keyVariable holds the root keys of the database. It has no flag: they are secret.
const keyVariable = "TENUTO_KEY"

// keyFlags say where the root keys come from.
type keyFlags struct {
	keyFile, keyCommand string
}

func (f *keyFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.keyFile, "key-file", "", "the `FILE` with the root keys that seal the database, the newest first")
	flags.StringVar(&f.keyCommand, "key-command", "", "the `COMMAND` that prints them instead: a program and its arguments, without a shell")
}

// keyProgram is what to call the key command: its arguments may be nobody's business.
func (f *keyFlags) keyProgram() string {
	program, _, _ := strings.Cut(strings.Join(strings.Fields(f.keyCommand), " "), " ")
	return program
}

// keys are the root keys we were given: nil if the data directory is to have its own.
func (p *program) keys(ctx context.Context, f *keyFlags) (*vault.KeyRing, error) {
	text, _ := p.lookup(keyVariable)
	given := []string{}
	for _, source := range []struct{ name, value string }{
		{keyVariable, text}, {"--key-file", f.keyFile}, {"--key-command", f.keyCommand},
	} {
		if source.value != "" {
			given = append(given, source.name)
		}
	}
	switch {
	case len(given) > 1:
		return nil, usage("leave all but one of them out", "%s are both set", strings.Join(given, " and "))
	case text != "":
		keys, err := vault.ParseKeys(text)
		if err != nil {
			return nil, usage("", "%s: %w", keyVariable, err)
		}
		return keys, nil
	case f.keyFile != "":
		return vault.OpenKeyFile(f.keyFile)
	case f.keyCommand != "":
		keys, err := vault.RunKeyCommand(ctx, strings.Fields(f.keyCommand), publicEnvironment())
		return keys, advise(err, fmt.Sprintf("run %s yourself, as --key-command says, to see what it prints: keys of 32 random bytes in base64, the newest first", f.keyProgram()))
	}
	return nil, nil
}

// publicEnvironment is the environment without our secrets, for a program of somebody else's.
func publicEnvironment() []string {
	secret := secretVariables()
	return slices.DeleteFunc(os.Environ(), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		return slices.Contains(secret, name)
	})
}

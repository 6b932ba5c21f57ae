package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// variable is the name of the environment variable that stands for a flag.
func variable(flag string) string {
	return "TENUTO_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// flagsFromEnvironment sets the flags of cmd that were not given from their variables. A flag
// that may be repeated takes the words of its variable. An empty variable is none.
func (p *program) flagsFromEnvironment(cmd *cobra.Command) (err error) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		text, ok := p.lookup(name)
		if err != nil || !ok || text == "" || f.Changed || f.Name == "help" {
			return
		}
		if setErr := setFlag(f, text); setErr != nil {
			err = usage(seeHelp(cmd), "%s=%q: %w", name, text, setErr)
			return
		}
		f.Changed = true
		if f.Annotations == nil {
			f.Annotations = map[string][]string{}
		}
		f.Annotations[fromVariable] = []string{name}
	})
	return err
}

// fromVariable marks a flag that its variable has set.
const fromVariable = "tenuto_variable"

func setFlag(f *pflag.Flag, text string) error {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return list.Replace(strings.Fields(text))
	}
	return f.Value.Set(text)
}

// flagSource says where the value of a flag comes from: "--name", "TENUTO_NAME" or "".
func flagSource(f *pflag.Flag) string {
	switch {
	case !f.Changed:
		return ""
	case len(f.Annotations[fromVariable]) == 1:
		return f.Annotations[fromVariable][0]
	}
	return "--" + f.Name
}

// keepSecrets takes what is secret out of the environment before another program, a browser, is
// started, for that would inherit it. Whatever is needed of it must have been read before.
func (p *program) keepSecrets() error {
	for _, name := range secretVariables() {
		if err := p.unset(name); err != nil {
			return err
		}
	}
	return nil
}

func secretVariables() []string {
	variables := []string{keyVariable, databaseVariable, "PGPASSWORD"}
	for _, s := range settings {
		if s.secret {
			variables = append(variables, s.variable)
		}
	}
	return variables
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tenuto-dev/tenuto/auth"
)

// config alone shows. Its flags change what is shown as they change what is used.
func (p *program) config() *cobra.Command {
	cmd := p.configCommand("config", "Show and change which app we are", nil, p.showConfig)
	cmd.Long = `Settings are taken from the first place that has them: flags (or their TENUTO_ variables), the
file named by --config, the environment (SPOTIFY_CLIENT_ID, …), the person's own file.
get, set and path are about files: the one named by --config, else the person's own.`
	cmd.Args = commandsOnly
	cmd.AddCommand(
		p.configCommand("show", "Show every setting and where it comes from; no secrets", nil, p.showConfig),
		p.configCommand("get NAME", "Print one setting; no secrets", []string{"NAME"}, p.getConfig),
		p.configSet(),
		p.configCommand("path", "Print which file set writes to", nil, p.configPath),
	)
	return cmd
}

func (p *program) configCommand(use, short string, names []string, run func(*app, []string) error) *cobra.Command {
	var f appFlags
	cmd := &cobra.Command{Use: use, Short: short, Args: arguments(names...), RunE: func(_ *cobra.Command, args []string) error {
		a, err := p.load(&f)
		if err != nil {
			return err
		}
		return run(a, args)
	}}
	f.register(cmd)
	return cmd
}

func (p *program) showConfig(a *app, _ []string) error {
	table := tabwriter.NewWriter(p.out, 0, 0, 2, ' ', 0)
	line := func(name, value, source string, secret bool) {
		switch {
		case value == "":
			value, source = "(not set)", ""
		case secret:
			value = "(set, not shown)"
		}
		fmt.Fprintln(table, strings.TrimRight(name+"\t"+value+"\t"+source, "\t"))
	}
	for _, s := range settings {
		line(s.name, s.get(a.conf), a.sources[s.name], s.secret)
	}
	line("accounts-url", cmp.Or(a.conf.AccountsURL, "https://accounts.spotify.com"), a.sources["accounts-url"], false)
	line("api-url", cmp.Or(a.apiURL, "https://api.spotify.com/v1"), a.sources["api-url"], false)
	return table.Flush()
}

func (p *program) getConfig(a *app, args []string) error {
	switch args[0] {
	case "accounts-url":
		_, err := fmt.Fprintln(p.out, a.conf.AccountsURL)
		return err
	case "api-url":
		_, err := fmt.Fprintln(p.out, a.apiURL)
		return err
	}
	s, err := settingNamed(args[0])
	if err != nil {
		return err
	}
	switch value := s.get(a.conf); {
	case s.secret:
		return usage(`"tenuto config" says whether it is set`, "%s is a secret and is not shown", s.name)
	case value == "":
		return advise(fmt.Errorf("%s is not set", s.name), fmt.Sprintf(`set it with "tenuto config set %s", or in %s`, s.name, s.variable))
	default:
		_, err := fmt.Fprintln(p.out, value)
		return err
	}
}

func (p *program) configSet() *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use:   "set NAME [VALUE]",
		Short: "Write one setting to the file; secrets are read from standard input",
		Args:  cobra.RangeArgs(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("for example: tenuto config set client-id 0123456789abcdef0123456789abcdef", "set what?")
			}
			s, err := settingNamed(args[0])
			if err != nil {
				return err
			}
			value, err := p.settingValue(s, args[1:])
			if err != nil {
				return err
			}
			return p.writeSetting(file, s, value)
		},
	}
	cmd.Flags().StringVar(&file, "config", "", "the INI `FILE` to write (default the person's own)")
	return cmd
}

// settingValue is what a setting is to be: an argument, or for a secret what standard input says.
func (p *program) settingValue(s setting, args []string) (string, error) {
	switch {
	case s.secret && len(args) > 0:
		return "", usage(fmt.Sprintf(`type "tenuto config set %s" alone: it asks for the secret, or reads a pipe`, s.name),
			"secrets do not belong on a command line")
	case s.secret:
		return p.readSecret(s.name)
	case len(args) == 0:
		return "", usage(fmt.Sprintf(`"tenuto config set %s VALUE"`, s.name), "set %s to what?", s.name)
	}
	return strings.TrimSpace(args[0]), nil
}

// readSecret reads one line, unseen where it is typed.
func (p *program) readSecret(name string) (secret string, err error) {
	var line []byte
	if file, ok := p.in.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		fmt.Fprintf(p.err, "%s: ", name)
		line, err = term.ReadPassword(int(file.Fd()))
		fmt.Fprintln(p.err)
	} else {
		line, err = io.ReadAll(io.LimitReader(p.in, 4096))
	}
	secret = strings.TrimSpace(string(line))
	if err == nil && (secret == "" || strings.ContainsAny(secret, "\r\n")) {
		err = usage("pipe one line into it", "%s: no secret on standard input", name)
	}
	return secret, err
}

func (p *program) writeSetting(file string, s setting, value string) error {
	if value == "" {
		return usage("to remove it, delete its line from the file", "%s: an empty value", s.name)
	}
	conf := &auth.Config{}
	if err := s.set(conf, value); err != nil {
		return err
	}
	if s.name == "redirect-uri" { // refused now rather than at the first login
		if _, err := auth.NewCredentials(&auth.Config{ClientID: "any", RedirectURI: value}); err != nil {
			return &mistake{err, "", true}
		}
	}
	path := file
	if path == "" {
		dir, err := p.configDir()
		if err != nil {
			return err
		}
		if err := makeDir(dir); err != nil {
			return err
		}
		path = filepath.Join(dir, ownFileName)
	}
	if err := auth.ConfigToFile(path, conf); err != nil {
		return err
	}
	fmt.Fprintf(p.err, "%s is in %s\n", s.name, path)
	return nil
}

func (p *program) configPath(a *app, _ []string) error {
	path := cmp.Or(a.namedFile, a.ownFile)
	if path == "" {
		return errors.New("there is no file")
	}
	_, err := fmt.Fprintln(p.out, path)
	return err
}

func settingNamed(name string) (setting, error) {
	var names []string
	for _, s := range settings {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return setting{}, usage("there are "+strings.Join(names, ", "), "there is no setting %q", name)
}

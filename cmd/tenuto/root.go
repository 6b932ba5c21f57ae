package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// root is the tree of commands, made anew for each run.
func (p *program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "tenuto",
		Short: "Spotify logins that hold",
		Long: `Tenuto logs people in with Spotify and keeps those logins alive: a server, a command line
and an emulator of Spotify to prove them against.

Start with "tenuto demo": the whole story, with no Spotify account.`,
		Args:              commandsOnly,
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors:     true, // report prints them, once and with a hint
		SilenceUsage:      true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { return p.flagsFromEnvironment(cmd) },
	}
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "Flags:\n{{.LocalFlags", "Flags (or variables: --a-flag is TENUTO_A_FLAG):\n{{.LocalFlags", 1))
	root.AddCommand(
		p.demo(), p.serve(), p.keyring(), p.sessions(), p.migrate(), p.backup(), p.restore(), p.emulator(),
		p.login(), p.logout(), p.whoami(), p.token(), p.config(),
		p.api(), p.search(), p.now(), p.play(), p.pause(), p.next(),
		p.version(), scopesTopic(),
	)
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, cmd := range root.Commands() {
		switch cmd.Name() {
		case "completion":
			cmd.Args = commandsOnly
			cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
		case "help":
			cmd.Run, cmd.RunE = nil, helpFor
		}
	}
	return root
}

// commandsOnly is for a command that holds others: a word that is none of them is a mistake.
func commandsOnly(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	hint := fmt.Sprintf("%q lists what there is", cmd.CommandPath()+" --help")
	cmd.SuggestionsMinimumDistance = 2
	if similar := cmd.SuggestionsFor(args[0]); len(similar) > 0 {
		hint = fmt.Sprintf("did you mean %q?", cmd.CommandPath()+" "+similar[0])
	}
	return usage(hint, "there is no command %q", cmd.CommandPath()+" "+args[0])
}

// arguments asks for exactly the named arguments.
func arguments(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == len(names) {
			return nil
		}
		takes := "no arguments"
		if len(names) > 0 {
			takes = strings.Join(names, " ")
		}
		return usage(seeHelp(cmd), "%s takes %s, and got %d", cmd.CommandPath(), takes, len(args))
	}
}

func seeHelp(cmd *cobra.Command) string { return fmt.Sprintf("see %q", cmd.CommandPath()+" --help") }

// helpFor prints the help of the command that args name.
func helpFor(cmd *cobra.Command, args []string) error {
	about, rest, err := cmd.Root().Find(args)
	if err != nil || len(rest) > 0 {
		return usage(fmt.Sprintf("%q lists what there is", cmd.Root().Name()+" --help"), "no help about %q: there is no such command", strings.Join(args, " "))
	}
	about.InitDefaultHelpFlag()
	return about.Help()
}

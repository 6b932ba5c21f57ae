package main

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/tenuto-dev/tenuto/auth"
)

func (p *program) token() *cobra.Command {
	var f loginFlags
	var print, forApp bool
	cmd := &cobra.Command{
		Use:   "token",
		Short: "Print an access token for a script",
		Long: `Prints an access token that is good for now, refreshed if need be: however many processes ask at
once, one of them refreshes. Never the refresh token. A terminal gets it only with --print.

	curl -H "Authorization: Bearer $(tenuto token)" https://api.spotify.com/v1/me`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if p.onTerminal() && !print {
				return usage(`use it where it is needed: curl -H "Authorization: Bearer $(tenuto token)" …; or add --print`,
					"not showing an access token on a terminal: screens are shared and scrollback is kept")
			}
			token, err := p.accessToken(cmd.Context(), &f, forApp)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(p.out, token.AccessToken)
			return err
		},
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&print, "print", false, "even on a terminal")
	cmd.Flags().BoolVar(&forApp, "app", false, "an application token, for nobody in particular; needs the client secret")
	return cmd
}

func (p *program) accessToken(ctx context.Context, f *loginFlags, forApp bool) (*auth.Token, error) {
	if forApp {
		a, err := p.load(&f.appFlags)
		if err != nil {
			return nil, err
		}
		cred, err := a.credentials()
		if err != nil {
			return nil, err
		}
		return cred.RequestClientToken(ctx)
	}
	s, err := p.saved(f)
	if err != nil {
		return nil, err
	}
	return s.now(ctx)
}

// onTerminal reports whether what we print is seen at once.
func (p *program) onTerminal() bool {
	file, ok := p.out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

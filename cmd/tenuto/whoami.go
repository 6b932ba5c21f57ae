package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/spotify"
)

func (p *program) whoami() *cobra.Command {
	var f loginFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "whoami",
		Short: "Say who is logged in, what they permitted and until when",
		Args:  arguments(),
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.runWhoami(cmd.Context(), &f, asJSON) },
	}
	f.register(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "as a JSON object")
	return cmd
}

// identity is what whoami prints.
type identity struct {
	ID            string    `json:"id"`
	Name          string    `json:"name"`
	Scopes        string    `json:"scopes"`
	AuthorizedAt  time.Time `json:"authorized_at,omitzero"`
	ReauthorizeBy time.Time `json:"reauthorize_by,omitzero"`
	Where         string    `json:"where"`
}

func (p *program) runWhoami(ctx context.Context, f *loginFlags, asJSON bool) error {
	s, err := p.saved(f)
	if err != nil {
		return err
	}
	token, err := s.now(ctx)
	if err != nil {
		return err
	}
	me, err := spotify.New(s.token, append(s.webAPI(), p.heedPauses(s.app))...).Users.Me(ctx)
	if err != nil {
		return adviseLimit(err)
	}
	who := identity{
		ID: string(me.ID), Name: nameOf(me), Scopes: token.Scope.String(),
		AuthorizedAt: token.AuthorizedAt, ReauthorizeBy: token.ReauthorizeBy(), Where: s.where,
	}
	if asJSON {
		return p.writeJSON(who)
	}
	text := fmt.Sprintf("%s (%s), from %s\n", who.Name, who.ID, who.Where)
	text += fmt.Sprintf("permitted: %s\n", cmp.Or(who.Scopes, "nothing beyond what is public"))
	if !who.ReauthorizeBy.IsZero() {
		text += fmt.Sprintf("log in again by %s\n", who.ReauthorizeBy.Local().Format("2 January 2006"))
	}
	_, err = io.WriteString(p.out, text)
	return err
}

func nameOf(me *spotify.Profile) string { return oneLine(cmp.Or(me.DisplayName, string(me.ID))) }

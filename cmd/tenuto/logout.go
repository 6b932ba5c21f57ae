package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/auth"
)

func (p *program) logout() *cobra.Command {
	var f loginFlags
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Forget the login on this computer",
		Long: `Deletes the saved login. Spotify has no way to be told: what the person agreed to is taken back
at https://www.spotify.com/account/apps.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runLogout(cmd.Context(), &f) },
	}
	f.register(cmd)
	return cmd
}

func (p *program) runLogout(ctx context.Context, f *loginFlags) error {
	s, err := p.saved(f)
	if err != nil {
		return err
	}
	if s.file != nil { // what we keep beside it
		if err := s.file.Delete(ctx, s.key); err != nil {
			return err
		}
	}
	if s.store == nil {
		return advise(fmt.Errorf("the login is in %s, which is yours to change", s.where),
			"remove the refresh token there (SPOTIFY_USER_REFRESH)")
	}
	_, err = s.store.files.Load(ctx, s.key) // without opening it: what is sealed can be deleted, too
	if errors.Is(err, auth.ErrNotFound) {
		_, err = fmt.Fprintln(p.out, "Nobody was logged in.")
		return err
	}
	if err := s.cred.Grants(s.store).Delete(ctx, s.key); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.out, "Logged out: the login is deleted from this computer.")
	return err
}

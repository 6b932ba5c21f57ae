package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/spotify"
)

func (p *program) pause() *cobra.Command {
	return p.playerCommand("pause", "Pause what is playing", "PUT /me/player/pause",
		func(ctx context.Context, w *web, on *spotify.DeviceOptions) error { return w.Player.Pause(ctx, on) })
}

// playerCommand is a command that does one thing to the player, and says nothing if that worked.
func (p *program) playerCommand(use, short string, name spotify.Operation, do func(context.Context, *web, *spotify.DeviceOptions) error) *cobra.Command {
	var f webFlags
	var device string
	cmd := &cobra.Command{
		Use:   use,
		Short: short,
		Long:  short + ". The person needs Premium.",
		Args:  arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			w, err := p.web(&f)
			if err != nil {
				return err
			}
			on, err := w.deviceNamed(cmd.Context(), device)
			if err != nil {
				return err
			}
			return w.explain(do(cmd.Context(), w, &spotify.DeviceOptions{Device: on}), callOf(name))
		},
	}
	f.register(cmd)
	registerDevice(cmd, &device)
	return cmd
}

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/spotify"
)

func (p *program) next() *cobra.Command {
	return p.playerCommand("next", "Skip to what comes next", "POST /me/player/next",
		func(ctx context.Context, w *web, on *spotify.DeviceOptions) error { return w.Player.Next(ctx, on) })
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/spotify"
)

type apiCommand struct {
	webFlags
	output outputFlags
	fields []string
	body   string
	all    bool
	list   bool
	dryRun bool
}

func (p *program) api() *cobra.Command {
	var f apiCommand
	cmd := &cobra.Command{
		Use:   "api OPERATION | METHOD PATH [NAME=VALUE…]",
		Short: "Call any of the 96 operations of Spotify's Web API",
		Long: `Calls an operation as the person who is logged in, and prints what Spotify answers. An operation
is written as Spotify names it, as a method and a path, or as an address of the Web API:

  tenuto api get-playlist id=37i9dQZF1DX4sWSpwq3LiO
  tenuto api GET /playlists/37i9dQZF1DX4sWSpwq3LiO fields=name
  tenuto api get-users-saved-tracks --all --output table
  tenuto api create-playlist --field name=Mornings --field public=false
  tenuto api --list playlist

Parameters of the path and the query are NAME=VALUE; where Spotify wants an ID, a URI or a link will
do. The fields of a JSON body are --field; their values are JSON, or else text.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.output.check(cmd); err != nil {
				return err
			}
			if f.list {
				return p.listOperations(&f, cmd, args)
			}
			return p.runAPI(cmd.Context(), &f, args)
		},
		ValidArgsFunction: completeAPI,
	}
	f.register(cmd)
	f.registerApp(cmd)
	f.output.register(cmd, "json")
	flags := cmd.Flags()
	flags.StringArrayVarP(&f.fields, "field", "f", nil, "a `NAME=VALUE` of the JSON body; may be repeated")
	flags.StringVar(&f.body, "body", "", "a `FILE` that is the body, - for standard input: JSON; for a cover, a JPEG")
	flags.BoolVar(&f.all, "all", false, "every page of a list, item by item")
	flags.BoolVar(&f.list, "list", false, "list the operations instead, those with all the words given")
	flags.BoolVar(&f.dryRun, "dry-run", false, "only print what would be sent")
	return cmd
}

func (p *program) runAPI(ctx context.Context, f *apiCommand, args []string) error {
	target, rest, err := findTarget(args, f.apiURL)
	if err != nil {
		return err
	}
	call, err := p.readCall(target, rest, f.fields, f.body)
	switch {
	case err != nil:
		return err
	case f.all && call.op.Page == operations.NoPage:
		return usage("leave --all out", "%s has no pages", call.op.Name())
	case f.all && call.op.PageKey == "*" && call.args.Query.Get("type") == "":
		return usage("for example type=track,album", "%s needs type", call.op.Name())
	case f.dryRun:
		return p.dryRun(ctx, f, call)
	}
	w, err := p.web(&f.webFlags)
	if err != nil {
		return err
	}
	return p.send(ctx, w, call, p.printer(f.output), f.all)
}

// send calls, and prints the answer, or every page of it.
func (p *program) send(ctx context.Context, w *web, call *apiCall, out *printer, all bool) error {
	if call.op.PageKey == "*" && strings.Contains(call.args.Query.Get("type"), ",") {
		out.table.expect(mixed)
	}
	out.changed = call.op.Method != "GET"
	var err error
	if all {
		err = out.list(w.pages(ctx, call))
	} else {
		var answer json.RawMessage
		if answer, err = w.ask(ctx, call); err == nil {
			err = out.answer(call.op, answer)
		}
	}
	if ctx.Err() != nil { // whoever stopped us knows
		return ctx.Err()
	}
	if errors.Is(err, errEnough) {
		return nil
	}
	return w.explain(err, call)
}

// ask sends a call and returns the answer; nil for an empty one.
func (w *web) ask(ctx context.Context, call *apiCall) (answer json.RawMessage, err error) {
	switch {
	case call.op.ID == coverID:
		return nil, w.Playlists.UploadCover(ctx, spotify.PlaylistID(call.args.Path["id"]), call.cover)
	case call.op.Tag == "Player" && call.op.Method != "GET":
		return nil, w.Do(ctx, call.name(), &call.args, nil) // some answer with text that is no JSON
	}
	err = w.Do(ctx, call.name(), &call.args, &answer)
	return answer, err
}

package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/operations"
	"github.com/tenuto-dev/tenuto/spotify"
)

// searchable are the kinds of things that can be searched for.
var searchable = []string{"track", "album", "artist", "playlist", "show", "episode", "audiobook"}

type searchCommand struct {
	webFlags
	output outputFlags
	kinds  []string
	limit  int
	all    bool
}

func (p *program) search() *cobra.Command {
	var f searchCommand
	cmd := &cobra.Command{
		Use:   "search TEXT…",
		Short: "Find tracks, albums, artists and more by words",
		Long: `Finds things by words, also in Spotify's language for them: artist:beethoven year:1990-1999.

	tenuto search moonlight sonata
	tenuto search --type album,artist miles davis`,
		RunE: func(cmd *cobra.Command, words []string) error {
			if err := f.output.check(cmd); err != nil {
				return err
			}
			return p.runSearch(cmd.Context(), &f, strings.Join(words, " "))
		},
	}
	f.register(cmd)
	f.registerApp(cmd)
	f.output.register(cmd, "table")
	registerKinds(cmd, &f.kinds)
	cmd.Flags().IntVar(&f.limit, "limit", 10, "how many of each kind: at most 10 in development mode, 50 with extended quota")
	cmd.Flags().BoolVar(&f.all, "all", false, "all that Spotify finds: up to 1,000 of each kind")
	return cmd
}

// registerKinds adds the flag for what is searched for.
func registerKinds(cmd *cobra.Command, kinds *[]string) {
	cmd.Flags().StringArrayVar(kinds, "type", []string{"track"}, "the `KINDS` to look for: "+strings.Join(searchable, ", "))
	offer(cmd, "type", searchable...)
}

// checkKinds separates kinds, and refuses what cannot be searched for.
func checkKinds(words []string) ([]string, error) {
	kinds := separate(words)
	for _, kind := range kinds {
		if !slices.Contains(searchable, kind) {
			return nil, usage("choose "+strings.Join(searchable, ", "), "--type: nobody can search for %q", kind)
		}
	}
	if len(kinds) == 0 {
		return nil, usage("choose "+strings.Join(searchable, ", "), "--type: search for what?")
	}
	return kinds, nil
}

func (p *program) runSearch(ctx context.Context, f *searchCommand, text string) error {
	kinds, err := checkKinds(f.kinds)
	if err != nil {
		return err
	}
	call := callOf("GET /search")
	call.args.Query = url.Values{"q": {text}, "type": {strings.Join(kinds, ",")}}
	if strings.TrimSpace(text) == "" {
		return usage("for example: tenuto search moonlight sonata", "search for what?")
	}
	w, err := p.web(&f.webFlags)
	if err != nil {
		return err
	}
	most := walk{w, call, ""}.limits().Max
	switch {
	case f.all:
	case f.limit < 1 || f.limit > most:
		return usage(fmt.Sprintf("1 to %d, or --all", most), "--limit: %d is not possible", f.limit)
	default:
		call.args.Query.Set("limit", strconv.Itoa(f.limit))
	}
	out := p.printer(f.output)
	if err := p.send(ctx, w, call, out, f.all); err != nil {
		return err
	}
	if out.format == "table" && out.table.widths == nil {
		p.note("nothing is called that")
	}
	return nil
}

// callOf is a call of an operation of the table, still without parameters.
func callOf(name spotify.Operation) *apiCall {
	op, ok := operations.Lookup(string(name))
	if !ok {
		panic(fmt.Sprintf("no operation %q", name))
	}
	return &apiCall{op: op, args: spotify.Args{Query: url.Values{}}}
}

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// peopleOut signs people out: those of a vault that we have opened, or of a server that runs.
type peopleOut interface {
	EndAllSessions(ctx context.Context) (ended int, err error)
	EndSessionsOf(ctx context.Context, app, userID string) (ended int, err error)
}

type sessionsFlags struct {
	keyringFlags
	appFlags
	all    bool
	person string
}

func (p *program) sessions() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sessions",
		Short: "Sign people out of a server",
		Args:  commandsOnly,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(p.sessionsEnd())
	return cmd
}

func (p *program) sessionsEnd() *cobra.Command {
	var f sessionsFlags
	cmd := &cobra.Command{
		Use:   "end --all | --person USER-ID",
		Short: "Sign everybody out, or one person, in all their browsers",
		Long: `Ends sessions at once, on all servers that share the database; pages that are open hear of it within
seconds. Nothing else is lost: whoever logs in again is not asked by Spotify.

It finds an SQLite server in its data directory, whether it runs or not, and servers that share a
PostgreSQL database through --database, with the same root keys. A person is named by the user ID that
their page shows, and belongs to the app of --client-id or SPOTIFY_CLIENT_ID.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.endSessions(cmd.Context(), &f) },
	}
	f.keyringFlags.register(cmd)
	f.appFlags.register(cmd)
	cmd.Flags().BoolVar(&f.all, "all", false, "everybody, of every app")
	cmd.Flags().StringVar(&f.person, "person", "", "the `USER-ID` of one person")
	return cmd
}

func (p *program) endSessions(ctx context.Context, f *sessionsFlags) error {
	if f.all == (f.person != "") {
		return usage("--all, or --person with the user ID that their page shows", "who is to be signed out?")
	}
	var app string
	if f.person != "" {
		a, err := p.load(&f.appFlags)
		if err != nil {
			return err
		}
		if app = a.conf.ClientID; app == "" {
			return usage("name the app with --client-id, or set SPOTIFY_CLIENT_ID as for the server", "--person: a person of which app?")
		}
	}
	return p.withKeys(ctx, &f.keyringFlags, func(k dataKeys) (err error) {
		var ended int
		people := signedInAt(k)
		if f.all {
			ended, err = people.EndAllSessions(ctx)
		} else {
			ended, err = people.EndSessionsOf(ctx, app, f.person)
		}
		switch {
		case err != nil:
			return err
		case f.json:
			return p.writeJSON(map[string]int{"ended": ended})
		}
		_, err = fmt.Fprintf(p.out, "Ended %s.\n", plural(ended, "session"))
		return err
	})
}

// signedInAt is who is signed in where k are the keys.
func signedInAt(k dataKeys) peopleOut {
	if db, own := k.(*vault.DB); own {
		return vaultPeople{db}
	}
	return k.(*operator)
}

type vaultPeople struct{ *vault.DB }

// EndSessionsOf ends the sessions of one person, and counts them.
func (v vaultPeople) EndSessionsOf(ctx context.Context, app, userID string) (ended int, err error) {
	list, err := v.Sessions(ctx, app, userID, time.Now())
	if err != nil {
		return 0, err
	}
	return len(list), v.EndSessions(ctx, app, userID)
}

// EndAllSessions is that of the server's vault.
func (o *operator) EndAllSessions(ctx context.Context) (ended int, err error) {
	err = o.ask(ctx, http.MethodDelete, "/sessions?all", &ended)
	return ended, err
}

// EndSessionsOf is that of the server's vault.
func (o *operator) EndSessionsOf(ctx context.Context, app, userID string) (ended int, err error) {
	who := url.Values{"app": {app}, "person": {userID}}
	err = o.ask(ctx, http.MethodDelete, "/sessions?"+who.Encode(), &ended)
	return ended, err
}

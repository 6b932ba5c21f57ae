package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// doorkeeper signs people out: of a vault that we have opened, or of a server that runs.
type doorkeeper interface {
	EndAllSessions(ctx context.Context) (vault.SignedOut, error)
	SignOut(ctx context.Context, who vault.Owner) (vault.SignedOut, error)
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
seconds. Access tokens are erased, as when people log out themselves. Nothing else is lost: whoever logs
in again is not asked by Spotify.

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
		var done vault.SignedOut
		door := doorkeeperOf(k)
		if f.all {
			done, err = door.EndAllSessions(ctx)
		} else {
			done, err = door.SignOut(ctx, vault.Owner{App: app, UserID: f.person})
		}
		if err != nil {
			return err
		}
		if n := done.Unreadable; n > 0 {
			p.note(fmt.Sprintf("the grants of %s do not open, so the access tokens in them were not erased: Spotify honours those for an hour at most. "+
				"A root key may be missing, see \"tenuto keyring status\"; else the rows are damaged, and who logs in again gets new ones", people(n)))
		}
		if f.json {
			return p.writeJSON(done)
		}
		if f.person != "" && done.Sessions == 0 {
			p.note("nobody is signed in under that user ID, in that app")
		}
		_, err = fmt.Fprintf(p.out, "Ended %s.\n", plural(done.Sessions, "session"))
		return err
	})
}

// doorkeeperOf is who signs people out where k are the keys.
func doorkeeperOf(k dataKeys) doorkeeper {
	if db, own := k.(*vault.DB); own {
		return ownVault{db}
	}
	return k.(*operator)
}

// ownVault does it where we have opened the vault ourselves.
type ownVault struct{ db *vault.DB }

// SignOut is that of a server.
func (v ownVault) SignOut(ctx context.Context, who vault.Owner) (vault.SignedOut, error) {
	return v.db.SignOut(ctx, who, v.db.DropAccess)
}

// EndAllSessions is that of a server.
func (v ownVault) EndAllSessions(ctx context.Context) (vault.SignedOut, error) {
	return v.db.EndAllSessions(ctx, v.db.DropAccess)
}

// SignOut is that of the server that is asked.
func (o *operator) SignOut(ctx context.Context, who vault.Owner) (done vault.SignedOut, err error) {
	q := url.Values{"app": {who.App}, "person": {who.UserID}}
	err = o.ask(ctx, http.MethodDelete, "/sessions?"+q.Encode(), &done)
	return done, err
}

// EndAllSessions is that of the server that is asked. It takes as long as it takes: a look at every login.
func (o *operator) EndAllSessions(ctx context.Context) (done vault.SignedOut, err error) {
	err = o.patient().ask(ctx, http.MethodDelete, "/sessions?all", &done)
	return done, err
}

package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/internal/server"
)

type serveFlags struct {
	appFlags
	databaseFlags
	keyFlags
	watchFlags
	addr      string
	baseURL   string
	dataDir   string
	scopes    []string
	idle      time.Duration
	rateLimit int
	proxies   []string
}

func (p *program) serve() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "The authenticating server: people log in with Spotify in their browsers",
		Long: `Serves people at --addr, and health and metrics at --operations-addr, which is not for them.
What it keeps is sealed in an SQLite database in the data directory, or with --database in a
PostgreSQL database that servers share. Its root key is in TENUTO_KEY,
in the file named by --key-file, printed by --key-command, or in a file made for an empty data
directory: keep a copy of that somewhere else, for without it nobody is logged in any more.

The app is a confidential one: SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET. Its redirect URI is
the base URL and /callback unless SPOTIFY_REDIRECT_URI says otherwise.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runServe(cmd.Context(), &f) },
	}
	f.appFlags.register(cmd)
	f.databaseFlags.register(cmd)
	f.keyFlags.register(cmd)
	f.watchFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.addr, "addr", "127.0.0.1:5000", "the `ADDRESS` where people are served")
	flags.StringVar(&f.baseURL, "base-url", "", "the `URL` people open, as https://music.example.org (default that of the redirect URI, else http:// and --addr)")
	flags.StringVar(&f.dataDir, "data-dir", "", "the `DIRECTORY` of the database, or with --database of what this server keeps beside it (default a directory of your own for programs' state)")
	flags.StringArrayVar(&f.scopes, "scope", nil, "a `SCOPE` to ask people for, see \"tenuto help scopes\"; may be repeated (default what the page shows)")
	flags.DurationVar(&f.idle, "idle", 30*24*time.Hour, "how long a browser stays signed in that nobody uses")
	flags.IntVar(&f.rateLimit, "rate-limit", 0, "the `NUMBER` of Web API calls that Spotify allows your app in 30 seconds; servers on one database keep to it together (default not known: each learns what it may)")
	flags.StringArrayVar(&f.proxies, "proxy", nil, "the `NETWORK` of a proxy with a public address, as 203.0.113.0/24 or 203.0.113.7: it has no limits for its address; may be repeated")
	return cmd
}

func (p *program) runServe(ctx context.Context, f *serveFlags) (err error) {
	app, err := p.load(&f.appFlags)
	if err != nil {
		return err
	}
	if _, err := app.credentials(); err != nil {
		return err
	}
	if err := p.failpoints(app.conf); err != nil {
		return err
	}
	log, flush, err := p.logger(f.logFormat)
	if err != nil {
		return err
	}
	defer flush()
	scopes, err := parseScopes(f.scopes)
	if err != nil {
		return err
	}
	proxies, err := parseNetworks("proxy", f.proxies)
	if err != nil {
		return err
	}
	if err := cmp.Or(f.checkAddress(app.conf.RedirectURI), f.watchFlags.check()); err != nil {
		return err
	}
	public, operations, err := f.listen(ctx)
	if err != nil {
		return err
	}
	defer public.Close()
	takeOver := starting(operations)
	defer takeOver()
	keys, err := p.keys(ctx, &f.keyFlags)
	if err != nil {
		return err
	}
	dir, err := p.dataDir(f.dataDir, "server")
	if err != nil {
		return err
	}
	db, name, err := p.openDatabase(ctx, &f.databaseFlags, dir, keys)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := keepDeletions(ctx, db, dir, log); err != nil {
		return err
	}
	rescue, err := openRescue(db, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rescue.Close()) }()
	conf := server.Config{
		App: app.conf, BaseURL: f.base(app.conf.RedirectURI, public), DB: db, Rescue: rescue, APIURL: app.apiURL,
		Scopes: scopes, Idle: f.idle, RateLimit: f.rateLimit, Proxies: proxies, Log: log, Now: app.conf.Now,
	}
	f.watchFlags.apply(&conf)
	s, err := server.New(conf)
	if err != nil {
		return &mistake{err, "", true}
	}
	if f.url == "" {
		defer p.serveOperator(ctx, dir, db, s).Close()
	}
	if err := p.announceServer(s, app.conf.AccountsURL, name, operations); err != nil {
		return err
	}
	takeOver()
	return s.Serve(ctx, public, operations)
}

func (f *serveFlags) listen(ctx context.Context) (public, operations net.Listener, err error) {
	if public, err = listen(ctx, "addr", f.addr); err != nil || f.operationsAddr == "none" {
		return public, nil, err
	}
	if operations, err = listen(ctx, "operations-addr", f.operationsAddr); err != nil {
		public.Close()
		return nil, nil, err
	}
	return public, operations, nil
}

// checkAddress wants to know what people open if that cannot be told from where we listen.
func (f *serveFlags) checkAddress(redirectURI string) error {
	host, _, err := net.SplitHostPort(f.addr)
	if err != nil || f.baseURL != "" || strings.HasPrefix(redirectURI, "https:") || isLoopback(host) {
		return nil //nolint:nilerr // listen says what is wrong with an address
	}
	return usage("say what people open with --base-url https://music.example.org (Spotify wants https except on 127.0.0.1 and [::1])",
		"--addr %s: other machines reach it, and nothing says under which address", f.addr)
}

// base is what people open. Behind a proxy the redirect URI says it; on this machine it is where
// we listen.
func (f *serveFlags) base(redirectURI string, public net.Listener) string {
	if u, err := url.Parse(redirectURI); f.baseURL == "" && err == nil && u.Scheme == "https" {
		return "https://" + u.Host
	}
	return cmp.Or(f.baseURL, "http://"+public.Addr().String())
}

func (p *program) announceServer(s *server.Server, accountsURL, database string, operations net.Listener) error {
	text := fmt.Sprintf("People open   %s\n", s.Address())
	if operations != nil {
		text += fmt.Sprintf("Operators     http://%s/healthz /readyz /metrics\n", operations.Addr())
	}
	text += fmt.Sprintf("Data          %s\n", database)
	if accountsURL != "" {
		text += fmt.Sprintf("Spotify       EMULATED, at %s\nIts app must list the redirect URI %s\n", accountsURL, s.RedirectURI())
	} else {
		text += fmt.Sprintf("Register the redirect URI %s at https://developer.spotify.com/dashboard\n", s.RedirectURI())
	}
	_, err := io.WriteString(p.out, text)
	return err
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

type loginCommand struct {
	loginFlags
	scopes    []string
	noBrowser bool
	pkce      bool
	timeout   time.Duration
	keyring   string
}

func (p *program) login() *cobra.Command {
	var f loginCommand
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Log a person in on this computer, for scripts",
		Long: `Opens a browser at Spotify and waits for the person to agree. Where there is no browser, open
the address elsewhere and paste the one you are sent to. Without a client secret, and with --pkce,
we log in as a public client.

The login is kept in a file of its own that only you can read, or in the file named by --config.
More scopes than before are asked for together with those there are.`,
		Args: arguments(),
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runLogin(cmd.Context(), &f) },
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringArrayVar(&f.scopes, "scope", nil, "a `SCOPE` to ask for, see \"tenuto help scopes\"; may be repeated")
	flags.BoolVar(&f.noBrowser, "no-browser", false, "only print the address to open")
	flags.BoolVar(&f.pkce, "pkce", false, "log in as a public client though there is a secret")
	flags.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how long to wait for the person")
	flags.StringVar(&f.keyring, "keyring", "off", "`WHEN` to seal the login with a key in this computer's keyring: off, auto (where there is one) or require.\nSealed logins cannot be used where the keyring is locked, as for cron")
	return cmd
}

func (p *program) runLogin(ctx context.Context, f *loginCommand) error {
	asked, err := parseScopes(f.scopes)
	if err != nil {
		return err
	}
	if f.timeout <= 0 {
		return usage("write it like 5m", "--timeout: %v is no time to wait for", f.timeout)
	}
	target, err := p.loginTarget(ctx, f)
	if err != nil {
		return err
	}
	if err := p.keepSecrets(); err != nil {
		return err
	}
	conf := *target.conf
	conf.Save = target.save
	prompt := &auth.Prompt{In: p.in, Out: p.err, Timeout: f.timeout}
	if f.noBrowser {
		prompt.Open = func(string) error { return nil } // the address is printed in any case
	}
	ask := prompt.UserToken
	if f.pkce || conf.ClientSecret == "" {
		ask = prompt.PKCEToken
	}
	began := time.Now()
	_, err = ask(ctx, &conf, asked.Union(target.earlierScopes(ctx)))
	if errors.Is(err, context.DeadlineExceeded) && time.Since(began) >= f.timeout {
		return advise(err, "start it again when somebody can log in; --timeout gives more time")
	}
	if err != nil {
		return err
	}
	return p.welcome(ctx, target)
}

// loginTarget is where a new login goes: the file named by --config, else the person's store.
type loginTarget struct {
	*saved
	save auth.SaveFunc
}

func (p *program) loginTarget(ctx context.Context, f *loginCommand) (*loginTarget, error) {
	a, err := p.load(&f.appFlags)
	if err != nil {
		return nil, err
	}
	if a.conf.RedirectURI == "" { // any port will do, and the prompt finds a free one
		a.conf.RedirectURI = "http://127.0.0.1/callback"
		p.note("no redirect URI is set: using http://127.0.0.1/callback, which the app's settings at Spotify must list")
	}
	s := &saved{app: a, note: p.note}
	if s.cred, err = a.credentials(); err != nil {
		return nil, err
	}
	seal, err := p.sealing(ctx, f.keyring)
	if err != nil {
		return nil, err
	}
	if f.file != "" {
		if f.pkce && a.conf.ClientSecret != "" {
			return nil, usage("leave the client secret out, or --config", "--pkce with --config: the file would not tell that the login is a public client's")
		}
		if seal == sealAll {
			return nil, usage("leave one of them out", "--config and --keyring: a file that is yours to read is not sealed")
		}
		if err := p.fromFile(s, f.file); err != nil {
			return nil, err
		}
		return &loginTarget{s, s.putInFile}, nil
	}
	if from := a.sources["user-refresh"]; from != "" {
		p.note(fmt.Sprintf("%s holds a refresh token, which goes before the login that is saved now: remove it there", from))
	}
	if err := p.fromStore(s, f.profile); err != nil {
		return nil, err
	}
	s.store.sealing = seal
	return &loginTarget{s, s.put}, nil
}

// sealing reads --keyring.
func (p *program) sealing(ctx context.Context, flag string) (sealing, error) {
	switch flag {
	case "off":
		return sealNone, nil
	case "auto", "require":
		_, err := keyringKey(ctx, true)
		if err == nil {
			return sealAll, nil
		}
		if flag == "require" {
			return 0, advise(err, "--keyring auto goes on without one: the login is then kept in a file that only you can read")
		}
		p.note(fmt.Sprintf("%v; the login is kept in a file that only you can read", err))
		return sealNone, nil
	}
	return 0, usage("choose off, auto or require", "--keyring: there is no %q", flag)
}

// put keeps a fresh login in the person's store, also in place of one that cannot be opened.
func (s *saved) put(ctx context.Context, t *auth.Token) error {
	grants := s.cred.Grants(s.store)
	err := grants.Put(ctx, s.key, t)
	if !errors.Is(err, errSealed) {
		return err
	}
	if err := s.store.Delete(ctx, s.key); err != nil {
		return err
	}
	return grants.Put(ctx, s.key, t)
}

// earlierScopes are those of the login that a new one replaces, where that can be read.
func (s *saved) earlierScopes(ctx context.Context) auth.ScopeSet {
	if s.store == nil {
		return auth.ScopeSet{}
	}
	record, err := s.store.Load(ctx, s.key)
	if err != nil || record.Token == nil {
		return auth.ScopeSet{}
	}
	return record.Token.Scope
}

// welcome says who is logged in, and for how long. The login is saved by then.
func (p *program) welcome(ctx context.Context, s *loginTarget) error {
	me, err := spotify.New(s.token, s.webAPI()...).Users.Me(ctx)
	if err != nil {
		fmt.Fprintf(p.out, "Logged in; kept in %s.\n", s.where)
		return fmt.Errorf("but Spotify would not say as whom: %w", err)
	}
	text := fmt.Sprintf("Logged in as %s; kept in %s.\n", nameOf(me), s.where)
	if by := s.token.Current().ReauthorizeBy(); !by.IsZero() {
		text += fmt.Sprintf("Spotify asks for a new login by %s.\n", by.Local().Format("2 January 2006"))
	}
	_, err = io.WriteString(p.out, text)
	return err
}

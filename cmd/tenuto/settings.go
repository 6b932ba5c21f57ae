package main

import (
	"errors"
	"net/url"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// setting is one thing there is to know about the app: its name in "tenuto config" and as a
// flag, its variable and key in the file, and where an auth.Config has it.
type setting struct {
	name, variable string
	secret         bool
	get            func(*auth.Config) string
	set            func(*auth.Config, string) error
}

var settings = []setting{
	{"client-id", "SPOTIFY_CLIENT_ID", false,
		func(c *auth.Config) string { return c.ClientID }, text(func(c *auth.Config) *string { return &c.ClientID })},
	{"client-secret", "SPOTIFY_CLIENT_SECRET", true,
		func(c *auth.Config) string { return c.ClientSecret }, text(func(c *auth.Config) *string { return &c.ClientSecret })},
	{"redirect-uri", "SPOTIFY_REDIRECT_URI", false,
		func(c *auth.Config) string { return c.RedirectURI }, text(func(c *auth.Config) *string { return &c.RedirectURI })},
	{"user-refresh", "SPOTIFY_USER_REFRESH", true,
		func(c *auth.Config) string { return c.RefreshToken }, text(func(c *auth.Config) *string { return &c.RefreshToken })},
	{"user-authorized-at", "SPOTIFY_USER_AUTHORIZED_AT", false, formatTime, parseTime},
}

func text(field func(*auth.Config) *string) func(*auth.Config, string) error {
	return func(c *auth.Config, value string) error {
		*field(c) = value
		return nil
	}
}

func formatTime(c *auth.Config) string {
	if c.AuthorizedAt.IsZero() {
		return ""
	}
	return c.AuthorizedAt.UTC().Format(time.RFC3339)
}

func parseTime(c *auth.Config, value string) (err error) {
	if c.AuthorizedAt, err = time.Parse(time.RFC3339, value); err != nil {
		return usage("write it like 2026-11-21T18:00:00Z", "user-authorized-at: %q is no time", value)
	}
	return nil
}

// appFlags say which app we are and where Spotify is. serve and the commands for scripts have them.
type appFlags struct {
	file                  string
	clientID, redirectURI string
	accountsURL, apiURL   string
	allowRemoteEmulator   bool
	source                func(flag string) string // "--client-id", "TENUTO_CLIENT_ID" or ""
}

func (f *appFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.file, "config", "", "an INI `FILE` with SPOTIFY_CLIENT_ID, …")
	flags.StringVar(&f.clientID, "client-id", "", "the app's client `ID`, instead of SPOTIFY_CLIENT_ID")
	flags.StringVar(&f.redirectURI, "redirect-uri", "", "the app's redirect `URI`, instead of SPOTIFY_REDIRECT_URI")
	flags.StringVar(&f.accountsURL, "accounts-url", "", "the `URL` of the accounts service: an emulator on this machine (default Spotify)")
	flags.StringVar(&f.apiURL, "api-url", "", "the `URL` of the Web API: an emulator on this machine (default Spotify)")
	flags.BoolVar(&f.allowRemoteEmulator, "allow-remote-emulator", false, "the two addresses may be on another machine (containers)")
	f.source = func(flag string) string { return flagSource(flags.Lookup(flag)) }
}

// ownFileName is the person's own settings in configDir.
const ownFileName = "tenuto.ini"

// app is what we know about the app, and from where.
type app struct {
	conf      *auth.Config
	apiURL    string
	sources   map[string]string // by the setting's name: "--client-id", "SPOTIFY_CLIENT_ID", a file
	ownFile   string            // the person's own settings
	namedFile string            // --config, or ""
}

// load finds the settings, each in the first place that has it: flags and their variables, the
// file named by --config, the environment, the person's own file.
func (p *program) load(f *appFlags) (*app, error) {
	a := &app{conf: &auth.Config{}, apiURL: f.apiURL, sources: map[string]string{}, namedFile: f.file}
	dir, err := p.configDir()
	if err != nil && f.file == "" {
		return nil, err
	}
	a.take(&auth.Config{ClientID: f.clientID}, f.source("client-id"))
	a.take(&auth.Config{RedirectURI: f.redirectURI}, f.source("redirect-uri"))
	if f.file != "" {
		if err := a.takeFile(f.file); err != nil {
			return nil, err
		}
	}
	env, err := auth.ConfigFromEnv()
	if err != nil {
		return nil, err
	}
	a.take(env, "")
	if dir != "" {
		a.ownFile = filepath.Join(dir, ownFileName)
		if err := a.takeFile(a.ownFile); err != nil {
			return nil, err
		}
	}
	a.sources["accounts-url"], a.sources["api-url"] = f.source("accounts-url"), f.source("api-url")
	a.conf.AccountsURL, a.conf.AllowRemoteAccounts = f.accountsURL, f.allowRemoteEmulator
	return a, f.checkPlaces()
}

func (a *app) takeFile(path string) error {
	conf, err := auth.ConfigFromFile(path)
	if err != nil {
		return advise(err, "correct the file, or name another with --config")
	}
	a.take(conf, path)
	return nil
}

// take fills what is still empty from conf. source "" is the environment. When a login was
// consented to goes with the login: the two are never mixed from different places.
func (a *app) take(conf *auth.Config, source string) {
	hadLogin := a.conf.RefreshToken != ""
	for _, s := range settings {
		value := s.get(conf)
		if value == "" || s.get(a.conf) != "" || s.name == "user-authorized-at" && hadLogin {
			continue
		}
		if err := s.set(a.conf, value); err != nil {
			panic(err) // what get wrote, set reads
		}
		a.sources[s.name] = source
		if source == "" {
			a.sources[s.name] = s.variable
		}
	}
}

// checkPlaces keeps client secrets and logins from being sent somewhere by a mistaken variable.
func (f *appFlags) checkPlaces() error {
	for flag, place := range map[string]string{"accounts-url": f.accountsURL, "api-url": f.apiURL} {
		if place == "" {
			continue
		}
		u, err := url.Parse(place)
		if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
			return usage("write it like http://localhost:5010", "--%s: %q is no address", flag, place)
		}
		if !isLoopback(u.Hostname()) && !f.allowRemoteEmulator {
			return usage("it is for an emulator on this machine; with one in another container, add --allow-remote-emulator",
				"--%s: %s is not this machine, and would be sent your app's secret and logins", flag, u.Host)
		}
	}
	if (f.accountsURL == "") != (f.apiURL == "") {
		return usage("an emulator plays both parts: set both, or neither", "only one of --accounts-url and --api-url is set")
	}
	return nil
}

// credentials are the app's, checked.
func (a *app) credentials() (*auth.Credentials, error) {
	if a.conf.ClientID == "" {
		return nil, advise(errors.New("no client id: which app are we?"),
			`register one at https://developer.spotify.com/dashboard and "tenuto config set client-id ID", or start "tenuto emulator" and copy its export lines`)
	}
	cred, err := auth.NewCredentials(a.conf)
	if err != nil { // what is set cannot work, whoever set it
		return nil, &mistake{err, "", true}
	}
	return cred, nil
}

// webAPI is where the client finds the Web API.
func (a *app) webAPI() []spotify.Option {
	switch {
	case a.apiURL == "":
		return nil
	case a.conf.AllowRemoteAccounts:
		return []spotify.Option{spotify.WithRemoteEmulator(a.apiURL)}
	}
	return []spotify.Option{spotify.WithBaseURL(a.apiURL)}
}

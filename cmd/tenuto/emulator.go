package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/emulator"
)

// emulatorFlags are what "tenuto emulator" is told.
type emulatorFlags struct {
	scenario                         string
	addr, state, mode, refreshTokens string
	clientID, clientSecret           string
	redirectURIs, quirks             []string
	autoApprove                      string
	tokenLifetime                    time.Duration
	consentMonths, rateLimit, quota  int
	seed                             int64
	narrow, allowRemote              bool
}

func (p *program) emulator() *cobra.Command {
	var f emulatorFlags
	cmd := &cobra.Command{
		Use:   "emulator",
		Short: "A Spotify on this machine, for software in any language",
		Long: `Runs an emulated Spotify: the accounts service, with a consent page to click through, and the
Web API, over made-up music and people. Its tokens are fake, and it keeps nothing unless told to.
It listens on 127.0.0.1 and [::1], and is steered under /_emulator/.`,
		Args: arguments(),
	}
	flags := cmd.Flags()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return p.runEmulator(cmd.Context(), &f, flags.Changed) }
	flags.StringVar(&f.scenario, "scenario", "", "a `FILE` with apps, people, music, faults and settings (docs/emulator.md); other flags go before it")
	flags.StringVar(&f.addr, "addr", "127.0.0.1:5010", "the `ADDRESS` to listen on")
	flags.StringVar(&f.clientID, "client-id", "", "the app's client `ID` (default made from the seed)")
	flags.StringVar(&f.clientSecret, "client-secret", "", "the app's client `SECRET`: a fake one, it shows in the list of processes (default made from the seed)")
	flags.StringArrayVar(&f.redirectURIs, "redirect-uri", nil, "a redirect `URI` of the app; may be repeated (default http://127.0.0.1:5000/callback and http://127.0.0.1/callback)")
	flags.StringVar(&f.autoApprove, "auto-approve", "", "the `PERSON` who agrees to every login at once, without a page: alice or bob")
	flags.DurationVar(&f.tokenLifetime, "token-lifetime", time.Hour, "how long an access token lives")
	flags.IntVar(&f.consentMonths, "consent-months", 6, "how many `MONTHS` a refresh token lives; 0 for ever")
	flags.StringVar(&f.refreshTokens, "refresh-tokens", "none", "what a refresh answers, a `MODE`: "+strings.Join(refreshModes, ", "))
	flags.BoolVar(&f.narrow, "narrow-on-refresh", false, "refreshed tokens keep the scopes of their own consent, not all that the person ever granted")
	flags.StringVar(&f.mode, "mode", "development", "the app's `MODE`: development or extended")
	flags.IntVar(&f.rateLimit, "rate-limit", 0, "how many `REQUESTS` an app may make in any 30 seconds; 0 any number")
	flags.IntVar(&f.quota, "quota", 0, "how many `REQUESTS` a development-mode app may make in any 24 hours; 0 any number")
	flags.StringArrayVar(&f.quirks, "quirk", nil, "a `QUIRK`, an oddity of the real service besides those always seen; may be repeated (a wrong one lists them)")
	flags.Int64Var(&f.seed, "seed", 0, "a `NUMBER`: same seed, same music, people and app")
	flags.StringVar(&f.state, "state", "", "a `FILE` to keep people's grants in, so that logins outlive a restart")
	flags.BoolVar(&f.allowRemote, "allow-remote", false, "listen on an address that other machines reach (containers)")
	return cmd
}

// refreshModes are the values of --refresh-tokens in the order of emulator.RefreshTokens.
var refreshModes = []string{"none", "same", "empty", "rotate", "rotate-family", "grace"}

// config checks the flags and says them in the emulator's words. given tells which were: those
// go before a scenario's settings, their defaults do not.
func (f *emulatorFlags) config(given func(flag string) bool) (conf emulator.Config, err error) {
	if err := f.check(); err != nil {
		return conf, err
	}
	if f.scenario != "" {
		if conf, err = loadScenario(f.scenario); err != nil {
			return conf, err
		}
	}
	set := func(flag string, apply func()) {
		if f.scenario == "" || given(flag) {
			apply()
		}
	}
	f.app(&conf, set)
	set("seed", func() { conf.Seed = f.seed })
	set("token-lifetime", func() { conf.TokenLifetime = f.tokenLifetime })
	set("consent-months", func() { conf.ConsentLifetime = cmp.Or(f.consentMonths, -1) })
	set("refresh-tokens", func() { conf.Refresh = emulator.RefreshTokens(slices.Index(refreshModes, f.refreshTokens)) })
	set("narrow-on-refresh", func() { conf.NarrowOnRefresh = f.narrow })
	set("auto-approve", func() { conf.AutoApprove = f.autoApprove })
	set("rate-limit", func() { conf.RateLimit = f.rateLimit })
	set("quota", func() { conf.Quota = f.quota })
	set("quirk", func() { conf.Quirks, err = f.quirkList() })
	if err != nil {
		return conf, err
	}
	conf.AllowRemote = f.allowRemote
	if err := conf.Check(); err != nil {
		return conf, usage(`see "tenuto emulator --help"`, "%w", err)
	}
	return conf, nil
}

// app is the first app's part of config.
func (f *emulatorFlags) app(conf *emulator.Config, set func(string, func())) {
	if len(conf.Apps) == 0 {
		conf.Apps = make([]emulator.App, 1)
	}
	app := &conf.Apps[0]
	set("client-id", func() { app.ClientID = f.clientID })
	set("client-secret", func() { app.ClientSecret = f.clientSecret })
	set("redirect-uri", func() { app.RedirectURIs = f.redirectURIs })
	set("mode", func() { app.Extended = f.mode == "extended" })
}

// check looks at the flags that the emulator itself does not.
func (f *emulatorFlags) check() error {
	host, _, err := net.SplitHostPort(f.addr)
	switch {
	case err != nil:
		return usage("write it like 127.0.0.1:5010", "--addr: %q is no address with a port", f.addr)
	case !isLoopback(host) && !f.allowRemote:
		return usage("in a container, add --allow-remote", "--addr %s: other machines could reach the emulator there", f.addr)
	case !slices.Contains(refreshModes, f.refreshTokens):
		return usage("choose one of "+strings.Join(refreshModes, ", "), "--refresh-tokens: there is no %q", f.refreshTokens)
	case f.mode != "development" && f.mode != "extended":
		return usage("choose development or extended", "--mode: there is no %q", f.mode)
	case f.tokenLifetime < time.Second:
		return usage("at least 1s", "--token-lifetime: %v is too short", f.tokenLifetime)
	case f.consentMonths < 0:
		return usage("0 is for ever", "--consent-months: %d is negative", f.consentMonths)
	}
	return nil
}

// loadScenario reads the file of --scenario.
func loadScenario(path string) (conf emulator.Config, err error) {
	file, err := os.Open(path)
	if err != nil {
		return conf, usage("name a file as docs/emulator.md describes it", "--scenario: %w", err)
	}
	defer file.Close()
	if conf, err = emulator.LoadScenario(file); err != nil {
		return conf, usage("mend the file", "--scenario %s: %w", path, err)
	}
	return conf, nil
}

// quirkList is nil, for those always seen, unless more were asked for.
func (f *emulatorFlags) quirkList() (list []emulator.Quirk, err error) {
	if len(f.quirks) == 0 {
		return nil, nil
	}
	known := emulator.Quirks()
	for name, sentence := range known {
		if strings.HasSuffix(sentence, "Always seen.") {
			list = append(list, name)
		}
	}
	for _, name := range f.quirks {
		if _, ok := known[emulator.Quirk(name)]; !ok {
			var lines []string
			for quirk, sentence := range known {
				lines = append(lines, fmt.Sprintf("  %-20s %s", quirk, sentence))
			}
			slices.Sort(lines)
			return nil, usage("these are known:\n"+strings.Join(lines, "\n"), "--quirk: there is no %q", name)
		}
		list = append(list, emulator.Quirk(name))
	}
	return list, nil
}

func (p *program) runEmulator(ctx context.Context, f *emulatorFlags, given func(flag string) bool) error {
	conf, err := f.config(given)
	if err != nil {
		return err
	}
	listeners, err := listenLoopback(ctx, "addr", f.addr)
	if err != nil {
		return err
	}
	world, err := openEmulator(f.state, conf)
	if err != nil {
		for _, l := range listeners {
			l.Close()
		}
		return err
	}
	world.URL = browserURL(listeners[0])
	p.announceEmulator(world, &conf)
	err = serveHTTP(ctx, world, listeners...)
	return errors.Join(err, world.Close())
}

// openEmulator makes an emulator, kept in the file at path unless that is "".
func openEmulator(path string, conf emulator.Config) (*emulator.Emulator, error) {
	if path == "" {
		return emulator.New(conf), nil
	}
	return emulator.Open(path, conf)
}

// browserURL is what a browser is to call an emulator that listens on l. On loopback that is
// localhost: on another port of 127.0.0.1 it would share cookies with the server it plays for,
// and look like the same site, which the real Spotify never does.
func browserURL(l net.Listener) string {
	addr := l.Addr().(*net.TCPAddr)
	switch {
	case addr.IP.Equal(net.IPv4(127, 0, 0, 1)), addr.IP.IsUnspecified():
		return fmt.Sprintf("http://localhost:%d", addr.Port)
	}
	return "http://" + addr.String()
}

// announceEmulator prints where it is and what a program needs to use it.
func (p *program) announceEmulator(world *emulator.Emulator, conf *emulator.Config) {
	app := world.App()
	if conf.AllowRemote {
		fmt.Fprintln(p.err, "WARNING: --allow-remote: this is an EMULATOR, and any machine that reaches it can log in as anybody")
	}
	fmt.Fprintf(p.out, `An emulated Spotify: nothing here is real, and its tokens open nothing elsewhere.

  accounts  %s
  Web API   %s
  people    %s
  app       in %s mode
  control   %s/_emulator/

Copy this into the shell of the program that is to use it:

export SPOTIFY_CLIENT_ID=%s
export SPOTIFY_CLIENT_SECRET=%s
export SPOTIFY_REDIRECT_URI=%s
export TENUTO_ACCOUNTS_URL=%s
export TENUTO_API_URL=%s

`, world.AccountsURL(), world.APIURL(), peopleOf(conf), modeOf(app), world.URL,
		app.ClientID, app.ClientSecret, app.RedirectURIs[0], world.AccountsURL(), world.APIURL())
}

// peopleOf is who can log in at an emulator.
func peopleOf(conf *emulator.Config) string {
	if len(conf.People) == 0 {
		return "alice (Premium), bob (free)"
	}
	var names []string
	for _, p := range conf.People {
		plan := "Premium"
		if p.Free {
			plan = "free"
		}
		names = append(names, p.Name+" ("+plan+")")
	}
	return strings.Join(names, ", ")
}

func modeOf(app emulator.App) string {
	if app.Extended {
		return "extended"
	}
	return "development"
}

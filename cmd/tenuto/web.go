package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// webFlags say as whom a command uses the Web API, and how.
type webFlags struct {
	loginFlags
	forApp           bool
	mode             string
	market, language string
	maxWait          time.Duration
}

func (f *webFlags) register(cmd *cobra.Command) {
	f.loginFlags.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.mode, "mode", "development", "what Spotify allows the app: development, extended (quota), or\nlearned: try, and believe what Spotify answers; a `MODE`")
	flags.StringVar(&f.market, "market", "", "a `COUNTRY`, \"SE\", for calls that take one and name none")
	flags.StringVar(&f.language, "language", "", "names in a `LANGUAGE`, \"sv-SE\"")
	flags.DurationVar(&f.maxWait, "max-wait", time.Minute, "how long to wait for rate limits; longer ones fail at once and say until when")
	offer(cmd, "mode", modeNames...)
}

// registerApp adds the flag for calls that need no person.
func (f *webFlags) registerApp(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.forApp, "app", false, "with an application token, for nobody in particular; needs the client secret")
}

var modeNames = []string{"development", "extended", "learned"}

// modeOf is the mode with a name of modeNames.
func (f *webFlags) modeOf() (spotify.Mode, error) {
	at := slices.Index(modeNames, f.mode)
	if at < 0 {
		return 0, usage("choose "+strings.Join(modeNames, ", "), "--mode: there is no %q", f.mode)
	}
	return []spotify.Mode{spotify.Development, spotify.Extended, spotify.Learned}[at], nil
}

// web is the Web API as one command uses it.
type web struct {
	*spotify.Client
	flags *webFlags
	mode  spotify.Mode
	login *saved // nil with an application token
}

// web connects a command with the Web API. Nothing is sent yet, and no login is read.
func (p *program) web(f *webFlags) (*web, error) {
	w := &web{flags: f}
	options, err := f.options()
	if err != nil {
		return nil, err
	}
	var source auth.TokenSource
	var a *app
	if f.forApp {
		a, source, err = p.appSource(f)
	} else if w.login, err = p.saved(&f.loginFlags); err == nil {
		a, source = w.login.app, waiting{w.login.token, p.note}
	}
	if err != nil {
		return nil, err
	}
	w.mode, _ = f.modeOf()
	options = append(options, p.heedPauses(a))
	w.Client = spotify.New(source, append(options, a.webAPI()...)...)
	return w, nil
}

// waiting is a login of which the person hears when it takes long.
type waiting struct {
	*auth.RefreshingToken
	note func(text string)
}

// Token is good for now.
func (w waiting) Token(ctx context.Context) (*auth.Token, error) {
	slow := time.AfterFunc(time.Second, func() { w.note(waitingForRefresh) })
	defer slow.Stop()
	return w.RefreshingToken.Token(ctx)
}

const waitingForRefresh = "waiting for a refresh of this login, by this tenuto or another one"

// options are what the flags say, checked. A command ends too soon for a cache to be of use.
func (f *webFlags) options() ([]spotify.Option, error) {
	mode, err := f.modeOf()
	switch {
	case err != nil:
		return nil, err
	case f.maxWait < 0:
		return nil, usage("0 never waits", "--max-wait: %v is less than nothing", f.maxWait)
	case f.market != "" && !isCountry(f.market):
		return nil, usage(`write it like "SE"`, "--market: %q is no country code", f.market)
	}
	return []spotify.Option{
		spotify.WithMode(mode), spotify.WithMarket(spotify.Market(strings.ToUpper(f.market))), spotify.WithLanguage(f.language),
		spotify.WithMaxWait(f.maxWait), spotify.WithCacheSize(0),
	}, nil
}

// isCountry reports whether text could be a code of ISO 3166-1.
func isCountry(text string) bool {
	return len(text) == 2 && !strings.ContainsFunc(strings.ToLower(text), func(r rune) bool { return r < 'a' || r > 'z' })
}

// appSource is the source of application tokens.
func (p *program) appSource(f *webFlags) (*app, auth.TokenSource, error) {
	a, err := p.load(&f.appFlags)
	if err != nil {
		return nil, nil, err
	}
	cred, err := a.credentials()
	if err != nil {
		return nil, nil, err
	}
	return a, &appToken{cred: cred.Refreshing(nil)}, nil
}

// appToken asks for an application token when one is needed for the first time.
type appToken struct {
	cred  *auth.RefreshingCredentials
	mu    sync.Mutex
	token *auth.RefreshingToken
}

// Token is good for now.
func (a *appToken) Token(ctx context.Context) (*auth.Token, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token == nil {
		token, err := a.cred.RequestClientToken(ctx)
		if err != nil {
			return nil, err
		}
		a.token = token
	}
	return a.token.Token(ctx)
}

// Expire has a token that Spotify refused replaced.
func (a *appToken) Expire(t *auth.Token) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.token != nil {
		a.token.Expire(t)
	}
}

// offer completes the values of a flag; a list of them, too, separated by commas.
func offer(cmd *cobra.Command, flag string, values ...string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		before, last := "", begun
		if comma := strings.LastIndexByte(begun, ','); comma >= 0 {
			before, last = begun[:comma+1], begun[comma+1:]
		}
		var found []string
		for _, value := range values {
			if strings.HasPrefix(value, last) {
				found = append(found, before+value)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // there is no such flag
	}
}

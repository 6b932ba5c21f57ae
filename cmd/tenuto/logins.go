package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenuto-dev/tenuto/auth"
)

// loginFlags say whose login is meant: appFlags, and which of several on this computer.
type loginFlags struct {
	appFlags
	profile string
}

func (f *loginFlags) register(cmd *cobra.Command) {
	f.appFlags.register(cmd)
	cmd.Flags().Lookup("config").Usage += "; a login in it is used, and kept up to date"
	cmd.Flags().StringVar(&f.profile, "profile", "default", "a `NAME` for the login, to keep several")
}

// saved is a person's login on this computer: where it is, and how to use it.
type saved struct {
	*app
	note  func(text string) // to the person
	cred  *auth.Credentials
	token *auth.RefreshingToken // refreshes itself, and keeps what it gets where that belongs
	where string                // in words
	key   string                // in the store
	store *sealedStore          // the person's own; nil if the login is elsewhere
	file  *fileLogin            // the login in an INI file; nil if it is elsewhere
}

// saved finds the login: in the file named by --config, else in SPOTIFY_USER_REFRESH (or the
// person's settings), else in the store of the person. Nothing is sent or read yet.
func (p *program) saved(f *loginFlags) (*saved, error) {
	a, err := p.load(&f.appFlags)
	if err != nil {
		return nil, err
	}
	s := &saved{app: a, note: p.note}
	if s.cred, err = a.credentials(); err != nil {
		return nil, err
	}
	source := a.sources["user-refresh"]
	switch {
	case a.conf.RefreshToken == "":
		return s, p.fromStore(s, f.profile)
	case source == a.namedFile || source == a.ownFile:
		return s, p.fromFile(s, source)
	}
	s.where = source
	return s, p.fromEnvironment(s)
}

// fromEnvironment uses a refresh token that nobody can write back to where it is from.
func (p *program) fromEnvironment(s *saved) error {
	s.key = "environment"
	store := &auth.MemoryStore{}
	grants := p.grants(s.cred, store, auth.OnRefresh(p.cannotSave))
	s.token = grants.For(s.key)
	return grants.Put(context.Background(), s.key, s.tokenOf(s.conf)) // memory does not wait
}

// tokenOf is a login as settings have it: a refresh token and no access token yet.
func (s *saved) tokenOf(conf *auth.Config) *auth.Token {
	return &auth.Token{
		RefreshToken: conf.RefreshToken,
		AuthorizedAt: conf.AuthorizedAt,
		UsesPKCE:     s.conf.ClientSecret == "",
	}
}

// recordOf is the record of such a login.
func (s *saved) recordOf(conf *auth.Config) (*auth.Record, error) {
	ctx, memory := context.Background(), &auth.MemoryStore{}
	if err := s.cred.Grants(memory).Put(ctx, s.key, s.tokenOf(conf)); err != nil {
		return nil, err
	}
	return memory.Load(ctx, s.key)
}

// grants are the logins in store. What they have under way is finished before we end.
func (p *program) grants(cred *auth.Credentials, store auth.Store, opts ...auth.GrantsOption) *auth.Grants {
	g := cred.Grants(store, opts...)
	p.closers = append(p.closers, g.Close)
	return g
}

// cannotSave is told of the refreshes of a login from the environment, which nobody can write back
// to.
func (p *program) cannotSave(e auth.RefreshEvent) {
	if e.Rotated {
		p.note("Spotify gave a new refresh token, and SPOTIFY_USER_REFRESH still has the old one: " +
			`it may stop working. "tenuto login" keeps a login up to date`)
	}
}

var profileName = regexp.MustCompile(`^[\w.-]{1,64}$`)

// fromStore uses the login that "tenuto login" has kept for this app and profile.
func (p *program) fromStore(s *saved, profile string) (err error) {
	if !profileName.MatchString(profile) {
		return usage("use letters, digits, dots and dashes", "--profile: %q is no name", profile)
	}
	s.where, s.key = "profile "+profile, s.conf.ClientID+"/"+profile
	if s.store, err = p.loginStore(); err != nil {
		return err
	}
	s.token = p.grants(s.cred, s.store).For(s.key)
	return nil
}

// loginStore keeps logins in the person's own directory, a 0600 file each. Those that were
// sealed are opened with the key in the computer's keyring.
func (p *program) loginStore() (*sealedStore, error) {
	dir, err := p.configDir()
	if err != nil {
		return nil, err
	}
	files, err := loginFiles(filepath.Join(dir, "logins"))
	if err != nil {
		return nil, err
	}
	return &sealedStore{files: files, key: keyringKey}, nil
}

func loginFiles(dir string) (*auth.FileStore, error) {
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	return auth.NewFileStore(dir)
}

// now is a token that is good for now. An error says whose login it is about.
func (s *saved) now(ctx context.Context) (*auth.Token, error) {
	slow := time.AfterFunc(time.Second, func() { s.note(waitingForRefresh) })
	defer slow.Stop()
	t, err := s.token.Token(ctx)
	switch {
	case errors.Is(err, auth.ErrNotFound):
		return nil, advise(errors.New("nobody is logged in"), `log in with "tenuto login"`)
	case errors.Is(err, auth.ErrReauthorize) && s.store == nil:
		return nil, advise(fmt.Errorf("%s: %w", s.where, err), fmt.Sprintf(`remove the refresh token from %s, and log in with "tenuto login"`, s.where))
	case err != nil:
		return nil, fmt.Errorf("%s: %w", s.where, err)
	}
	return t, nil
}

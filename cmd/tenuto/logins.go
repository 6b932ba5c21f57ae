package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"

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
	cred  *auth.Credentials
	token *auth.RefreshingToken // refreshes itself, and keeps what it gets where that belongs
	where string                // in words
	key   string                // in store
	store *sealedStore          // the person's own; nil if the login is elsewhere
}

// saved finds the login: in the file named by --config, else in SPOTIFY_USER_REFRESH (or the
// person's settings), else in the store of the person. Nothing is sent or read yet.
func (p *program) saved(f *loginFlags) (*saved, error) {
	a, err := p.load(&f.appFlags)
	if err != nil {
		return nil, err
	}
	s := &saved{app: a}
	if s.cred, err = a.credentials(); err != nil {
		return nil, err
	}
	source := a.sources["user-refresh"]
	switch {
	case a.conf.RefreshToken == "":
		return s, p.fromStore(s, f.profile)
	case source == a.namedFile || source == a.ownFile:
		s.where = source
		s.token = s.refreshing(auth.SaveToFile(source))
	default:
		s.where = source
		s.token = s.refreshing(p.cannotSave(a.conf.RefreshToken))
	}
	return s, nil
}

// refreshing starts from the refresh token of the settings.
func (s *saved) refreshing(save auth.SaveFunc) *auth.RefreshingToken {
	return s.cred.Refreshing(save).FromToken(&auth.Token{
		RefreshToken: s.conf.RefreshToken,
		AuthorizedAt: s.conf.AuthorizedAt,
		UsesPKCE:     s.conf.ClientSecret == "",
	})
}

// cannotSave is the Save hook of a login from the environment, which nobody can write back to.
func (p *program) cannotSave(old string) auth.SaveFunc {
	return func(_ context.Context, t *auth.Token) error {
		if t.RefreshToken != old {
			p.note("Spotify gave a new refresh token, and SPOTIFY_USER_REFRESH still has the old one: " +
				`it may stop working. "tenuto login" keeps a login up to date`)
		}
		return nil
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
	s.token = s.cred.Grants(s.store).For(s.key)
	return nil
}

// loginStore keeps logins in the person's own directory, a 0600 file each. Those that were
// sealed are opened with the key in the computer's keyring.
func (p *program) loginStore() (*sealedStore, error) {
	dir, err := p.configDir()
	if err != nil {
		return nil, err
	}
	dir = filepath.Join(dir, "logins")
	if err := makeDir(dir); err != nil {
		return nil, err
	}
	files, err := auth.NewFileStore(dir)
	if err != nil {
		return nil, err
	}
	return &sealedStore{files: files, key: keyringKey}, nil
}

// now is a token that is good for now. An error says whose login it is about.
func (s *saved) now(ctx context.Context) (*auth.Token, error) {
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

package server

import (
	"context"
	"errors"
	"net/http"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

// A person's grant is one, however many browsers they use, and the latest login is it. One that asks
// for less, from a browser that does not know what was allowed elsewhere, must not take that away.

// takenAway is what the person's living grant allows and the new token would not, beyond what they
// were asked for just now and did not allow. Empty on the second trip: then it is what they want.
func (s *Server) takenAway(ctx context.Context, userID string, a *attempt, token *auth.Token) (auth.ScopeSet, error) {
	if a.Wider {
		return auth.ScopeSet{}, nil
	}
	record, err := s.db.Grants(s.app).Load(ctx, userID)
	switch {
	case errors.Is(err, auth.ErrNotFound), errors.Is(err, vault.ErrOpen): // nobody knows what was allowed
		return auth.ScopeSet{}, nil
	case err != nil:
		return auth.ScopeSet{}, err
	case record.Token == nil:
		return auth.ScopeSet{}, nil
	}
	had := consent{now: s.Now(), until: s.consentEnd(record.Token.AuthorizedAt)}
	if record.Dead != nil || had.ended() {
		return auth.ScopeSet{}, nil
	}
	return record.Token.Scope.Minus(token.Scope).Minus(a.login.Scopes()), nil
}

// widen sends the browser to Spotify once more, for scopes that were all consented to: Spotify asks
// nobody about these again. Nothing was stored yet; the token in hand is dropped.
func (s *Server) widen(w http.ResponseWriter, r *http.Request, first *attempt, scopes auth.ScopeSet) {
	a, err := s.keep(w, r, &attempt{App: s.app, At: s.Now(), Return: first.Return, Wider: true, login: s.cred.UserAuth(scopes)})
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.goToSpotify(w, r, a.login.URL())
}

package server

import (
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// home is the page: who is signed in, and what they listen to.
func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	v, err := s.visitor(w, r)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	if v == nil {
		// A cookie whose session is gone tells that there was one.
		had := s.jar.has(r, s.jar.session)
		s.views.welcome(w, welcomePage{chrome: s.chrome(w, r, v), Had: had, Scopes: scopeViews(s.Scopes)})
		return
	}
	now := s.Now()
	page := homePage{chrome: s.chrome(w, r, v)}
	page.Scopes = scopeViews(v.Scopes)
	page.Playing = s.playingFor(r, v).at(now)
	page.Consent = consentView(s.consentOf(v), page.Playing.ended) // which may be news
	if missing := s.Scopes.Minus(v.Scopes); missing.Len() > 0 && page.Playing.Fix == "" {
		page.Missing = scopeViews(missing)
		page.Fix = loginAsk{scopes: missing, back: "/"}.url()
	}
	s.views.home(w, page)
}

// playingFor asks Spotify unless it is known that there is no use in it.
func (s *Server) playingFor(r *http.Request, v *visitor) playing {
	switch {
	case s.consentOf(v).ended():
		return playingFailed(auth.ErrReauthorize, time.Time{})
	case !v.Scopes.Has(auth.ScopeUserReadCurrentlyPlaying) && !v.Scopes.Has(auth.ScopeUserReadPlaybackState):
		return playingUnallowed()
	}
	p := s.ask(r.Context(), v.UserID)
	if r.Context().Err() == nil {
		s.watchers.heard(v.UserID, p)
	}
	return p
}

package server

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/tenuto-dev/tenuto/auth"
)

// login starts a login attempt: a sealed cookie, and 303 to Spotify.
//
//	GET /login?scope=…&return_to=/path&switch=1
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		s.problem(w, r, problemMethod) // the mux lets HEAD in where GET is
		return
	}
	ask, ok := s.loginAsked(r)
	if !ok {
		s.problem(w, r, problemScope)
		return
	}
	switch wish(r) {
	case wishNothing:
		s.problem(w, r, problemNotMeant)
		return
	case wishUnsure:
		s.views.confirmLogin(w, ask)
		return
	}
	if !s.limits.allow(r) {
		s.problem(w, r, problemTooMany)
		return
	}
	v, err := s.visitor(w, r)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.startLogin(w, r, ask, v)
}

// loginAsk is what the query of /login says.
type loginAsk struct {
	scopes auth.ScopeSet
	back   string
	other  bool // another account
}

func (s *Server) loginAsked(r *http.Request) (loginAsk, bool) {
	query := r.URL.Query()
	ask := loginAsk{back: "/", other: query.Get("switch") == "1"}
	ask.scopes = auth.ParseScopes(strings.Join(query["scope"], " "))
	if ask.scopes.Minus(auth.EveryScope()).Len() > 0 {
		return ask, false
	}
	if back := query["return_to"]; len(back) == 1 {
		if path := s.returnPath(back[0]); path != "" {
			ask.back = path
		}
	}
	return ask, true
}

// url is the address that asks for the same.
func (a loginAsk) url() string {
	query := url.Values{}
	if a.scopes.Len() > 0 {
		query.Set("scope", a.scopes.String())
	}
	if a.back != "/" {
		query.Set("return_to", a.back)
	}
	if a.other {
		query.Set("switch", "1")
	}
	if len(query) == 0 {
		return "/login"
	}
	return "/login?" + query.Encode()
}

func (s *Server) startLogin(w http.ResponseWriter, r *http.Request, ask loginAsk, v *visitor) {
	scopes := s.Scopes.Union(ask.scopes)
	var opts []auth.AuthorizationOption
	switch {
	case ask.other:
		opts = append(opts, auth.ShowDialog)
	case v != nil:
		if v.Scopes.Contains(scopes) && !s.consentOf(v).ending() {
			s.goTo(w, ask.back)
			return
		}
		// Spotify forgets nothing that is asked for again: what was granted stays granted.
		scopes = scopes.Union(v.Scopes)
		if s.consentOf(v).ending() {
			opts = append(opts, auth.ShowDialog) // only a new yes starts a new six months
		}
	}
	if until := s.coolUntil(r.Context()); !until.IsZero() {
		s.problem(w, r, busySpotify(until))
		return
	}
	a, err := s.begin(w, r, scopes, ask.back, opts...)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.goToSpotify(w, r, a.login.URL())
}

type wishKind int

const (
	wishLogin   wishKind = iota // somebody wants to log in
	wishUnsure                  // another site sent them here: ask
	wishNothing                 // a prefetch, a picture, a frame, a script
)

// wish reads what a browser says about why it asks (ASVS 7.6.2: nobody is logged in without
// wanting to). A client that says nothing is no browser.
func wish(r *http.Request) wishKind {
	if r.Header.Get("Sec-Purpose") != "" || r.Header.Get("Purpose") != "" || r.Header.Get("X-Moz") == "prefetch" {
		return wishNothing
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		return wishNothing
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return wishNothing
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
		return wishLogin
	}
	return wishUnsure
}

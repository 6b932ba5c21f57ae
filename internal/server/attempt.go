package server

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"sort"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

const (
	attemptLife   = 10 * time.Minute
	clockSlack    = time.Minute // how far another replica's clock may be ahead
	maxAttempts   = 3           // at a time in one browser
	maxLooked     = 8           // attempt cookies looked at in one request
	attemptSealed = "login attempt"
)

// cookieText is strict: one value has one spelling.
var cookieText = base64.RawURLEncoding.Strict()

// attempt is one login under way. It lives sealed in a cookie of the browser that began it and
// nowhere else: the server keeps nothing, and nobody else can finish it.
type attempt struct {
	App    string    `json:"app"`
	At     time.Time `json:"at"`
	Return string    `json:"return"`          // a local path
	Auth   []byte    `json:"auth"`            // auth.UserAuth: state, verifier, scopes, redirect URI
	Wider  bool      `json:"wider,omitempty"` // the second trip of a login: see widen

	login *auth.UserAuth
}

// begin makes an attempt and hands its cookie to the browser. Beyond three the oldest goes.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, scopes auth.ScopeSet, back string, opts ...auth.AuthorizationOption) (*attempt, error) {
	return s.keep(w, r, &attempt{App: s.app, At: s.Now(), Return: back, login: s.cred.UserAuth(scopes, opts...)})
}

// keep seals an attempt into a cookie.
func (s *Server) keep(w http.ResponseWriter, r *http.Request, a *attempt) (*attempt, error) {
	var err error
	if a.Auth, err = a.login.MarshalBinary(); err != nil {
		return nil, err
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	name := s.jar.attemptName(a.login.State())
	sealed, err := s.db.Seal(attemptSealed, []byte(name), plain)
	if err != nil {
		return nil, err
	}
	s.dropOldAttempts(w, r)
	s.jar.set(w, name, cookieText.EncodeToString(sealed), attemptLife)
	return a, nil
}

// attemptOf opens the attempt that this browser keeps for state; nil if there is none that counts.
func (s *Server) attemptOf(r *http.Request, state string) *attempt {
	a := s.openAttempt(r, s.jar.attemptName(state))
	if a == nil || a.login.State() != state || !a.fresh(s.Now()) {
		return nil
	}
	return a
}

func (s *Server) openAttempt(r *http.Request, name string) *attempt {
	value, ok := s.jar.read(r, name)
	if !ok {
		return nil
	}
	sealed, err := cookieText.DecodeString(value)
	if err != nil {
		return nil
	}
	plain, err := s.db.Open(attemptSealed, []byte(name), sealed)
	if err != nil {
		return nil
	}
	a := &attempt{login: new(auth.UserAuth)}
	if json.Unmarshal(plain, a) != nil || a.App != s.app || a.login.UnmarshalBinary(a.Auth) != nil {
		return nil
	}
	return a
}

// fresh reports whether the attempt may still be finished: by the server's clock, not the cookie's.
func (a *attempt) fresh(now time.Time) bool {
	age := now.Sub(a.At)
	return age >= -clockSlack && age <= attemptLife
}

// dropOldAttempts makes room for one more: cookies that do not open or are stale go, then the
// oldest.
func (s *Server) dropOldAttempts(w http.ResponseWriter, r *http.Request) {
	type kept struct {
		name string
		at   time.Time
	}
	var live []kept
	for i, name := range s.jar.attempts(r) {
		var a *attempt
		if i < maxLooked {
			a = s.openAttempt(r, name)
		}
		if a == nil || !a.fresh(s.Now()) {
			s.jar.clear(w, name)
			continue
		}
		live = append(live, kept{name, a.At})
	}
	sort.Slice(live, func(i, j int) bool { return live[i].at.After(live[j].at) })
	for i := maxAttempts - 1; i < len(live); i++ {
		s.jar.clear(w, live[i].name)
	}
}

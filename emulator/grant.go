package emulator

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"slices"
	"time"
)

// Everything secret begins so: nobody takes it for Spotify's.
const (
	accessPrefix = "BQ-emulated-"
	grantPrefix  = "AQ-emulated-" // of codes and refresh tokens
)

const (
	codeLifetime = 10 * time.Minute // Spotify does not say; about so long by common report
	graceOfOld   = 10 * time.Second // how long RotatedGrace bears the replaced token
	remembered   = 30 * 24 * time.Hour
	mostUseless  = 100_000 // beyond so many codes and tokens nothing useless is remembered
)

// consent is all that a person ever agreed to for one app, until it is revoked.
type consent struct {
	Scopes []string
	At     time.Time // the last time they agreed, or passed because they had
}

// grant is one trip through /authorize that ended well: a family of refresh tokens.
type grant struct {
	App, Person string
	Scopes      []string
	At          time.Time
	PKCE        bool
	Revoked     bool
}

// code is what the browser carries back.
type code struct {
	label
	Grant       string
	RedirectURI string
	Challenge   string // of PKCE; "": none
	Expires     time.Time
	Spent       bool
}

type refreshToken struct {
	label
	Grant    string
	Replaced time.Time // by rotation; zero: it is the newest
}

type accessToken struct {
	label
	App     string
	Grant   string // "" for the app itself
	Scopes  []string
	Expires time.Time
}

func consentKey(app, person string) string { return app + " " + person }

// secret makes a token of about n characters, recognisably ours.
func secret(prefix string, n int) string {
	b := make([]byte, n*3/4)
	rand.Read(b)
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// agree records that a person agreed and returns the id of the new grant.
func (s *state) agree(app, person string, scopes []string, pkce bool, now time.Time) string {
	key := consentKey(app, person)
	all := scopes
	if before := s.Consents.get(key); before != nil {
		all = union(before.Scopes, scopes)
	}
	s.Consents.put(key, &consent{Scopes: all, At: now})
	id := rand.Text()
	s.Grants.put(id, &grant{App: app, Person: person, Scopes: scopes, At: now, PKCE: pkce})
	return id
}

func (s *state) newCode(grantID, redirectURI, challenge string, now time.Time) string {
	value := secret(grantPrefix, 200)
	s.Codes.put(value, &code{
		label: s.newLabel("code", s.Grants.get(grantID).Person),
		Grant: grantID, RedirectURI: redirectURI, Challenge: challenge,
		Expires: now.Add(codeLifetime),
	})
	s.sweep(now)
	return value
}

func (s *state) newRefresh(grantID string) string {
	value := secret(grantPrefix, 120)
	s.Refresh.put(value, &refreshToken{
		label: s.newLabel("refresh", s.Grants.get(grantID).Person),
		Grant: grantID,
	})
	return value
}

// newAccess makes an access token. grantID and person are empty for the app itself.
func (s *state) newAccess(app, grantID, person string, scopes []string, expires, now time.Time) string {
	value := secret(accessPrefix, 160)
	s.Access.put(value, &accessToken{
		label: s.newLabel("access", person),
		App:   app, Grant: grantID, Scopes: scopes, Expires: expires,
	})
	s.sweep(now)
	return value
}

// revoke ends what a person granted: one app, or all with app empty.
func (s *state) revoke(app, person string) {
	for id, g := range s.Grants.rows {
		if g.Person == person && (app == "" || g.App == app) {
			s.endGrant(id, g)
		}
	}
	for _, a := range s.Apps {
		if app == "" || a.ClientID == app {
			s.Consents.drop(consentKey(a.ClientID, person))
		}
	}
}

// endGrant makes every token of a grant useless.
func (s *state) endGrant(id string, g *grant) {
	if !g.Revoked {
		ended := *g
		ended.Revoked = true
		s.Grants.put(id, &ended)
	}
	for value, t := range s.Access.rows {
		if t.Grant == id {
			s.Access.drop(value)
		}
	}
}

// sweep forgets, now and then, what has been useless for a month: then its error says that it
// is unknown, no longer that it expired or was replaced.
func (s *state) sweep(now time.Time) {
	size := len(s.Codes.rows) + len(s.Access.rows) + len(s.Refresh.rows)
	if size < 1000+2*s.swept {
		return
	}
	old := now.Add(-remembered)
	if size > mostUseless {
		old = now.Add(-time.Minute)
	}
	used := map[string]bool{} // grants
	for value, c := range s.Codes.rows {
		if c.Expires.Before(old) {
			s.Codes.drop(value)
		} else {
			used[c.Grant] = true
		}
	}
	for value, t := range s.Access.rows {
		if t.Expires.Before(old) {
			s.Access.drop(value)
		} else {
			used[t.Grant] = true
		}
	}
	for value, t := range s.Refresh.rows {
		g := s.Grants.get(t.Grant)
		if !t.Replaced.IsZero() && t.Replaced.Before(old) || g == nil || g.Revoked && g.At.Before(old) {
			s.Refresh.drop(value)
		} else {
			used[t.Grant] = true
		}
	}
	for id := range s.Grants.rows {
		if !used[id] {
			s.Grants.drop(id)
		}
	}
	s.swept = len(s.Codes.rows) + len(s.Access.rows) + len(s.Refresh.rows)
}

// addMonths is the same day some calendar months later, or the last of that month.
func addMonths(t time.Time, months int) time.Time {
	later := t.AddDate(0, months, 0)
	if later.Day() != t.Day() {
		later = later.AddDate(0, 0, -later.Day())
	}
	return later
}

func union(a, b []string) []string {
	set := map[string]bool{}
	for _, s := range slices.Concat(a, b) {
		set[s] = true
	}
	return slices.Sorted(maps.Keys(set))
}

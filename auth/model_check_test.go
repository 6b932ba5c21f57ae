package auth

import (
	"fmt"
	"testing"
	"time"
)

// check is what must be true of s.
func (m *model) check(s state) {
	if n := s.undisturbed(); n > 1 {
		m.fail(fmt.Sprintf("%d requests at once, and nobody was taken over", n))
	}
	if s.rec == nil || !s.quiet() || !m.safe(s) {
		return
	}
	if s.rec.Dead != nil {
		m.fail("a login that lives was declared dead")
	}
	if !m.recovers(s) {
		m.fail("a login that lives cannot be refreshed any more")
	}
}

// undisturbed counts those who work for the newest login and were not taken over.
func (s *state) undisturbed() (n int) {
	for i, r := range s.replicas {
		if r.stage != idle && r.stage != unsure && !r.overtaken && s.concerns(i) {
			n++
		}
	}
	return n
}

// quiet reports whether nobody does anything, and nothing is left to be replayed.
func (s *state) quiet() bool {
	for _, e := range s.journal {
		if e.pending {
			return false
		}
	}
	for _, r := range s.replicas {
		if r.stage != idle {
			return false
		}
	}
	return true
}

// safe reports whether nothing has happened to the newest login that no client could survive.
func (m *model) safe(s state) bool {
	graceful := s.provider.logins[s.login].graceful
	switch m.provider {
	case neverRotates:
		return true
	case strict:
		return s.lost == 0
	case family: // two requests at once are fatal: hence a lease far longer than a request
		return s.lost == 0 && !s.overlap
	case grace:
		return s.lost == 0 || graceful || s.provider.logins[s.login].newest == 0
	}
	return s.lost == 0 || s.lost == 1 && graceful
}

// recovers reports whether one healthy replica gets a token, with the current refresh token or
// one of the spares.
func (m *model) recovers(s state) bool {
	v := view{me: "healthy", watched: time.Hour, lease: time.Second}
	for range 2 + sparesKept {
		if s.rec.look(v) != claim {
			return false
		}
		s.rec = s.rec.claimed(v)
		sent := s.rec.sending()
		if t := s.provider.refresh(m.provider, sent.token); t != nil {
			next := m.answered(s.rec, sent, t, time.Time{})
			return next != nil && next.Token == t && s.provider.takes(m.provider, t.RefreshToken)
		}
		heard := verdictOfModel
		heard.waited = true
		next, act := m.condemned(s.rec, sent, heard, time.Time{})
		if act != write {
			return false
		}
		s.rec = next
	}
	return false
}

func run(r rule, p mode, b budget) *model {
	m := &model{rule: r, provider: p, seen: map[string]bool{}}
	s := state{left: b, login: -1}
	s.begin()
	for i := range s.replicas {
		s.replicas[i].name = string(rune('A' + i))
	}
	m.explore(s)
	return m
}

var modes = map[string]mode{
	"never rotates": neverRotates, "strict": strict, "family": family, "grace": grace, "replay": replay,
}

func TestModel(t *testing.T) {
	t.Parallel()
	for what, b := range map[string]budget{"leases": modelBudget, "journal": journalBudget, "second look": shakyBudget, "logout": logoutBudget} {
		t.Logf("%s: budget %+v", what, b)
		for name, p := range modes {
			t.Run(what+"/"+name, func(t *testing.T) {
				t.Parallel()
				m := run(theRule, p, b)
				if m.bad != "" {
					t.Error(m.bad)
				}
				t.Logf("%d states", len(m.seen))
			})
		}
	}
}

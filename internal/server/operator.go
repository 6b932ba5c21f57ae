package server

import (
	"context"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// SignOut ends all sessions of one person of any app, for an operator: as if they had logged out in
// every browser. Open pages hear of it at once. Doing it twice is fine.
func (s *Server) SignOut(ctx context.Context, who vault.Owner) (vault.SignedOut, error) {
	done, err := s.db.SignOut(ctx, who, s.signedOut)
	s.tellSignedOut(s.journal.person(who.UserID), done, err)
	return done, err
}

// EndAllSessions is SignOut for everybody of every app.
func (s *Server) EndAllSessions(ctx context.Context) (vault.SignedOut, error) {
	done, err := s.db.EndAllSessions(ctx, s.signedOut)
	s.tellSignedOut("all", done, err)
	return done, err
}

func (s *Server) tellSignedOut(person string, done vault.SignedOut, err error) {
	s.journal.write(eventOperator, nil, "person", person, "sessions", done.Sessions, "unreadable", done.Unreadable)
	if err != nil {
		s.journal.write(eventStore, nil, "error", err)
	}
}

// signedOut does what follows when a person has no session left.
func (s *Server) signedOut(ctx context.Context, who vault.Owner) error {
	if who.App != s.app {
		return s.db.DropAccess(ctx, who)
	}
	s.watchers.endPerson(who.UserID)
	return s.grants.DropAccess(ctx, who.UserID)
}

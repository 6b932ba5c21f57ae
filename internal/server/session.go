package server

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// touchEvery is how coarse "last used" is: a write an hour, not one a page.
const touchEvery = time.Hour

// visitor is somebody signed in: the session, and the secret id their cookie holds.
type visitor struct {
	id string
	*vault.Session
}

// visitor reads who is asking: one indexed read, or none without a cookie. nil is nobody; an error
// is the store's, and never means that somebody is signed out.
func (s *Server) visitor(w http.ResponseWriter, r *http.Request) (*visitor, error) {
	id, ok := s.jar.read(r, s.jar.session)
	if !ok || !isSessionID(id) {
		if ok || s.jar.has(r, s.jar.session) {
			s.jar.clear(w, s.jar.session)
		}
		return nil, nil
	}
	now := s.Now()
	session, err := s.db.Session(r.Context(), s.app, id, now)
	switch {
	case errors.Is(err, vault.ErrNoSession):
		s.jar.clear(w, s.jar.session)
		return nil, nil
	case err != nil:
		return nil, err
	}
	v := &visitor{id: id, Session: session}
	s.touch(w, r, v, now)
	return v, nil
}

// isSessionID keeps junk from the database. What an id looks like is the vault's matter; this is
// only what fits a cookie.
func isSessionID(id string) bool {
	return len(id) >= 16 && len(id) <= 128 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == ""
}

// touch says now and then that the session is in use, and moves its end. It never revives one: the
// vault updates only what is there.
func (s *Server) touch(w http.ResponseWriter, r *http.Request, v *visitor, now time.Time) {
	if now.Sub(v.Seen) < touchEvery {
		return
	}
	expires := s.sessionEnd(now, v.AuthorizedAt)
	if !expires.After(now) {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	if err := s.db.Touch(ctx, s.app, v.id, now, expires); err != nil {
		s.journal.write(eventStore, r, "error", err)
		return
	}
	v.Seen, v.Expires = now, expires
	// The cookie may outlive the session: a new consent in another browser lets that go on.
	s.jar.set(w, s.jar.session, v.id, s.Idle)
}

// sessionEnd is when a session that is used now ends: idle time, and never beyond the consent.
func (s *Server) sessionEnd(now, authorizedAt time.Time) time.Time {
	end := now.Add(s.Idle)
	if by := s.consentEnd(authorizedAt); !by.IsZero() && by.Before(end) {
		return by
	}
	return end
}

// leave ends the visitor's session. The last one of a person also takes the stored access token
// along: nobody is there whom it could serve.
func (s *Server) leave(ctx context.Context, r *http.Request, v *visitor) error {
	userID, left, err := s.db.EndSession(ctx, s.app, v.id)
	if err != nil {
		s.journal.write(eventStore, r, "error", err)
		return err
	}
	s.watchers.endSession(v.UserID, v.Handle)
	if userID != "" && left == 0 {
		s.dropAccess(ctx, r, userID)
	}
	return nil
}

func (s *Server) dropAccess(ctx context.Context, r *http.Request, userID string) {
	if err := s.grants.DropAccess(ctx, userID); err != nil {
		s.journal.write(eventStore, r, "error", err, "person", s.journal.person(userID))
	}
}

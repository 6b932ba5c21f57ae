package server

import (
	"context"
	"net/http"
	"time"
)

// storeTime is how long a write that ends something may take; it does not end with the request.
const storeTime = 10 * time.Second

// logoutPage asks: a link or a picture on another site must not log anybody out.
func (s *Server) logoutPage(w http.ResponseWriter, r *http.Request) {
	v, err := s.visitor(w, r)
	switch {
	case err != nil:
		s.storeFailed(w, r, err)
	case v == nil:
		s.goTo(w, "/")
	default:
		s.views.logout(w, s.chrome(w, r, v))
	}
}

// logout ends this session before it answers. Doing it twice is fine. The grant stays: see
// disconnect.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTime)
	defer cancel()
	v, err := s.visitor(w, r)
	if err == nil && v != nil {
		err = s.leave(ctx, r, v)
	}
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	if v != nil {
		s.journal.write(eventLogout, r, "person", s.journal.person(v.UserID))
	}
	s.signOut(w, noticeLogout)
}

// signOut clears what the browser holds and goes home.
func (s *Server) signOut(w http.ResponseWriter, notice string) {
	w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	s.jar.clear(w, s.jar.session)
	s.jar.clear(w, s.jar.done)
	s.jar.set(w, s.jar.notice, notice, noticeLife)
	s.goTo(w, "/")
}

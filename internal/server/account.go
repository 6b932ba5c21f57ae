package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/internal/vault"
)

// account is the page where people see and end what we keep of them.
func (s *Server) account(w http.ResponseWriter, r *http.Request) {
	v, ok := s.member(w, r)
	if !ok {
		return
	}
	sessions, err := s.db.Sessions(r.Context(), s.app, v.UserID, s.Now())
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	page := accountPage{chrome: s.chrome(w, r, v), Scopes: scopeViews(v.Scopes)}
	page.Consent = consentView(s.consentOf(v), false)
	for _, session := range sessions {
		page.Sessions = append(page.Sessions, sessionView{
			Handle:  session.Handle,
			Device:  session.Device,
			Since:   session.Created,
			Seen:    session.Seen,
			Current: session.Handle == v.Handle,
		})
	}
	s.views.account(w, page)
}

// member is the visitor of a page for people who are signed in; all others are told so, with a way
// to log in and come back.
func (s *Server) member(w http.ResponseWriter, r *http.Request) (*visitor, bool) {
	v, err := s.visitor(w, r)
	switch {
	case err != nil:
		s.storeFailed(w, r, err)
	case v == nil:
		p := *problemSignedOut
		if r.Method == http.MethodGet {
			p.Action = loginAsk{back: r.URL.Path}.url()
		}
		s.problem(w, r, &p)
	default:
		return v, true
	}
	return nil, false
}

// endSession ends one session of the person, named by its handle.
func (s *Server) endSession(w http.ResponseWriter, r *http.Request) {
	v, ok := s.member(w, r)
	if !ok {
		return
	}
	handle := r.PostFormValue("session")
	if handle == v.Handle {
		s.logout(w, r)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTime)
	defer cancel()
	if _, err := s.db.EndSessionOf(ctx, s.app, v.UserID, handle); err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.watchers.endSession(v.UserID, handle)
	s.journal.write(eventSessionsOut, r, "person", s.journal.person(v.UserID), "all", false)
	s.jar.set(w, s.jar.notice, noticeOneGone, noticeLife)
	s.goTo(w, "/account")
}

// endAllSessions signs the person out everywhere, here too.
func (s *Server) endAllSessions(w http.ResponseWriter, r *http.Request) {
	v, ok := s.member(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTime)
	defer cancel()
	if _, err := s.db.EndSessions(ctx, s.app, v.UserID); err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.watchers.endPerson(v.UserID)
	s.dropAccess(ctx, r, v.UserID)
	s.journal.write(eventSessionsOut, r, "person", s.journal.person(v.UserID), "all", true)
	s.signOut(w, noticeEnded)
}

// disconnect destroys the grant and everything we know of the person.
func (s *Server) disconnect(w http.ResponseWriter, r *http.Request) {
	v, ok := s.member(w, r)
	if !ok {
		return
	}
	if r.PostFormValue("sure") != "yes" {
		s.problem(w, r, problemUnsure)
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTime)
	defer cancel()
	// First through Grants, which drops the answer of a refresh under way and what it remembers;
	// then the rest, in one transaction.
	err := s.grants.Delete(ctx, v.UserID)
	if err == nil {
		err = s.db.Forget(ctx, s.app, v.UserID)
	}
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.watchers.endPerson(v.UserID)
	s.journal.write(eventDisconnect, r, "person", s.journal.person(v.UserID))
	s.signOut(w, noticeForgot)
}

// download hands people all we keep of them. Tokens are not data about them but keys: they stay.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	v, ok := s.member(w, r)
	if !ok {
		return
	}
	sessions, err := s.db.Sessions(r.Context(), s.app, v.UserID, s.Now())
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	body, err := json.MarshalIndent(s.exportOf(v, sessions), "", "  ")
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.journal.write(eventDownload, r, "person", s.journal.person(v.UserID))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="tenuto-data.json"`)
	_, _ = w.Write(append(body, '\n'))
}

// export is what a person downloads.
type export struct {
	Made     time.Time       `json:"made"`
	User     userJSON        `json:"user"`
	Consent  exportConsent   `json:"consent"`
	Sessions []exportSession `json:"sessions"`
}

type exportConsent struct {
	Scopes        []string   `json:"scopes"`
	AuthorizedAt  *time.Time `json:"authorized_at,omitempty"`
	ReauthorizeBy *time.Time `json:"reauthorize_by,omitempty"`
	Ended         string     `json:"ended,omitempty"`
}

type exportSession struct {
	Device  string    `json:"device"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"last_used"`
	Expires time.Time `json:"expires"`
	Current bool      `json:"this_one"`
}

func (s *Server) exportOf(v *visitor, sessions []vault.Session) export {
	e := export{Made: s.Now().UTC(), User: userOf(v), Consent: exportConsent{Scopes: scopeList(v.Scopes), Ended: string(v.Dead)}}
	if !v.AuthorizedAt.IsZero() {
		at, by := v.AuthorizedAt.UTC(), s.consentEnd(v.AuthorizedAt).UTC()
		e.Consent.AuthorizedAt, e.Consent.ReauthorizeBy = &at, &by
	}
	for _, session := range sessions {
		e.Sessions = append(e.Sessions, exportSession{
			Device: session.Device, Created: session.Created.UTC(), Seen: session.Seen.UTC(),
			Expires: session.Expires.UTC(), Current: session.Handle == v.Handle,
		})
	}
	return e
}

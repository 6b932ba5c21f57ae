package server

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/internal/vault"
)

const (
	callbackTime  = 25 * time.Second // to finish a login once its code may have been sent
	doneLife      = attemptLife
	noticeLife    = time.Minute
	noticeLogin   = "login"
	noticeSwitch  = "switch"
	noticeLogout  = "logout"
	noticeEnded   = "ended"
	noticeForgot  = "forgotten"
	noticeOneGone = "one-ended"
)

// callback finishes a login attempt. The order is the defence: first whether this browser began it,
// then whether it was used already, and only then is anything sent to Spotify.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		s.problem(w, r, problemMethod)
		return
	}
	if mode := r.Header.Get("Sec-Fetch-Mode"); mode != "" && mode != "navigate" {
		s.problem(w, r, problemForeign)
		return
	}
	if !s.limits.allow(r) {
		s.problem(w, r, problemTooMany)
		return
	}
	cb := auth.ParseCallback(r.URL)
	a := s.attemptOf(r, cb.State)
	if cb.State == "" || a == nil {
		s.notOurs(w, r, cb.State)
		return
	}
	if until := s.coolUntil(r.Context()); !until.IsZero() {
		s.problem(w, r, busySpotify(until)) // nothing is spent: the same page can be loaded again then
		return
	}
	// From here on the person's patience does not count: a code works once, and its answer must not
	// be lost because a tab was closed.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), callbackTime)
	defer cancel()
	switch err := s.db.SpendState(ctx, s.app, cb.State, a.At.Add(attemptLife+2*clockSlack)); {
	case errors.Is(err, vault.ErrSpent):
		s.jar.clear(w, s.jar.attemptName(cb.State))
		s.notOurs(w, r, cb.State)
		return
	case err != nil: // nothing was sent: the same page can be loaded again when the database answers
		s.storeFailed(w, r, err)
		return
	}
	s.jar.clear(w, s.jar.attemptName(cb.State))
	s.finish(ctx, w, r, a, cb)
}

// notOurs answers a callback that this browser has no attempt for. Somebody who went back to it, or
// reloaded it, after the login worked is sent home; everybody else gets "Invalid state!".
func (s *Server) notOurs(w http.ResponseWriter, r *http.Request, state string) {
	s.metrics.logins.WithLabelValues("invalid state").Inc()
	v, err := s.visitor(w, r)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	if v != nil && state != "" {
		mark, _ := s.jar.read(r, s.jar.done)
		if hmac.Equal([]byte(mark), []byte(doneMark(v.id, state))) {
			s.goTo(w, "/")
			return
		}
	}
	s.journal.write(eventLoginFailed, r, "reason", "invalid state")
	if len(r.Cookies()) == 0 {
		s.problem(w, r, problemNoCookies)
		return
	}
	s.problem(w, r, problemState)
}

// doneMark ties a finished attempt to the session it began.
func doneMark(sessionID, state string) string {
	mac := hmac.New(sha256.New, []byte(sessionID))
	mac.Write([]byte(state))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

// finish trades the code for a login, learns who it is, and starts a session.
func (s *Server) finish(ctx context.Context, w http.ResponseWriter, r *http.Request, a *attempt, cb auth.Callback) {
	before, err := s.visitor(w, r)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	s.waitForTurn(ctx)
	token, err := a.login.RequestToken(ctx, s.cred, cb)
	if err != nil {
		s.loginFailed(w, r, loginProblem(err, s.pauseAfter(ctx, err)), err)
		return
	}
	who, err := s.whoIs(ctx, token)
	if err != nil {
		s.loginFailed(w, r, loginProblem(err, time.Time{}), err)
		return
	}
	userID, err := s.db.SignIn(ctx, s.app, who.account, who.alias, who.profile)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	switch more, err := s.takenAway(ctx, userID, a, token); {
	case err != nil:
		s.storeFailed(w, r, err)
		return
	case more.Len() > 0:
		s.widen(w, r, a, token.Scope.Union(more))
		return
	}
	id, err := s.admit(ctx, r, token, userID)
	if err != nil {
		s.storeFailed(w, r, err)
		return
	}
	notice := noticeLogin
	if before != nil {
		s.leave(ctx, r, before)
		if before.UserID != userID {
			notice = noticeSwitch
		}
	}
	s.metrics.logins.WithLabelValues("ok").Inc()
	s.journal.write(eventLogin, r, "person", s.journal.person(userID), "switched", notice == noticeSwitch,
		"missing", a.login.Scopes().Minus(token.Scope).String())
	s.jar.set(w, s.jar.session, id, s.Idle)
	s.jar.set(w, s.jar.done, doneMark(id, cb.State), doneLife)
	s.jar.set(w, s.jar.notice, notice, noticeLife)
	s.goTo(w, s.returnPath(a.Return))
}

// admit writes grant and session of a person, in this order: when the cookie leaves, all are durable.
func (s *Server) admit(ctx context.Context, r *http.Request, token *auth.Token, userID string) (id string, err error) {
	err = s.grants.Put(ctx, userID, token)
	if errors.Is(err, vault.ErrOpen) {
		err = s.replace(ctx, r, userID, token, err)
	}
	if err != nil {
		return "", err
	}
	// What other browsers have was to end with the consent that this one renews.
	err = s.db.ProlongSessions(ctx, s.app, userID, s.Now(), s.Idle, s.consentEnd(token.AuthorizedAt))
	if err != nil {
		return "", err
	}
	expires := s.sessionEnd(s.Now(), token.AuthorizedAt)
	return s.db.NewSession(ctx, s.app, userID, device(r), expires)
}

// replace writes a grant in the place of one that does not open: nothing of that is needed any more.
func (s *Server) replace(ctx context.Context, r *http.Request, userID string, token *auth.Token, why error) error {
	if err := s.grants.Delete(ctx, userID); err != nil {
		return err
	}
	s.journal.write(eventReplaced, r, "person", s.journal.person(userID), "error", why)
	return s.grants.Put(ctx, userID, token)
}

func (s *Server) loginFailed(w http.ResponseWriter, r *http.Request, p *problem, err error) {
	s.metrics.logins.WithLabelValues(p.name).Inc()
	s.journal.write(eventLoginFailed, r, "reason", p.name, "error", err)
	s.problem(w, r, p)
}

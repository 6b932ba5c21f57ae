package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
	"github.com/tenuto-dev/tenuto/spotify"
)

// problem is something that went wrong, as people read it. All words are ours: nothing that a
// stranger or Spotify wrote is repeated.
type problem struct {
	name     string // for metrics and logs; a closed list
	Status   int
	Title    string
	Text     string
	Action   string // what to do next: a local path or an address
	Label    string
	RetryAt  time.Time
	loggable bool // worth a line of its own
}

// The list of everything a person can meet.
var (
	problemState = &problem{name: "invalid_state", Status: http.StatusBadRequest, Title: "Invalid state!",
		Text:   "This is not a login that this browser has under way. It may be older than ten minutes, used already, or begun somewhere else. Nothing happened; start again.",
		Action: "/login", Label: "Log in"}
	problemNoCookies = &problem{name: "no_cookies", Status: http.StatusBadRequest, Title: "Invalid state!",
		Text:   "Your browser sent no cookies back, so this login cannot be told from somebody else's. Allow cookies for this site and start again here.",
		Action: "/login", Label: "Log in"}
	problemDenied = &problem{name: "denied", Status: http.StatusForbidden, Title: "You said no",
		Text:   "Spotify says that you cancelled. Nothing was stored. If you change your mind, you can log in at any time.",
		Action: "/login", Label: "Log in after all"}
	problemSpotifyError = &problem{name: "spotify_error", Status: http.StatusBadGateway, Title: "Spotify could not finish the login",
		Text:   "Spotify sent you back with an error. That is usually over soon; nothing was stored.",
		Action: "/login", Label: "Try again"}
	problemSpotifyDown = &problem{name: "spotify_down", Status: http.StatusBadGateway, Title: "Spotify does not answer",
		Text:   "The login could not be finished because Spotify gave no usable answer. Nothing was stored; try again in a minute.",
		Action: "/login", Label: "Try again", loggable: true}
	problemApp = &problem{name: "app_refused", Status: http.StatusBadGateway, Title: "Spotify refuses this server",
		Text:   "Spotify does not accept this server's client id or secret. You can do nothing about it: tell whoever runs this server.",
		Action: "/", Label: "Home", loggable: true}
	problemOwnerPremium = &problem{name: "owner_premium", Status: http.StatusForbidden, Title: "The app's owner needs Premium",
		Text:   "Spotify answers apps in development mode only while their owner has Premium, and this app's owner has none. It works again some hours after they subscribe.",
		Action: "/", Label: "Home", loggable: true}
	problemNotListed = &problem{name: "not_on_list", Status: http.StatusForbidden, Title: "You are not on this app's list",
		Text:   "The app is in development mode: Spotify lets in only the people its owner has listed. Ask the owner to add your name and e-mail address under User Management in Spotify's dashboard, then log in again.",
		Action: "/login?switch=1", Label: "Log in with another account"}
	problemNobody = &problem{name: "no_identity", Status: http.StatusBadGateway, Title: "Spotify did not say who you are",
		Text:   "The login worked, but the answer about your account was incomplete. Nothing was stored; try again in a minute.",
		Action: "/login", Label: "Try again", loggable: true}
	problemBusySpotify = &problem{name: "rate_limited", Status: http.StatusServiceUnavailable, Title: "Spotify asks this app to wait",
		Text:   "Too many requests went from this app to Spotify. Nothing was stored.",
		Action: "/login", Label: "Try again"}
	problemScope = &problem{name: "unknown_scope", Status: http.StatusBadRequest, Title: "Unknown scope",
		Text:   "The link asks for a permission that Spotify does not have.",
		Action: "/", Label: "Home"}
	problemSignedOut = &problem{name: "signed_out", Status: http.StatusUnauthorized, Title: "You are signed out",
		Text:   "This page is for people who are signed in.",
		Action: "/login", Label: "Log in"}
	problemUnsure = &problem{name: "not_confirmed", Status: http.StatusBadRequest, Title: "Are you sure?",
		Text:   "To disconnect, tick the box that says you are sure.",
		Action: "/account", Label: "Back"}
	problemForeign = &problem{name: "foreign_request", Status: http.StatusForbidden, Title: "Sent by another site",
		Text:   "Your browser says that another site made this request. Nothing happened. If it was you, do it here.",
		Action: "/", Label: "Home", loggable: true}
	problemNotMeant = &problem{name: "not_meant", Status: http.StatusForbidden, Title: "Nobody asked for this login",
		Text:   "A login starts only when somebody opens it, not from a picture, a frame, a script or a preview.",
		Action: "/login", Label: "Log in"}
	problemTooMany = &problem{name: "too_many", Status: http.StatusTooManyRequests, Title: "Too many attempts",
		Text:   "Too many attempts came from your address. Wait half a minute.",
		Action: "/", Label: "Home", loggable: true}
	problemBusy = &problem{name: "busy", Status: http.StatusServiceUnavailable, Title: "Too many open pages",
		Text:   "As many pages as can be kept live are open already.",
		Action: "/", Label: "Home"}
	problemStore = &problem{name: "store", Status: http.StatusServiceUnavailable, Title: "This server has trouble with its memory",
		Text:   "The database does not answer. You are not signed out and nothing is lost; try again in a minute.",
		Action: "/", Label: "Try again"}
	problemNotFound = &problem{name: "not_found", Status: http.StatusNotFound, Title: "There is nothing here",
		Text:   "No page has this address.",
		Action: "/", Label: "Home"}
	problemMethod = &problem{name: "method", Status: http.StatusMethodNotAllowed, Title: "Not like this",
		Text:   "The page exists, but it does not take this kind of request.",
		Action: "/", Label: "Home"}
	problemTooLong = &problem{name: "uri_too_long", Status: http.StatusRequestURITooLong, Title: "The address is too long",
		Text:   "No page of this server has an address of that length.",
		Action: "/", Label: "Home"}
	problemTooManyHeaders = &problem{name: "too_many_headers", Status: http.StatusRequestHeaderFieldsTooLarge, Title: "Too many headers",
		Text:   "Your browser sent more headers than this server reads. Deleting this site's cookies may help.",
		Action: "/", Label: "Home"}
	problemInternal = &problem{name: "internal", Status: http.StatusInternalServerError, Title: "Something broke here",
		Text:   "This is our mistake, and it has been noted. Nothing of yours is lost.",
		Action: "/", Label: "Home"}
)

// misdirected is a request for another host name. localhost is the common one: its cookies are not
// those of 127.0.0.1, and Spotify sends people back to 127.0.0.1.
func (s *Server) misdirected(r *http.Request) *problem {
	path := "/"
	if r.Method == http.MethodGet {
		if local := s.returnPath(r.URL.RequestURI()); local != "" {
			path = local
		}
	}
	return &problem{name: "wrong_host", Status: http.StatusMisdirectedRequest, Title: "Please use " + s.base.Host,
		Text: "This server answers only at " + s.BaseURL + ". The same machine may have other names, such as localhost, " +
			"but a login begun under another name could not be finished.",
		Action: s.BaseURL + path, Label: "Go to " + s.base.Host}
}

func busySpotify(until time.Time) *problem {
	p := *problemBusySpotify
	p.RetryAt = until
	return &p
}

// loginProblem classifies what went wrong between the callback and the session. rest is until when
// the accounts service wants to be left alone, if that is what it said.
func loginProblem(err error, rest time.Time) *problem {
	oauth, _ := errors.AsType[*auth.Error](err)
	api, _ := errors.AsType[*spotify.Error](err)
	switch {
	case errors.Is(err, auth.ErrState):
		return problemState
	case errors.Is(err, auth.ErrDenied):
		return problemDenied
	case errors.Is(err, auth.ErrApp):
		return problemApp
	case errors.Is(err, errNobody):
		return problemNobody
	case errors.Is(err, spotify.ErrOwnerPremium):
		return problemOwnerPremium
	case errors.Is(err, spotify.ErrNotAllowlisted):
		return problemNotListed
	case errors.Is(err, spotify.ErrRateLimited), errors.Is(err, spotify.ErrQuotaExceeded):
		if api == nil {
			return problemBusySpotify
		}
		return busySpotify(api.RetryAt)
	case !rest.IsZero():
		return busySpotify(rest)
	case oauth != nil && !oauth.Temporary():
		return problemSpotifyError
	}
	return problemSpotifyDown
}

// problem answers with p: a page for people, JSON for front ends.
func (s *Server) problem(w http.ResponseWriter, r *http.Request, p *problem) {
	s.metrics.refused.WithLabelValues(p.name).Inc()
	if p.loggable {
		s.journal.write(eventRefused, r, "problem", p.name)
	}
	if wait := p.RetryAt.Sub(s.Now()); !p.RetryAt.IsZero() && wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
	} else if p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "30")
	}
	if wantsJSON(r) {
		body, err := json.Marshal(map[string]any{"status": p.Status, "title": p.Title, "detail": p.Text, "code": p.name, "request": requestID(r)})
		if err == nil {
			w.Header().Set("Content-Type", "application/problem+json")
			w.WriteHeader(p.Status)
			_, _ = w.Write(append(body, '\n'))
			return
		}
	}
	s.views.problem(w, p, requestID(r))
}

// storeFailed is for the database alone: it never looks like being signed out.
func (s *Server) storeFailed(w http.ResponseWriter, r *http.Request, err error) {
	s.journal.write(eventStore, r, "error", err)
	s.problem(w, r, problemStore)
}

// wantsJSON reports whether a program asks rather than a person.
func wantsJSON(r *http.Request) bool {
	switch r.URL.Path {
	case "/session", "/events":
		return true
	}
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/html")
}

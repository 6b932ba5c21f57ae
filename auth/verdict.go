package auth

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// verdict turns Spotify's invalid_grant on a refresh into a ReauthorizeError. The parsed code
// alone decides; an overloaded or broken service (429, 5xx) pronounces none.
// authorizedAt is when the person consented.
func (c *Credentials) verdict(err error, authorizedAt time.Time) error {
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != "invalid_grant" || e.Temporary() || e.Status < http.StatusBadRequest {
		return err
	}
	return &ReauthorizeError{Reason: c.reason(e.Description, authorizedAt), AuthorizedAt: authorizedAt}
}

// reason is for people to read, so here Spotify's words may help. It has called tokens past
// their six months "revoked" too, so there the age knows better.
func (c *Credentials) reason(description string, authorizedAt time.Time) Reason {
	by := reauthorizeBy(authorizedAt)
	tooOld := !by.IsZero() && !c.now().Before(by)
	words := strings.ToLower(description)
	switch {
	case strings.Contains(words, "expired"), tooOld:
		return ReasonExpired
	case strings.Contains(words, "invalid refresh token"):
		return ReasonInvalid
	}
	return ReasonRevoked
}

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

// ReauthorizeBy is when a consent given at authorizedAt ends; zero if either is not known.
func (c *Credentials) ReauthorizeBy(authorizedAt time.Time) time.Time {
	return reauthorizeBy(authorizedAt, c.conf.ConsentMonths)
}

// over reports whether a consent has ended by our own calendar.
func (c *Credentials) over(authorizedAt, now time.Time) bool {
	by := c.ReauthorizeBy(authorizedAt)
	return !by.IsZero() && !now.Before(by)
}

// overdue reports whether t's consent has ended by our own calendar: then no refresh token of it
// works any more, and a refusal is no surprise.
func (c *Credentials) overdue(t *Token, now time.Time) bool { return c.over(t.AuthorizedAt, now) }

// reason is for people to read, so here Spotify's words may help. It has called tokens past
// their six months "revoked" too, so there the age knows better.
func (c *Credentials) reason(description string, authorizedAt time.Time) Reason {
	words := strings.ToLower(description)
	switch {
	case strings.Contains(words, "expired"), c.over(authorizedAt, c.now()):
		return ReasonExpired
	case strings.Contains(words, "invalid refresh token"):
		return ReasonInvalid
	}
	return ReasonRevoked
}

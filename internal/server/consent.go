package server

import (
	"strconv"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

// consent is until when a person allowed what they allowed.
type consent struct {
	now   time.Time
	until time.Time // zero: not known
	dead  auth.Reason
}

func (v *visitor) consent(now time.Time) consent {
	return consent{now: now, until: consentEnd(v.AuthorizedAt), dead: v.Dead}
}

// consentEnd is six calendar months after the consent: Spotify says it nowhere else.
func consentEnd(authorizedAt time.Time) time.Time {
	return (&auth.Token{RefreshToken: "any", AuthorizedAt: authorizedAt}).ReauthorizeBy()
}

// warnFrom is how long before its end a consent is shown as ending.
const warnFrom = 30 * 24 * time.Hour

func (c consent) ended() bool {
	return c.dead != "" || !c.until.IsZero() && !c.now.Before(c.until)
}

// ending reports whether a new consent is due: within 30 days of its end, or after.
func (c consent) ending() bool {
	return c.ended() || !c.until.IsZero() && c.until.Sub(c.now) <= warnFrom
}

// consentWords are a consent as people read it.
type consentWords struct {
	Ended    bool
	Warning  string // "" until it is time
	Sentence string
}

func consentView(c consent, ended bool) consentWords {
	switch {
	case ended || c.ended():
		return consentWords{Ended: true, Sentence: "This consent has ended."}
	case c.until.IsZero():
		return consentWords{Sentence: "Your consent lasts until you end it."}
	}
	words := consentWords{Sentence: "Your consent lasts until " + dateOf(c.until) + ". Then Spotify asks you again."}
	if c.ending() {
		words.Warning = "Your consent ends " + c.left() + ", on " + dateOf(c.until) + ". Renew it to stay logged in."
	}
	return words
}

// left is the time left in days, rounded up.
func (c consent) left() string {
	days := int((c.until.Sub(c.now) + 24*time.Hour - 1) / (24 * time.Hour))
	if days == 1 {
		return "within a day"
	}
	return "in " + strconv.Itoa(days) + " days"
}

func dateOf(t time.Time) string { return t.UTC().Format("2 January 2006") }

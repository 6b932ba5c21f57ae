package server

import (
	"strconv"
	"time"

	"github.com/tenuto-dev/tenuto/auth"
)

const day = 24 * time.Hour

// consent is until when a person allowed what they allowed.
type consent struct {
	now   time.Time
	until time.Time // zero: not known
	dead  auth.Reason
}

func (s *Server) consentOf(v *visitor) consent {
	return consent{now: s.Now(), until: s.consentEnd(v.AuthorizedAt), dead: v.Dead}
}

// consentEnd is when a consent ends, six calendar months after it was given unless the operator knows
// better: Spotify says it nowhere else. Zero if it is not known when that was.
func (s *Server) consentEnd(authorizedAt time.Time) time.Time {
	return s.cred.ReauthorizeBy(authorizedAt)
}

// warning is how urgent it is to consent again. A closed list, for pages and front ends.
type warning string

const (
	warnNot   warning = ""
	warnMonth warning = "month" // within 30 days
	warnWeek  warning = "week"  // within 7 days
	warnDay   warning = "day"   // within a day
	warnEnded warning = "ended"
)

func (c consent) warning() warning {
	left := c.until.Sub(c.now)
	switch {
	case c.dead != "", !c.until.IsZero() && left <= 0:
		return warnEnded
	case c.until.IsZero() || left > 30*day:
		return warnNot
	case left > 7*day:
		return warnMonth
	case left > day:
		return warnWeek
	}
	return warnDay
}

func (c consent) ended() bool { return c.warning() == warnEnded }

// ending reports whether a new consent is due: within 30 days of its end, or after.
func (c consent) ending() bool { return c.warning() != warnNot }

// consentWords are a consent as people read it.
type consentWords struct {
	Ended    bool
	Urgency  warning
	Warning  string // "" until it is time
	Sentence string
}

// Role is how a screen reader takes the warning: on the last day it interrupts.
func (w consentWords) Role() string {
	if w.Urgency == warnDay {
		return "alert"
	}
	return "status"
}

func consentView(c consent, ended bool) consentWords {
	switch {
	case ended || c.ended():
		return consentWords{Ended: true, Sentence: "This consent has ended."}
	case c.until.IsZero():
		return consentWords{Sentence: "Your consent lasts until you end it."}
	}
	words := consentWords{Urgency: c.warning(), Sentence: "Your consent lasts until " + dateOf(c.until) + ". Then Spotify asks you again."}
	switch words.Urgency {
	case warnMonth:
		words.Warning = "Your consent ends in " + c.left() + ", on " + dateOf(c.until) + ". You can renew it any time before: one click at Spotify, and nothing changes."
	case warnWeek:
		words.Warning = "Your consent ends in " + c.left() + ", on " + dateOf(c.until) + ". Renew it to stay logged in."
	case warnDay:
		words.Warning = "Your consent ends in " + c.left() + ", at " + c.until.UTC().Format("15:04 UTC") + ". Renew it now: otherwise you are logged out everywhere then."
	}
	return words
}

// left is the time left as people say it: days rounded up, and hours on the last day.
func (c consent) left() string {
	left, unit, name := c.until.Sub(c.now), day, "day"
	if left <= day {
		unit, name = time.Hour, "hour"
	}
	n := int((left + unit - 1) / unit)
	if n == 1 {
		return "one " + name
	}
	return strconv.Itoa(n) + " " + name + "s"
}

func dateOf(t time.Time) string { return t.UTC().Format("2 January 2006") }

package auth

import (
	"math"
	"time"
)

// goodAt reports whether t is good at now: not within a minute of its end, as IsExpiring says.
func (t *Token) goodAt(now time.Time) bool { return now.UnixNano() <= t.goodUntil() }

// goodUntil is the last moment t is good, in Unix nanoseconds.
func (t *Token) goodUntil() int64 {
	switch {
	case t.AccessToken == "", t.ExpiresAt.IsZero() && t.RefreshToken != "":
		return math.MinInt64
	case t.ExpiresAt.IsZero(): // from elsewhere: Spotify's 401 will tell
		return math.MaxInt64
	}
	return t.ExpiresAt.Add(-expiryMargin).UnixNano()
}

// livesAt reports whether t can still be used at now, if only for a single call.
func (t *Token) livesAt(now time.Time) bool {
	return t.AccessToken != "" && t.ExpiresAt.Sub(now) > lastCall
}

// without is a copy of t without its access token, and without its refresh token if all is set.
func (t *Token) without(all bool) *Token {
	c := *t
	c.AccessToken, c.ExpiresAt = "", time.Time{}
	if all {
		c.RefreshToken = ""
	}
	return &c
}
